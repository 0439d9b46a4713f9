# SPDX-License-Identifier: Apache-2.0
"""What apply never does: lose work, lead a repository astray, overwrite what the host did, or stop half way."""
import json
import os
import re
import signal
import subprocess

import pytest

from modes import skip
from review import GIT, changes, grown, nothing_pending, ran, shell, snapshot, twin


@pytest.mark.modes("user")
def test_names_of_one_file_are_settled_one_by_one(tiercel, mode):
    """Taking a name from a file gives the others a new ctime, which is no change of the host's."""
    ran(mode, "echo x >a; ln a b; ln a c; ln a d; echo e >e")
    shell(tiercel, "rm a b; echo more >>c; chmod 600 d; mv e a")
    for path in ("b", "c", "a", "d", "e"):
        done = tiercel("apply", path)
        assert done.rc == 0, done
    assert nothing_pending(tiercel) and sorted(os.listdir(mode.workspace)) == ["a", "c", "d"]


PROTECTED = (".git/hooks/pre-commit", ".git/config", ".github/workflows/x.yml", ".vscode/tasks.json", ".envrc", ".mcp.json",
             ".claude/settings.json", "CLAUDE.md", "sub/.git/hooks/post-merge", ".GIT/hooks/x")


@pytest.mark.modes("user")
def test_protected_paths_that_did_not_exist(tiercel, mode):
    shell(tiercel, "".join(f"mkdir -p $(dirname {p}); echo x >{p}; " for p in PROTECTED) + "echo ok >ok")
    found = changes(tiercel)
    assert not [p for p in PROTECTED if "protected" not in found[p]["risk"]]
    done = tiercel("apply")
    assert done.rc == 0 and (mode.workspace / "ok").exists()
    assert not [p for p in PROTECTED if (mode.workspace / p).exists()]
    assert done.err.count("needs --protected") >= len(PROTECTED)
    assert tiercel("apply", ".envrc").rc == 0 and not (mode.workspace / ".envrc").exists()
    assert tiercel("apply", "--protected", ".envrc").rc == 0 and (mode.workspace / ".envrc").exists()
    assert tiercel("discard").rc == 0


@pytest.mark.modes("user")
def test_a_repository_is_not_led_astray(tiercel, mode):
    """Whatever decides where git reads its configuration is held back, and so is losing the repository."""
    ran(mode, f"{GIT} init -q . && echo 1 >f && {GIT} add f && {GIT} commit -qm one")
    for act, held in (("mv .git evil; ln -s evil .git", {".git"}),
                      ("rm -rf .git; echo 'gitdir: evil' >.git", {".git"}),
                      ("rm -rf .git", {".git"}),
                      ("mv .git evil", {".git"}),
                      ("echo ../evil >.git/commondir; echo >.git/config.worktree", {".git/commondir", ".git/config.worktree"}),
                      ("mkdir -p .git/modules/m; echo x >.git/modules/m/config; echo x >.git/modules/m/commondir",
                       {".git/modules/m/config", ".git/modules/m/commondir"}),
                      ("mkdir sub; echo 'gitdir: ../evil' >sub/.git", {"sub/.git"})):
        before = snapshot(mode.workspace / ".git")
        shell(tiercel, act)
        found = changes(tiercel)
        assert held <= {p for p, c in found.items() if "protected" in c["risk"]}, (act, found)
        assert tiercel("apply").rc == 0
        assert {p: snapshot(mode.workspace / ".git").get(p) for p in before} == before, act
        assert ran(mode, "git log --format=%s && git fsck").out == "one\n"
        assert not [p for p in held if (mode.workspace / p).exists() and p != ".git"]
        assert tiercel("discard").rc == 0
        ran(mode, "rm -rf evil sub .git/modules")


