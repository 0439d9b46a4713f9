# SPDX-License-Identifier: Apache-2.0
"""tiercel run --mode direct: protected paths are held whether they exist or not, and the host stays as it was."""
import os
import signal
import subprocess
import time

import pytest

pytestmark = pytest.mark.modes("root", "user")

ABSENT = (".git/hooks", ".claude", ".vscode", ".envrc", "CLAUDE.md", ".gitmodules")


def listing(top):
    """Everything below a folder: kind, permissions, owner, content or target."""
    found = {}
    for folder, names, files in os.walk(top):
        for name in names + files:
            path = os.path.join(folder, name)
            what = os.lstat(path)
            link = os.readlink(path) if os.path.islink(path) else None
            data = open(path, "rb").read() if os.path.isfile(path) and not link else None
            found[os.path.relpath(path, top)] = (what.st_mode, what.st_uid, what.st_gid, link, data)
    return found


def git(mode, *args, cwd=None):
    done = mode.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "protocol.file.allow=always", *args],
                    cwd=cwd)
    assert done.rc == 0, done.err
    return done


@pytest.fixture
def repo(mode):
    git(mode, "init", "-q", ".")
    git(mode, "config", "user.name", "t")
    git(mode, "config", "user.email", "t@t")
    subprocess.run(["rm", "-r", mode.workspace / ".git/hooks"], check=True)
    mode.write("f", "1\n")
    git(mode, "add", "f")
    git(mode, "commit", "-q", "-m", "1")
    return mode.workspace


def direct(tiercel, script, *more, **kw):
    return tiercel("run", "--mode", "direct", *more, "--", "sh", "-c", script, **kw)


def wait_for(what, seconds=10):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def argv_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def kill_all_of(mode):
    """The guard first, so that nobody is left to clean up."""
    ours = [int(p) for p in os.listdir("/proc") if p.isdigit() and argv_of(p)[:1] == [str(mode.programs / "tiercel")]]
    for pid in sorted(ours, reverse=True):
        os.kill(pid, signal.SIGKILL)


ACTS = (
    "mkdir -p .git/hooks; echo x >.git/hooks/pre-commit",
    "mkdir -p .claude; echo x >.claude/settings.json",
    "mkdir -p .vscode; echo x >.vscode/tasks.json",
    "echo x >.envrc",
    "echo x >CLAUDE.md",
    "mv .git .git2; mkdir -p .git/hooks; echo x >.git/hooks/pre-commit",
    "mkdir e; mv -T e .git/hooks",
    "mkdir e; mv -T e .vscode; rmdir e",
    "ln -sn /tmp .claude; ln -sfn /tmp .claude; ln -sfnT /tmp .vscode",
    "rmdir .vscode; rm -rf .git/hooks; rm -f .git/config",
    "python3 -c 'import os; os.rename(\"f\", \".git/config\")'",
    "ln .git/config c",
    "git config core.hooksPath /tmp; git config --file .git/config a.b c",
    "chmod 777 .vscode .git/hooks; chmod 777 .git/config",
    "echo ../evil >.git/commondir",
    "git rev-parse --git-dir; mv .git/hooks .git/h",
)


def test_what_does_not_exist_cannot_be_made(tiercel, repo):
    before = listing(repo)
    direct(tiercel, "\n".join(f"({act})" for act in ACTS))
    after = listing(repo)
    after.pop("e", None)
    assert after == before


@pytest.mark.parametrize("act", ACTS[:3] + ACTS[5:6])
def test_each_act_succeeds_where_nothing_holds_it(mode, repo, act):
    before = listing(repo)
    mode.run(["sh", "-c", act])
    assert listing(repo) != before


def test_the_summary_does_not_say_that_nothing_changed(tiercel, repo):
    assert "changes are in place" in direct(tiercel, "echo 2 >f; exit 3").err


