# SPDX-License-Identifier: Apache-2.0
"""tiercel diff, apply and discard on what real commands did in a real sandbox."""
import json
import os
import pty
import re
import signal
import subprocess

import pytest

from modes import skip

GIT = "git -c user.name=t -c user.email=t@example.org -c init.defaultBranch=main -c protocol.file.allow=always"


def snapshot(top, skip_git=False):
    """{path: what it is}, with bytes as names: modes, contents, link targets, attributes."""
    found = {}
    for folder, names, files in os.walk(os.fsencode(top)):
        if skip_git:
            names[:] = [n for n in names if n != b".git"]
        for name in names + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            what = [oct(st.st_mode)]
            if os.path.islink(path):
                what.append(os.readlink(path))
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    what.append(file.read() if st.st_size < 1 << 20 else st.st_size)
                what.append({n: os.getxattr(path, n) for n in os.listxattr(path) if n.startswith("user.")})
            found[os.path.relpath(path, os.fsencode(top))] = what
    return found


def shell(tiercel, script, *options, rc=0):
    done = tiercel("run", "-q", *options, "--", "bash", "-c", script)
    assert done.rc == rc, done
    return done


def ran(mode, script, **more):
    """The same on the host, as the same user."""
    done = mode.run(["bash", "-c", script], **more)
    assert done.rc == 0, done
    return done


def twin(mode, script):
    """What the script makes of a copy of the workspace, without any sandbox."""
    ran(mode, f"cp -a {mode.workspace} {mode.home}/twin && cd {mode.home}/twin && {script}", cwd=mode.home)
    return snapshot(mode.home / "twin")


def changes(tiercel, *args):
    return {c["path"]: c for c in json.loads(tiercel("diff", "--json", *args).out)["changes"]}


def kinds(tiercel):
    return {path: c["kind"] for path, c in changes(tiercel).items()}


def nothing_pending(tiercel):
    return tiercel("ps", "-a", "--json").out.strip() in ("", "[]")


# Each does something to the tree of `grown`; the sandbox and the host must come to the same.
ACTS = {
    "opaque": "rm -rf d; mkdir d; echo new >d/new; mkdir -p e; rm -rf e/sub; mkdir -p e/sub/deep",
    "opaque over nothing new": "rm -rf d; mkdir d",
    "kinds": "rm -r d; echo file >d; rm a; mkdir a; echo x >a/x; rm l; echo y >l; rm x; ln -s a x",
    "modes": "chmod 700 a; chmod 755 d; chmod 600 d/one; chmod -x x; mkdir -m 500 closed; chmod 1777 e",
    "links": "ln -sfn b l; ln -s /etc/passwd out; ln -s nowhere dangling; ln -s \"$(printf 'x%.0s' {1..2000})\" long",
    "empty directories": "mkdir -p p/q/r; rmdir empty",
    "attributes": "setfattr -n user.a -v 1 a; setfattr -x user.old x; setfattr -n user.old -v changed e/f; "
                  "echo >n; setfattr -n user.n -v 2 n",
    "odd names": "rm -- -dash $'new\\nline'; echo 1 >$'new\\nline'; echo 2 >$'\\xff\\xfe'; echo 3 >-; echo 4 >'-rf *'; mkdir "
                 "'  '; echo 5 >'  /\\'; echo 6 >$'\\e[31m'; echo 7 >'.. '; mkdir ...; echo 8 >.../.x",
    "big deletion": "rm -rf deep",
    "renames": "mv a b2; mv d d2; mkdir k; mv e/f k/f2; cp x k/; rm x",
    "renames to before": "mv d b0; mv e/f a0; rmdir e/sub e; mv deep/1 -- -1; rm -r deep",
    "swap": "mv a t; mv x a; mv t x; mv d t; mv e d; mv t e",
    "empty files": ": >a; : >n; truncate -s 0 e/f",
    "same again": "cp a t; rm a; cp t a; rm t; touch x; chmod 755 x; mkdir t; rmdir t",
}


def grown(mode):
    """A workspace with a bit of everything."""
    ran(mode, r"""mkdir -p d/sub e/sub empty deep; echo a >a; echo one >d/one; echo two >d/sub/two; echo f >e/f; ln -s a l
        echo x >x; chmod 755 x; setfattr -n user.old -v 1 x; echo dash >-dash; echo nl >$'new\nline'; echo bad >$'\xfe'
        for i in {1..20}; do mkdir -p deep/$i/{a,b,c}; for j in {1..20}; do echo $j >deep/$i/a/$j; done; done""")