@pytest.mark.modes("user")
def test_what_is_below_a_conflict_waits(tiercel, mode):
    """A directory that the host replaced meanwhile is not put back by a file in it that is new."""
    ran(mode, "mkdir d gone real; echo 1 >d/x; echo 2 >gone/y")
    shell(tiercel, "echo more >>d/x; echo new >d/z; mkdir -p fresh/in; echo q >fresh/in/q; rm -r gone; echo file >gone")
    ran(mode, "mv d old; ln -s real d; echo host >fresh; touch gone/host")
    before = snapshot(mode.workspace)
    assert tiercel("apply").rc == 1 and snapshot(mode.workspace) == before
    told = json.loads(tiercel("apply", "--json").out)["changes"]
    assert {c["path"] for c in told if c["conflict"] == "host"} >= {"d", "fresh"} and not any(c["applied"] for c in told)
    done = tiercel("apply", "--skip-conflicts")
    assert done.rc == 1 and "held back, waits for another change: d/z" in done.err
    now = snapshot(mode.workspace)
    assert now[b"d"] == before[b"d"] and now[b"fresh"] == before[b"fresh"] and b"gone/host" in now and not now.get(b"real/z")
    assert tiercel("discard").rc == 0


@pytest.mark.modes("user")
def test_what_is_not_renamed_away_keeps_its_directory(tiercel, mode):
    mode.write("old/x", "x\n")
    shell(tiercel, "mv old/x new; rmdir old")
    done = tiercel("apply", "--hunks", input="n\ny\n")
    assert done.rc == 0 and (mode.workspace / "old/x").exists() and "rename old/x to new" in done.out
    done = tiercel("apply", "--hunks", input="y\ny\n")
    assert done.rc == 0 and nothing_pending(tiercel) and os.listdir(mode.workspace) == ["new"]


BASE = "".join(f"line {i}\n" for i in range(40))


@pytest.mark.modes("root", "user")
def test_host_changes_are_merged_or_left(tiercel, mode):
    ws = mode.workspace
    for name in ("merge", "clash", "gone", "mode", "box-gone", "labelled"):
        mode.write(name, BASE)
    shell(tiercel, "sed -i '3s/.*/box/' merge clash labelled; sed -i 3d gone; chmod 755 mode; rm box-gone; echo n >new; echo ok >ok")
    ran(mode, "sed -i '30s/.*/host/' merge; sed -i '3s/.*/host/' clash; rm gone; setfattr -n user.n -v 1 labelled; echo more >>mode; echo more >>box-gone; "
        "echo mine >new")
    host = snapshot(ws)
    shown = tiercel("diff").out
    assert "modify merge\nhost: changed on the host as well; this is what the merge" in shown
    assert shown.count("a conflict, apply leaves it") == 5
    assert "-host" not in tiercel("diff", "merge").out and "-host" in tiercel("diff", "clash").out
    assert "(merged)" in tiercel("diff", "merge", "--stat").out and "(conflict)" in tiercel("diff", "new", "--stat").out
    assert {p: c["conflict"] for p, c in changes(tiercel).items()} == {
        "merge": "merged", "clash": "host", "gone": "host", "mode": "merged", "box-gone": "host", "new": "host",
        "labelled": "host", "ok": "none"}
    done = tiercel("apply")
    assert done.rc == 1 and "nothing was applied" in done.err and snapshot(ws) == host
    assert {m for m in re.findall(r"conflict, .*: (\S+)", done.err)} == {"clash", "gone", "box-gone", "new", "labelled"}
    assert "merged with the host's own change: merge" in done.err
    done = tiercel("apply", "--skip-conflicts")
    assert done.rc == 1
    text = (ws / "merge").read_text()
    assert "box\n" in text and "host\n" in text and "line 2\n" not in text
    assert (ws / "clash").read_text() == BASE.replace("line 2\n", "host\n") and not (ws / "gone").exists()
    assert os.stat(ws / "mode").st_mode & 0o777 == 0o755 and (ws / "mode").read_text() == BASE + "more\n"
    assert (ws / "box-gone").read_text() == BASE + "more\n" and (ws / "new").read_text() == "mine\n"
    assert (ws / "ok").exists()
    assert set(changes(tiercel)) == {"clash", "gone", "box-gone", "new", "labelled"}
    assert tiercel("discard").rc == 0