def test_work_is_not_hindered(tiercel, mode, repo):
    done = direct(tiercel, "echo 2 >>f && git commit -qam 2 && git checkout -qb b && git gc -q && mkdir -p a/b && mv a c "
                  "&& git worktree list && git status --porcelain")
    assert done.rc == 0, done.err
    assert git(mode, "log", "--oneline", "b").out.count("\n") == 2
    assert git(mode, "status", "--porcelain").out == ""
    assert (repo / "c/b").is_dir()


def test_git_outside_sees_no_change_while_it_runs(tiercel, mode, repo):
    inside = mode.popen([mode.programs / "tiercel", "run", "--mode", "direct", "--", "sh", "-c",
                         "touch up; while [ ! -e end ]; do sleep 0.05; done; rm up end"])
    wait_for((repo / "up").exists)
    assert (repo / ".vscode").is_dir() and (repo / ".git/hooks").is_dir()
    assert git(mode, "status", "--porcelain", "-uall").out.split("\n")[:-1] == ["?? up"]
    mode.write("f", "2\n")
    git(mode, "commit", "-q", "-a", "-m", "2")
    git(mode, "worktree", "add", "-q", "../other")
    git(mode, "worktree", "remove", "../other")
    mode.write("end", "")
    assert inside.wait(20) == 0
    assert not any((repo / name).exists() for name in (*ABSENT, ".git/commondir"))


def test_side_by_side_the_last_one_takes_the_placeholders_away(tiercel, mode, repo):
    before = listing(repo)
    script = "touch up$0; while [ ! -e end$0 ]; do sleep 0.05; done; mkdir -p .vscode; echo x >.vscode/x; rm up$0 end$0"
    runs = [mode.popen([mode.programs / "tiercel", "run", "--mode", "direct", "--", "sh", "-c", script, n],
                       stderr=subprocess.DEVNULL) for n in "12"]
    wait_for(lambda: (repo / "up1").exists() and (repo / "up2").exists())
    for n, run in zip("12", runs):
        assert (repo / ".vscode").is_dir()
        mode.write("end" + n, "")
        run.wait(20)
    assert listing(repo) == before


def test_many_at_once(mode, repo):
    before = listing(repo)
    runs = [mode.popen([mode.programs / "tiercel", "run", "-q", "--mode", "direct", "--", "sh", "-c",
                        "echo x >.git/hooks/x || exit 9"], stderr=subprocess.PIPE) for _ in range(12)]
    ends = [(run.communicate(timeout=60)[1], run.returncode) for run in runs]
    assert {code for _, code in ends} <= {9, 2}, ends
    assert listing(repo) == before


def test_a_killed_supervisor_leaves_no_placeholder(tiercel, mode, repo):
    before = listing(repo)
    run = mode.popen([mode.programs / "tiercel", "run", "--mode", "direct", "--", "sh", "-c",
                      "touch up; while :; do echo x >.git/hooks/x; mkdir .vscode; echo x >.vscode/x; done 2>/dev/null"])
    wait_for((repo / "up").exists)
    os.kill(run.pid, signal.SIGKILL)
    run.wait(10)
    wait_for(lambda: not any((repo / name).exists() for name in (*ABSENT, ".git/commondir")))
    (repo / "up").unlink()
    assert listing(repo) == before
    assert tiercel("rm", "--all").rc == 0


@pytest.mark.modes("user")
def test_listing_sandboxes_clears_away_what_was_left(tiercel, mode, repo):
    before = listing(repo)
    run = mode.popen([mode.programs / "tiercel", "run", "--mode", "direct", "--", "sh", "-c", "touch up; sleep 60"])
    wait_for((repo / "up").exists)
    kill_all_of(mode)
    run.wait(10)
    assert (repo / ".vscode").is_dir() and (repo / ".git/commondir").exists()
    (repo / "up").unlink()
    assert tiercel("ps", "-a", cwd=mode.home).rc == 0
    assert listing(repo) == before
    assert tiercel("rm", "--all").rc == 0