@pytest.mark.modes("root", "user")
@pytest.mark.parametrize("act", ACTS)
def test_applied_is_what_was_done(tiercel, mode, act):
    grown(mode)
    before = snapshot(mode.workspace)
    wanted = twin(mode, ACTS[act])
    shell(tiercel, ACTS[act])
    assert snapshot(mode.workspace) == before
    if wanted != before:
        done = tiercel("apply", "--protected")
        assert done.rc == 0, done
    assert snapshot(mode.workspace) == wanted
    assert nothing_pending(tiercel)
    assert not [n for n in os.listdir(mode.workspace) if n.startswith(".tiercel")]
    owners = {os.lstat(os.path.join(f, n)).st_uid for f, ds, fs in os.walk(os.fsencode(mode.workspace)) for n in ds + fs}
    assert owners <= {mode.uid}


@pytest.mark.modes("user")
def test_kinds_of_changes_are_told(tiercel, mode):
    grown(mode)
    shell(tiercel, "mv a b; chmod 600 x; ln -sfn b l; echo more >>e/f; rm d/one; rm -r d/sub; echo file >d/sub; "
          "setfattr -n user.n -v 1 -- -dash; mkdir new; echo n >new/n; rmdir empty; touch new.hook; chmod 4755 new.hook")
    assert kinds(tiercel) == {"b": "rename", "x": "mode", "l": "link", "e/f": "modify", "d/one": "delete",
                              "d/sub": "type", "d/sub/two": "delete", "-dash": "xattr", "new": "add", "new/n": "add",
                              "empty": "delete", "new.hook": "add"}
    found = changes(tiercel)
    assert found["b"]["from"] == "a" and {"executable", "setuid"} <= set(found["new.hook"]["risk"])
    assert tiercel("apply").rc == 0
    assert os.stat(mode.workspace / "new.hook").st_mode & 0o7777 == 0o755


@pytest.mark.modes("root", "user")
def test_sparse_and_large_files(tiercel, mode):
    ran(mode, "truncate -s 100M old; echo end >>old; truncate -s 1M shrink")
    shell(tiercel, "truncate -s 100M new; echo middle | dd of=new bs=1 seek=50M conv=notrunc status=none; echo x >>old; : >shrink")
    assert "binary or large" in tiercel("diff", "new", "--no-pager").out
    assert tiercel("apply").rc == 0
    st = os.stat(mode.workspace / "new")
    assert st.st_size == 100 << 20 and st.st_blocks * 512 < 1 << 20
    with open(mode.workspace / "new", "rb") as file:
        file.seek(50 << 20)
        assert file.read(7) == b"middle\n"
    assert os.stat(mode.workspace / "old").st_blocks * 512 < 1 << 20
    assert (mode.workspace / "shrink").stat().st_size == 0


@pytest.mark.modes("root", "user")
def test_hard_links(tiercel, mode):
    ran(mode, "echo old >h1; ln h1 h2; mkdir d; ln h1 d/h3; echo alone >s")
    shell(tiercel, "echo new >n1; ln n1 n2; mkdir e; ln n1 e/n3; echo more >>h1; ln s t")
    assert tiercel("apply").rc == 0
    ws = mode.workspace
    assert len({os.stat(ws / n).st_ino for n in ("n1", "n2", "e/n3")}) == 1
    assert (ws / "h1").read_text() == "old\nmore\n"
    # What overlay does inside is what there is to apply: a change to one name breaks the link.
    assert (ws / "t").read_text() == "alone\n"


@pytest.mark.modes("user")
def test_odd_names_are_printable(tiercel):
    shell(tiercel, "echo x >$'a\\nb'; echo y >$'\\xff'; echo z >$'\\e]0;t\\a'; echo w >-")
    for args in (("--name-only",), ("--stat",), ()):
        out = tiercel("diff", *args).stdout
        assert out.isascii() and b"\x1b" not in out and b"a\\nb" in out and b"\\xff" in out
    assert tiercel("diff", "--name-only").out.splitlines() == ["\\x1b]0;t\\x07", "-", "a\\nb", "\\xff"]
    found = json.loads(tiercel("diff", "--json").out)["changes"]
    assert {c["path"] for c in found} == {"-", "\x1b]0;t\x07", "a\nb", "\\xff"}
    assert tiercel("apply", os.fsdecode(b"\xff")).rc == 0
    assert tiercel("apply", "--", "-").rc == 0
    assert tiercel("apply", "./a\nb").rc == 0
    assert tiercel("diff", "--name-only").out == "\\x1b]0;t\\x07\n"
    assert tiercel("discard").rc == 0