@pytest.mark.modes("root", "user")
def test_host_changes_during_the_run(tiercel, mode):
    for name in ("both", "host", "box"):
        mode.write(name, BASE)
    child = mode.popen([mode.programs / "tiercel", "run", "-q", "--", "sh", "-c",
                        "sed -i 3d both box; echo up; read x; echo box >>both; exit 0"],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"
    ran(mode, "echo host >>both; echo host >>host; echo host >fresh")
    child.communicate(b"\n", timeout=20)
    assert child.returncode == 0
    done = tiercel("apply", "--skip-conflicts")
    assert done.rc == 1 and "conflict, changed on the host since the start: both" in done.err
    assert (mode.workspace / "both").read_text() == BASE + "host\n"
    assert (mode.workspace / "host").read_text() == BASE + "host\n"
    assert (mode.workspace / "box").read_text() == BASE.replace("line 2\n", "")
    assert set(changes(tiercel)) == {"both"}
    assert tiercel("discard").rc == 0


@pytest.mark.modes("root", "user")
def test_commits_made_inside(tiercel, mode):
    ran(mode, f"{GIT} init -q . && echo 1 >f && {GIT} add f && {GIT} commit -qm one")
    shell(tiercel, f"echo 2 >>f; {GIT} commit -qam two; {GIT} checkout -q -b side; echo 3 >g; {GIT} add g; "
          f"{GIT} commit -qm three; {GIT} tag v1; {GIT} gc -q; {GIT} checkout -q main; "
          f"for i in {{1..40}}; do echo $i | {GIT} hash-object -w --stdin; done")
    risks = {risk for path, c in changes(tiercel).items() if "/objects/" in path for risk in c["risk"]}
    assert risks <= {"binary"}
    done = tiercel("apply")
    assert done.rc == 0, done
    lines = [line[len("applied: "):] for line in done.out.splitlines()]
    assert any(line.startswith(".git/objects/pack/") for line in lines)
    said = ran(mode, "git fsck --full --strict --no-dangling 2>&1; git log --all --oneline; git status --short; cat f").out
    assert "error" not in said and "missing" not in said and said.count("\n") == 5, said
    assert ran(mode, "git log --format=%s side").out == "three\ntwo\none\n"


@pytest.mark.modes("user")
def test_objects_come_before_what_points_at_them(tiercel, mode):
    """Whenever apply is killed, the repository is whole: refs are placed last."""
    ran(mode, f"{GIT} init -q . && echo 1 >f && {GIT} add f && {GIT} commit -qm one")
    shell(tiercel, f"echo 2 >>f; {GIT} commit -qam two")
    ran(mode, f"strace -f -e trace=renameat2 -o {mode.home}/trace {mode.programs}/tiercel apply")
    placed = re.findall(r'renameat2\(\d+, "\d+", \d+, "([^"]+)"', (mode.home / "trace").read_text())
    ref, index = placed.index("main"), placed.index("index")
    objects = [i for i, name in enumerate(placed) if re.fullmatch("[0-9a-f]{38}", name)]
    assert len(objects) == 3 and max(objects) < min(ref, index), placed


@pytest.mark.modes("user")
def test_submodules_and_worktrees(tiercel, mode):
    ran(mode, f"""{GIT} init -q lib && cd lib && echo l >l && {GIT} add l && {GIT} commit -qm lib && cd ..
        {GIT} init -q main && cd main && echo m >m && {GIT} add m && {GIT} commit -qm main
        {GIT} submodule --quiet add ../lib lib && {GIT} commit -qm sub && {GIT} worktree add -q ../tree -b tree""")
    main, tree = mode.workspace / "main", mode.workspace / "tree"
    done = tiercel("run", "-q", "--", "bash", "-c", f"cd lib && echo 2 >>l && {GIT} commit -qam lib2 && cd .. && "
                   f"{GIT} add lib && {GIT} commit -qm bump && {GIT} status --short", cwd=main)
    assert done.rc == 0 and done.out == "", done
    assert tiercel("apply", cwd=main).rc == 0
    assert ran(mode, "git fsck --full 2>&1 && git status --short && git -C lib log --format=%s && git log --format=%s",
               cwd=main).out.splitlines()[-5:] == ["lib2", "lib", "bump", "sub", "main"]
    done = tiercel("run", "-q", "--", "bash", "-c", f"echo t >t && {GIT} add t && {GIT} commit -qm in-tree", cwd=tree)
    assert done.rc == 0, done
    done = tiercel("apply", cwd=tree)
    assert done.rc == 0, done
    assert ran(mode, "git status --short && git log -1 --format=%s", cwd=tree).out == "in-tree\n"
    assert ran(mode, "git fsck --full 2>&1; git log -1 --format=%s tree", cwd=main).out.endswith("in-tree\n")


def journal_left(mode):
    return [os.path.join(w, f) for w, _, fs in os.walk(mode.home / ".local") for f in fs if f == "journal"]


@pytest.mark.modes("user")
@pytest.mark.parametrize("call, n", [("mkdirat", 1), ("renameat2", 1), ("renameat2", 40), ("renameat2", 120),
                                     ("/^(chmod|fchmodat2)$", 2), ("utimensat", 9), ("unlinkat", 3), ("fsync", 2), ("fsync", 3), ("syncfs", 1)])
def test_killed_apply_is_finished_or_taken_back(tiercel, mode, call, n):
    grown(mode)
    act = "for i in {1..60}; do echo $i >n$i; done; rm -r deep/{1..3}; rm -r d; mkdir d; chmod 700 x; echo b >>a; mkdir -m 555 c"
    before, wanted = snapshot(mode.workspace), twin(mode, act)
    shell(tiercel, act)
    done = mode.run(["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                     f"inject={call}:signal=KILL:when={n}", mode.programs / "tiercel", "apply"])
    assert done.rc in (-signal.SIGKILL, 137, 0), done
    if done.rc == 0:
        assert snapshot(mode.workspace) == wanted
        skip(f"apply makes fewer than {n} calls of {call}")
    # Any command that looks at the changes settles the journal first.
    assert tiercel("diff", "--name-only").rc == 0
    now = snapshot(mode.workspace)
    assert now in (before, wanted)
    assert not journal_left(mode)
    if now == before:
        assert tiercel("apply").rc == 0
    assert snapshot(mode.workspace) == wanted
    assert tiercel("discard").rc in (0, 125) and nothing_pending(tiercel)


@pytest.mark.modes("root")
def test_apply_to_a_full_disk_changes_nothing(mode):
    script = f"""mount -t tmpfs -o size=1m,mode=755 none $PWD && cd $PWD && mkdir d; echo a >a
{mode.programs}/tiercel run -q -- sh -c 'head -c 4M /dev/urandom >big; echo b >>a; rmdir d; echo c >c'
{mode.programs}/tiercel apply; echo $?; find . | sort; cat a; {mode.programs}/tiercel discard"""
    done = mode.run(["unshare", "-m", "sh", "-c", script])
    assert done.out == "125\n.\n./a\n./d\na\n", done
    assert "cannot stage big: No space left on device" in done.err


@pytest.mark.modes("user")
def test_killed_apply_does_not_undo_what_the_host_did_since(tiercel, mode):
    mode.write("a", "a\n")
    mode.write("b", "b\n")
    shell(tiercel, "echo box >a; echo box >b; echo box >c; echo box >z")
    done = mode.run(["strace", "-f", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
                     "inject=renameat2:signal=KILL:when=3", mode.programs / "tiercel", "apply"])
    assert done.rc in (-signal.SIGKILL, 137), done
    mode.write("a.new", "host\n")
    os.rename(mode.workspace / "a.new", mode.workspace / "a")
    said = tiercel("diff", "--name-only")
    assert (mode.workspace / "a").read_text() == "host\n"
    assert (mode.workspace / "b").read_text() == "b\n"
    assert said.rc in (0, 125)
    tiercel("discard")


@pytest.mark.modes("user")
def test_state_directory_behind_a_link(tiercel, mode):
    """Runs, reviews and settles where the state lies behind a link, made or not."""
    real = mode.make_dir(mode.home / "real")
    os.symlink(real, mode.home / "link")
    for state in (f"{mode.home}/link", f"{mode.home}/link/not/yet"):
        env = {"XDG_STATE_HOME": state}
        assert tiercel("run", "--", "sh", "-c", "echo x >a", env=env).rc == 0
        assert tiercel("diff", "--name-only", env=env).out == "a\n"
        assert tiercel("apply", env=env).rc == 0 and (mode.workspace / "a").exists()
        os.unlink(mode.workspace / "a")
