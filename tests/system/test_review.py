# SPDX-License-Identifier: Apache-2.0
"""tiercel diff, apply and discard on what real commands did in a real sandbox."""
import json
import os
import pty

import pytest

from modes import skip
from review import ACTS, changes, grown, kinds, nothing_pending, ran, shell, snapshot, twin


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


@pytest.mark.modes("root", "user")
def test_paths_that_may_be_written_are_live(tiercel, mode):
    """What files.write names is no workspace: it is changed at once, and is no part of a review."""
    one, two = mode.make_dir(mode.home / "one"), mode.make_dir(mode.home / "two")
    mode.write(one / "o", "o\n")
    shell(tiercel, f"echo w >w; echo more >>{one}/o; mkdir {two}/d", "--write", str(one), "--write", str(two))
    assert (one / "o").read_text() == "o\nmore\n" and (two / "d").is_dir()
    assert tiercel("diff", "--name-only").out == "w\n"
    assert tiercel("apply").rc == 0 and nothing_pending(tiercel)


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