@pytest.mark.modes("user")
def test_views_of_a_diff(tiercel, mode):
    mode.write("a", "".join(f"{i}\n" for i in range(30)))
    shell(tiercel, "sed -i '3s/.*/three/; 20d' a; printf 'no newline' >b")
    out = tiercel("diff").out
    assert "--- a/a\n+++ b/a\n@@ -1,6 +1,6 @@\n" in out and "-2\n+three\n" in out and "-19\n" in out
    assert "+no newline\n\\ No newline at end of file\n" in out
    assert tiercel("diff", "--stat").out == "modify  a | +1 -2\nadd     b | +1 -0\n"
    assert tiercel("diff", "--name-only").out == "a\nb\n"
    assert tiercel("diff", "b", "--name-only").out == "b\n"
    assert "\x1b[" in tiercel("diff", "--color", "always").out
    assert "\x1b[" not in tiercel("diff", "--color", "auto").out
    assert tiercel("diff", "--color", "blue").rc == 125
    assert tiercel("diff", "nothing-like-it").rc == 125
    patch = mode.home / "p.patch"
    patch.write_bytes(tiercel("diff").stdout)
    ran(mode, f"git apply {patch}")
    assert (mode.workspace / "b").read_text() == "no newline"
    assert tiercel("discard").rc == 0


def on_terminal(mode, args, keys=b"", env=None):
    """Runs it with a terminal of its own; returns (exit status, what it showed)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(mode.workspace)
        argv = mode.tiercel_argv(args)
        os.execvpe(argv[0], argv, mode.env(env))
    os.write(fd, keys)
    shown = b""
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode(errors="replace").replace("\r\n", "\n")


@pytest.mark.modes("user")
def test_pager_and_colour_on_a_terminal(tiercel, mode):
    shell(tiercel, "echo x >a")
    status, shown = on_terminal(mode, ["diff"], env={"PAGER": "sed 's/^/paged: /'"})
    assert status == 0 and "paged: " in shown and "\x1b[32m+x" in shown
    status, shown = on_terminal(mode, ["diff"], env={"PAGER": "cat", "NO_COLOR": "1"})
    assert status == 0 and "\x1b" not in shown and "+x\n" in shown
    status, shown = on_terminal(mode, ["diff", "--no-pager"], env={"PAGER": "sed 's/^/paged: /'"})
    assert status == 0 and "paged" not in shown
    # A pager that leaves early is no failure.
    assert on_terminal(mode, ["diff"], env={"PAGER": "true"})[0] == 0
    assert on_terminal(mode, ["diff"], env={"PAGER": "no-such-pager"})[0] == 0
    assert tiercel("discard").rc == 0


@pytest.mark.modes("user")
def test_hunks_are_asked_one_by_one(tiercel, mode):
    mode.write("a", "".join(f"{i}\n" for i in range(60)))
    mode.write("b", "b\n")
    shell(tiercel, "sed -i '3s/.*/first/; 30s/.*/second/; 50s/.*/third/' a; echo more >>b; echo new >c; rm -f x; echo z >z")
    status, shown = on_terminal(mode, ["apply", "--hunks"], b"y\n?\nn\ny\nn\ny\nq\n")
    assert status == 0 and shown.count("Apply this") == 7 and "leave this pending" in shown, shown
    text = (mode.workspace / "a").read_text()
    assert "first" in text and "second" not in text and "third" in text
    assert (mode.workspace / "b").read_text() == "b\n" and (mode.workspace / "c").read_text() == "new\n"
    assert set(changes(tiercel)) == {"a", "b", "z"}
    out = tiercel("diff", "a").out
    assert "second" in out and "+first" not in out and "+third" not in out
    assert tiercel("apply", "--hunks", "a", input="a\n").rc == 0
    assert "second" in (mode.workspace / "a").read_text()
    # End of input is q: nothing more is applied.
    assert tiercel("apply", "--hunks", input="").rc == 0
    assert set(changes(tiercel)) == {"b", "z"}
    assert tiercel("discard").rc == 0


@pytest.mark.modes("user")
def test_names_of_one_file_are_settled_one_by_one(tiercel, mode):
    """Taking a name from a file gives the others a new ctime, which is no change of the host's."""
    ran(mode, "echo x >a; ln a b; ln a c; ln a d; echo e >e")
    shell(tiercel, "rm a b; echo more >>c; chmod 600 d; mv e a")
    for path in ("b", "c", "a", "d", "e"):
        done = tiercel("apply", path)
        assert done.rc == 0, done
    assert nothing_pending(tiercel) and sorted(os.listdir(mode.workspace)) == ["a", "c", "d"]


