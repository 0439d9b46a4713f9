# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the input or the machine is told in one line, ends with 125 and leaves nothing behind."""
import os
import signal
import subprocess
import time

import pytest

from modes import skip


def refused(done, *words):
    assert done.rc == 125 and done.stdout == b"", done
    assert done.err.startswith("tiercel: ") and done.err.count("\n") == 1, done.err
    for word in words:
        assert word in done.err, done.err


def limited(mode, limits, *args):
    """tiercel under limits of the shell."""
    return mode.run(["bash", "-c", f'{limits}; exec "$0" "$@"', mode.programs / "tiercel", *args])


@pytest.mark.modes("user")
@pytest.mark.parametrize("args, words", [
    (("-m", "1k", "true"), ("--memory", "1MiB is the least")),
    (("--disk", "99999999999999999999G", "true"), ("--disk", "out of range")),
    (("--timeout", "0", "true"), ("30s",)),
    (("",), ("no command",)),
    (("-e", "=x", "true"), ("NAME=value",)),
    (("--policy", "nofile", "true"), ("nofile: no such policy file",)),
    (("--policy", ".", "true"), ("no regular file",)),
])
def test_bad_arguments(tiercel, args, words):
    refused(tiercel("run", *args), *words)


@pytest.mark.modes("user")
def test_a_report_that_cannot_be_written_is_said_before_the_run(tiercel, mode):
    for path in ("/nonexistent/x", "/", "/etc/passwd", ""):
        refused(tiercel("run", "--mode", "direct", "--report", path, "--", "touch", "made"), "--report")
    assert not (mode.workspace / "made").exists()
    assert tiercel("run", "--report", "r.json", "--", "true").rc == 0


@pytest.mark.modes("user")
def test_no_user_namespaces(mode):
    run = f"{mode.programs}/tiercel run -- true"
    done = mode.run(["unshare", "-Ur", "sh", "-c", f"echo 0 >/proc/sys/user/max_user_namespaces; exec {run}"])
    refused(done, "cannot make the namespaces", "tiercel doctor")


@pytest.mark.modes("user")
@pytest.mark.parametrize("few, enough", [("-n 4", "-n 128"), ("-n 127", "-n 128"), ("-v 3000", "-v 16384"),
                                         ("-f 0", "-f 1024")])
def test_own_limits(mode, few, enough):
    refused(limited(mode, f"ulimit {few}", "run", "--", "true"), f"try ulimit {enough}")
    assert limited(mode, f"ulimit {enough}", "run", "--", "true").rc == 0


@pytest.mark.modes("root")
def test_full_disk(mode):
    state = mode.make_dir(mode.home / "small")
    script = f"""mount -t tmpfs -o size=64k,mode=700 none {state}; export XDG_STATE_HOME={state}
t={mode.programs}/tiercel
mkdir -p {state}/tiercel/sandboxes
head -c 1M /dev/zero >{state}/fill 2>/dev/null
$t run -- true; echo "full $?"; rm {state}/fill
$t run -- sh -c 'head -c 1M /dev/zero >a1; echo x >a2; exit 3' 2>&1; echo "filled $?"
$t diff --name-only; $t discard; echo "discarded $?"
$t run -q -- sh -c 'for i in $(seq 400); do : >f$i; done'; echo "many $?"
$t apply; echo "applied $?"
ls | wc -l; $t discard; echo "discarded $?"
find {state} -mindepth 3 | wc -l"""
    done = mode.run(["unshare", "-m", "sh", "-c", script])
    assert "cannot write record.json: No space left on device" in done.err
    assert "full 125\n" in done.out and "filled 125\n" in done.out
    assert "its changes in" in done.out and "could not be recorded" in done.out
    assert "a1\na2\ndiscarded 0\nmany 0\n" in done.out
    # Nothing applied by half: the journal did not fit.
    assert done.out.endswith("applied 125\n0\ndiscarded 0\n0\n"), done.out + done.err


def test_closed_standard_streams(mode, tiercel):
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = mode.run(["sh", "-c", f'exec "$0" run -- sh -c "cat; echo x >a; echo out; echo err >&2" {closed}',
                         mode.programs / "tiercel"])
        assert done.rc == 0 and done.out in ("out\n", ""), (closed, done)
        assert tiercel("diff", "--name-only").out == "a\n"
        assert tiercel("discard").rc == 0


@pytest.mark.modes("user")
def test_a_reader_that_leaves_ends_the_command(mode):
    done = mode.run(["bash", "-c", f"{mode.programs}/tiercel run -q -- yes | head -n 1; exit ${{PIPESTATUS[0]}}"])
    assert done.rc == 141 and done.out == "y\n"
    for command in ("echo hi", "head -c 100M /dev/zero"):
        done = mode.run(["sh", "-c", f"exec {mode.programs}/tiercel run -- {command} >/dev/full"])
        assert done.rc in (125, 141) and "No space left" in done.err


@pytest.mark.modes("user")
def test_much_output_is_not_kept(mode):
    script = f"ulimit -v 65536; {mode.programs}/tiercel run -- head -c 2G /dev/zero | wc -c"
    assert mode.run(["bash", "-c", script]).out == "2147483648\n"


def test_output_limit(mode, tiercel):
    mode.write("p.yaml", "limits: { output: 1MiB }\n")
    done = tiercel("run", "--policy", "p.yaml", "--", "yes")
    assert done.rc == 137 and "reached limit.output 1024 KiB" in done.err
    assert len(done.stdout) < 4 << 20


def test_a_command_that_ignores_signals_is_ended_by_the_second(mode):
    child = mode.popen([mode.programs / "tiercel", "run", "-q", "--", "sh", "-c",
                        'trap "" TERM HUP INT; echo up; while :; do sleep 0.1; done'], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"
    child.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert child.poll() is None
    child.send_signal(signal.SIGTERM)
    assert child.wait(5) == 137
    child.stdout.close()


def test_daemons_end_with_the_command(tiercel):
    begin = time.monotonic()
    done = tiercel("run", "--", "sh", "-c", "setsid sleep 300 & setsid sh -c 'trap \"\" TERM HUP; sleep 300 & sleep 300' "
                   ">/dev/null 2>&1 </dev/null & echo x")
    assert done.rc == 0 and done.out == "x\n" and time.monotonic() - begin < 5


@pytest.mark.modes("user")
def test_many_files(tiercel, mode):
    code = "import os\nfor i in range(50):\n os.mkdir(f'd{i}')\n for j in range(1000): open(f'd{i}/{j}', 'w').close()"
    done = tiercel("run", "--", "/usr/bin/python3", "-c", code)
    assert done.rc == 0 and "50050 files changed" in done.err
    assert tiercel("diff", "--name-only").out.count("\n") == 50050
    assert tiercel("apply", "d7").rc == 0
    assert len(os.listdir(mode.workspace)) == 1 and len(os.listdir(mode.workspace / "d7")) == 1000
    assert tiercel("discard").rc == 0


@pytest.mark.modes("user")
def test_workspace_that_is_everything(tiercel, mode):
    for where in ("/", "/tmp", mode.home, mode.home.parent):
        refused(tiercel("run", "--", "true", cwd=where), "the workspace would be")
    mode.write(mode.home / "keep", "x")
    done = tiercel("run", "-q", "--yes-really", "--", "sh", "-c", "rm -f keep", cwd=mode.home)
    if done.rc == 125:
        skip(done.err)
    assert (mode.home / "keep").exists()
    assert tiercel("discard", cwd=mode.home).rc == 0