@pytest.mark.modes("user")
def test_the_next_start_takes_over_what_was_left(tiercel, mode, repo):
    before = listing(repo)
    run = mode.popen([mode.programs / "tiercel", "run", "--mode", "direct", "--", "sh", "-c", "touch up; sleep 60"])
    wait_for((repo / "up").exists)
    kill_all_of(mode)
    run.wait(10)
    assert (repo / ".vscode").is_dir()
    (repo / "up").unlink()
    assert direct(tiercel, "echo x >.vscode/x").rc != 0
    assert listing(repo) == before
    assert tiercel("rm", "--all").rc == 0


def test_what_a_user_puts_into_a_placeholder_stays(mode, repo):
    run = mode.popen([mode.programs / "tiercel", "run", "--mode", "direct", "--", "sh", "-c",
                      "touch up; while [ ! -e end ]; do sleep 0.05; done; rm up end; cat .vscode/mine; echo x >.vscode/mine"],
                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_for((repo / "up").exists)
    mode.write(".vscode/mine", "hello\n")
    mode.write("end", "")
    assert run.communicate(timeout=20)[0] == b"hello\n"
    assert (repo / ".vscode/mine").read_text() == "hello\n"
    assert (repo / ".vscode").stat().st_mode & 0o7777 == 0o755
    assert not (repo / ".claude").exists()


@pytest.mark.parametrize("act, what", (
    ("git config a.b c", ".git/config"),
    ("git clean -qfd", ".c"),
    ("mv .git .git2", ".git"),
    ("rm -r .git/hooks && ln -s /tmp .git/hooks", ".git/hooks"),
))
def test_a_hold_that_is_lost_outside_ends_the_sandbox(mode, repo, act, what):
    run = mode.popen([mode.programs / "tiercel", "run", "--mode", "direct", "--", "sh", "-c", "touch up; sleep 60"],
                     stderr=subprocess.PIPE)
    wait_for((repo / "up").exists)
    assert mode.run(["sh", "-c", act]).rc == 0
    said = run.communicate(timeout=10)[1].decode()
    assert run.returncode == 137
    assert f"ended by protect.replaced {repo}/{what}" in said, said


def test_changes_in_place_end_nothing(tiercel, mode, repo):
    done = direct(tiercel, "for i in 1 2 3 4 5 6 7 8 9; do mkdir config hooks; git commit -q --allow-empty -m $i; "
                  "rmdir config hooks; done")
    assert done.rc == 0 and "protect" not in done.err, done.err


def test_an_empty_directory_of_the_users_stays(tiercel, mode, repo):
    mode.make_dir(repo / ".vscode")
    before = listing(repo)
    assert direct(tiercel, "true").rc == 0
    assert listing(repo) == before


def test_links_are_held_with_what_they_lead_to(tiercel, mode, repo):
    mode.write("agents/settings.json", "{}\n")
    mode.write("AGENTS.md", "be good\n")
    for name, target in ((".claude", "agents"), ("CLAUDE.md", "AGENTS.md"), (".vscode", "./ide/../ide/vs"),
                         (".idea", str(repo / "idea"))):
        mode.own((repo / name).symlink_to(target) or repo / name)
    before = listing(repo)
    direct(tiercel, """(echo x >.claude/settings.json); (echo x >agents/x); (rm .claude CLAUDE.md)
        (ln -sfn /tmp .claude); (mv f CLAUDE.md); (echo x >AGENTS.md); (mv agents a2); (mv ide i2); (mkdir -p ide/vs; echo x >ide/vs/x)
        (echo x >.idea/x); (mkdir idea; echo x >idea/x)""")
    assert listing(repo) == before


def test_a_git_directory_behind_a_link(tiercel, mode, repo):
    (repo / ".git").rename(repo / "elsewhere")
    mode.own((repo / ".git").symlink_to("elsewhere") or repo / ".git")
    before = listing(repo)
    direct(tiercel, "\n".join(f"({act})" for act in ACTS + ("echo ../evil >elsewhere/commondir", "mv elsewhere e2",
                                                            "mkdir -p elsewhere/hooks; echo x >elsewhere/hooks/x")))
    after = listing(repo)
    after.pop("e", None)
    assert after == before
    assert direct(tiercel, "git commit -q --allow-empty -m 2").rc == 0


def test_deep_paths_and_their_parents(tiercel, mode, repo):
    mode.write("a/b/keep.json", "1\n")
    mode.write("a/b/free", "1\n")
    mode.write(".tiercel.yaml", "version: 1\nfiles: { protect: [a/b/keep.json, a/new/deep/x.json, a/b, t/free] }\n")
    mode.write("t/free/x", "1\n")
    before = listing(repo)
    direct(tiercel, """(mv a a2); (mv a/b a/b2); (echo 2 >a/b/keep.json); (echo 2 >a/b/free); (mkdir -p a/new/deep; echo 1 >a/new/deep/x.json)
        (mv t t2); (echo 2 >t/free/x)""")
    assert listing(repo) == before
    assert direct(tiercel, "echo 1 >a/other && mv a/other t/other && rm t/other").rc == 0


@pytest.mark.parametrize("entry, words", (
    ("'*.md'", "is a pattern"),
    ("hard", "hard links"),
    ("out", "may be written"),
))
def test_what_cannot_be_held_is_refused(tiercel, mode, repo, entry, words):
    mode.write("hard", "1\n")
    os.link(repo / "hard", repo / "soft")
    mode.own((repo / "out").symlink_to(mode.home / "granted/x") or repo / "out")
    mode.make_dir(mode.home / "granted")
    policy = mode.write(mode.home / "p.yaml", f"version: 1\nfiles: {{ protect: [{entry}, .vscode], write: [~/granted] }}\n")
    before = listing(repo)
    done = direct(tiercel, "touch ran", "--policy", policy)
    assert done.rc == 125 and words in done.err and done.err.startswith("tiercel: "), done.err
    assert listing(repo) == before


def test_worktrees_and_submodules(tiercel, mode, repo):
    """The git directory that a pointer leads to has hooks and a configuration as well."""
    main = repo / "main"
    other = repo / "other"
    mode.make_dir(main)
    git(mode, "init", "-q", ".", cwd=main)
    git(mode, "commit", "-q", "--allow-empty", "-m", "1", cwd=main)
    git(mode, "submodule", "--quiet", "add", str(repo), "sub", cwd=main)
    git(mode, "commit", "-q", "-m", "2", cwd=main)
    git(mode, "worktree", "add", "-q", str(other), cwd=main)
    subprocess.run(["rm", "-rf", main / ".git/hooks"], check=True)
    for where, tops in ((other, (main / ".git",)), (main / "sub", (main / ".git/modules/sub",)),
                        (main, (main / ".git", main / ".git/modules/sub"))):
        before = listing(repo)
        script = "(echo 'gitdir: ../evil' >.git)\n"
        if where == main:
            script += "(echo 'gitdir: ../evil' >sub/.git); (mv sub sub2)\n"
        for top in tops:
            script += (f"(mkdir -p {top}/hooks; echo x >{top}/hooks/pre-commit); (echo x >>{top}/config); (echo /tmp >{top}/commondir)\n"
                       f"(echo /tmp >{top}/worktrees/other/commondir); (mv {top}/worktrees {top}/w2)\n")
        direct(tiercel, script, cwd=where)
        after = listing(repo)
        assert after == before, where
        done = direct(tiercel, "git -c user.name=t -c user.email=t@t commit -q --allow-empty -m 3 && git status --porcelain", cwd=where)
        assert done.rc == 0, (where, done.err)


def test_a_project_within_a_repository(tiercel, mode, repo):
    mode.write("sub/x", "1\n")
    git(mode, "add", "sub")
    git(mode, "commit", "-q", "-m", "2")
    before = listing(repo)
    done = direct(tiercel, "git init -q . ; mkdir -p .git/hooks; echo x >.git/hooks/x", cwd=repo / "sub")
    assert done.rc != 0
    assert listing(repo) == before


def test_plan_names_them_and_makes_nothing(tiercel, repo):
    before = listing(repo)
    said = tiercel("plan", "--mode", "direct", "--", "true").out
    assert f"{repo}/.git/hooks (read-only" in said and f"bind         {repo}/.git (nosuid" in said
    assert listing(repo) == before