@pytest.mark.modes("root", "user")
def test_chosen_paths(tiercel, mode):
    grown(mode)
    shell(tiercel, "mkdir -p n/m; echo 1 >n/m/1; echo 2 >n/2; rm -r d; mv x y; echo a >>a; echo 3 >n3")
    assert tiercel("apply", "n/m/1").rc == 0
    assert sorted(os.listdir(mode.workspace / "n")) == ["m"]
    assert tiercel("apply", "d/one").rc == 0
    assert sorted(os.listdir(mode.workspace / "d")) == ["sub"]
    assert tiercel("apply", "y").rc == 0
    assert not (mode.workspace / "x").exists() and (mode.workspace / "y").read_text() == "x\n"
    assert set(changes(tiercel)) == {"n/2", "n3", "d", "d/sub", "d/sub/two", "a"}
    assert tiercel("apply", "../a", cwd=mode.workspace / "n").rc == 125
    assert tiercel("apply", "2", cwd=mode.workspace / "n").rc == 0
    assert tiercel("apply", str(mode.workspace / "d")).rc == 0
    assert not (mode.workspace / "d").exists()
    assert set(changes(tiercel)) == {"n3", "a"}
    assert tiercel("apply", "no").rc == 125
    assert tiercel("apply", ".").rc == 0
    assert nothing_pending(tiercel)


@pytest.mark.modes("user")
def test_a_path_is_not_taken_for_a_sandbox(tiercel, mode):
    shell(tiercel, "echo a >a; echo b >b", "--name", "both")
    (row,) = [json.loads(line) for line in tiercel("ps", "-a", "--json").out.splitlines()]
    short = row["id"][:4]
    mode.write("both", "x\n")
    done = tiercel("apply", "both")
    assert done.rc == 125 and "write ./both" in done.err
    done = tiercel("apply", short)
    assert done.rc == 125 and "neither a sandbox nor a pending change" in done.err
    assert sorted(os.listdir(mode.workspace)) == ["both"]
    assert tiercel("apply", row["id"][:6], "a").rc == 0
    os.unlink(mode.workspace / "both")
    assert tiercel("apply", "both").rc == 0 and (mode.workspace / "b").exists()


@pytest.mark.modes("user")
def test_dry_run_and_json(tiercel, mode):
    mode.write("a", "a\n")
    shell(tiercel, "echo b >>a; mkdir .github; echo y >.github/w.yml")
    before = snapshot(mode.workspace)
    done = tiercel("apply", "--dry-run")
    assert done.rc == 0 and "would apply: a\n" in done.out and "held back, needs --protected: .github/w.yml" in done.err
    told = json.loads(tiercel("apply", "--dry-run", "--json").out)["changes"]
    assert {c["path"]: c["applied"] for c in told} == {"a": True, ".github": False, ".github/w.yml": False}
    assert snapshot(mode.workspace) == before and set(changes(tiercel)) == {"a", ".github", ".github/w.yml"}
    told = json.loads(tiercel("apply", "--json").out)["changes"]
    assert {c["path"] for c in told if c["applied"]} == {"a"}
    assert tiercel("apply", "--protected").rc == 0 and nothing_pending(tiercel)


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


BASE = "".join(f"line {i}\n" for i in range(40))


@pytest.mark.modes("root", "user")
def test_host_changes_are_merged_or_left(tiercel, mode):
    ws = mode.workspace
    for name in ("merge", "clash", "gone", "mode", "box-gone"):
        mode.write(name, BASE)
    shell(tiercel, "sed -i '3s/.*/box/' merge clash; sed -i 3d gone; chmod 755 mode; rm box-gone; echo n >new; echo ok >ok")
    ran(mode, "sed -i '30s/.*/host/' merge; sed -i '3s/.*/host/' clash; rm gone; echo more >>mode; echo more >>box-gone; "
        "echo mine >new")
    host = snapshot(ws)
    shown = tiercel("diff").out
    assert "modify merge\nhost: changed on the host as well; this is what the merge" in shown
    assert shown.count("a conflict, apply leaves it") == 4
    assert "-host" not in tiercel("diff", "merge").out and "-host" in tiercel("diff", "clash").out
    assert "(merged)" in tiercel("diff", "merge", "--stat").out and "(conflict)" in tiercel("diff", "new", "--stat").out
    assert {p: c["conflict"] for p, c in changes(tiercel).items()} == {
        "merge": "merged", "clash": "host", "gone": "host", "mode": "merged", "box-gone": "host", "new": "host",
        "ok": "none"}
    done = tiercel("apply")
    assert done.rc == 1 and "nothing was applied" in done.err and snapshot(ws) == host
    assert {m for m in re.findall(r"conflict, .*: (\S+)", done.err)} == {"clash", "gone", "box-gone", "new"}
    assert "merged with the host's own change: merge" in done.err
    done = tiercel("apply", "--skip-conflicts")
    assert done.rc == 1
    text = (ws / "merge").read_text()
    assert "box\n" in text and "host\n" in text and "line 2\n" not in text
    assert (ws / "clash").read_text() == BASE.replace("line 2\n", "host\n") and not (ws / "gone").exists()
    assert os.stat(ws / "mode").st_mode & 0o777 == 0o755 and (ws / "mode").read_text() == BASE + "more\n"
    assert (ws / "box-gone").read_text() == BASE + "more\n" and (ws / "new").read_text() == "mine\n"
    assert (ws / "ok").exists()
    assert set(changes(tiercel)) == {"clash", "gone", "box-gone", "new"}
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
def test_paths_that_may_be_written_are_live(tiercel, mode):
    """What files.write names is no workspace: it is changed at once, and is no part of a review."""
    one, two = mode.make_dir(mode.home / "one"), mode.make_dir(mode.home / "two")
    mode.write(one / "o", "o\n")
    shell(tiercel, f"echo w >w; echo more >>{one}/o; mkdir {two}/d", "--write", str(one), "--write", str(two))
    assert (one / "o").read_text() == "o\nmore\n" and (two / "d").is_dir()
    assert tiercel("diff", "--name-only").out == "w\n"
    assert tiercel("apply").rc == 0 and nothing_pending(tiercel)


@pytest.mark.modes("root", "user")
def test_commits_made_inside(tiercel, mode):
    ran(mode, f"{GIT} init -q . && echo 1 >f && {GIT} add f && {GIT} commit -qm one")
    shell(tiercel, f"echo 2 >>f; {GIT} commit -qam two; {GIT} checkout -q -b side; echo 3 >g; {GIT} add g; "
          f"{GIT} commit -qm three; {GIT} tag v1; {GIT} gc -q; {GIT} checkout -q main")
    done = tiercel("apply")
    assert done.rc == 0, done
    lines = [line[len("applied: "):] for line in done.out.splitlines()]
    assert any(line.startswith(".git/objects/pack/") for line in lines)
    said = ran(mode, "git fsck --full --strict 2>&1; git log --all --oneline; git status --short; cat f").out
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


@pytest.mark.modes("user")
def test_closed_directories_are_discarded(tiercel):
    shell(tiercel, "mkdir -p a/b/c; echo x >a/b/c/x; ln -s /etc a/b/l; chmod 0 a/b/c; chmod 100 a/b; chmod 0 a")
    assert tiercel("discard").rc == 0 and nothing_pending(tiercel)


@pytest.mark.modes("user")
def test_directories_of_others_below_the_workspace(tiercel, mode):
    """An overlay refuses what lies in them; the rest of the workspace still works."""
    if os.geteuid() != 0:
        skip("needs root to give a directory away")
    theirs = mode.make_dir(mode.workspace / "theirs")
    mode.write("theirs/f", "f\n")
    mode.write("mine", "m\n")
    os.chown(theirs, 0, 0)
    os.chmod(theirs, 0o755)
    done = shell(tiercel, "echo x >>theirs/f; echo y >>mine; cat mine", rc=0)
    assert "m\ny\n" in done.out
    assert tiercel("apply").rc == 0
    assert (mode.workspace / "mine").read_text() == "m\ny\n"
    os.chown(theirs, mode.uid, mode.gid)


@pytest.mark.modes("root", "user")
def test_copies_are_reviewed_alike(tiercel, mode):
    """Where there is no overlay: a file system in the workspace that it cannot lie over."""
    grown(mode)
    act = ACTS["kinds"] + "; " + ACTS["odd names"] + "; mkdir new; mv e/f new/; chmod 600 deep/1/a/1; "
    act += "setfattr -n user.d -v 1 deep/2/b"
    wanted = twin(mode, act)
    script = (f"mount -t tmpfs none $PWD/empty && {mode.programs}/tiercel run -q -- bash -c {json_quote(act)} && "
              f"{mode.programs}/tiercel apply >/dev/null; echo $?; {mode.programs}/tiercel ps -a --json")
    done = mode.run(["unshare", *([] if mode.is_root else ["-Ur"]), "-m", "bash", "-c", script])
    assert done.out.startswith("0\n"), done
    now = snapshot(mode.workspace)
    assert {p: now.get(p) for p in wanted} == wanted and set(now) == set(wanted)


def json_quote(text):
    return "$'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
