# SPDX-License-Identifier: Apache-2.0
"""tiercel run: what the command sees, what it cannot do, how it ends, and what is left."""
import hashlib
import json
import os
import signal
import socket
import subprocess
import time

import pytest

from modes import skip


def fingerprint(top):
    found = hashlib.sha256()
    for folder, names, files in sorted(os.walk(top)):
        for name in sorted(names + files):
            path = os.path.join(folder, name)
            found.update(os.fsencode(path) + str(os.lstat(path).st_mode).encode())
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    found.update(file.read())
    return found.hexdigest()


@pytest.mark.parametrize("code", (0, 7, 125))
def test_exit_status_is_the_commands(tiercel, code):
    assert tiercel("run", "--", "sh", "-c", f"exit {code}").rc == code


def test_other_ends(tiercel):
    assert tiercel("run", "--", "no-such-program").rc == 127
    assert tiercel("run", "--", "/etc/passwd").rc == 126
    assert tiercel("run", "--", "sh", "-c", "kill -15 $$").rc == 143
    assert tiercel("run", "--timeout", "300ms", "--", "sleep", "30").rc == 124


def test_bytes_pass_through(tiercel):
    data = bytes(range(256)) * 5000
    done = tiercel("run", "--", "cat", input=data.decode("latin1").encode("latin1"))
    assert done.rc == 0 and done.stdout == data
    done = tiercel("run", "--", "sh", "-c", "echo out; echo err >&2")
    assert done.stdout == b"out\n" and done.stderr.startswith(b"err\n")


def test_walls_say_the_kernel(tiercel):
    text = tiercel("run", "--", "cat", "/proc/self/status").out
    for line in ("NoNewPrivs:\t1", "Seccomp:\t2", "CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000",
                 "CapEff:\t0000000000000000", "CapInh:\t0000000000000000", "CapAmb:\t0000000000000000"):
        assert line in text


def test_nobody_is_root_inside(tiercel):
    assert tiercel("run", "--", "id", "-u").out.strip() != "0"
    assert tiercel("run", "--", "whoami").rc == 0


def test_only_its_own_processes(tiercel):
    pids = tiercel("run", "--", "sh", "-c", "echo /proc/[0-9]*").out.split()
    assert 1 <= len(pids) <= 3
    assert tiercel("run", "--", "sh", "-c", f"kill -0 {os.getpid()}").rc != 0


def test_system_is_read_only(tiercel):
    done = tiercel("run", "--", "sh", "-c", "touch /usr/x; touch /etc/x; touch /x; echo x >/proc/sys/kernel/hostname; "
                   "mkdir /proc/x; ls /sys")
    assert done.err.count("Read-only file system") >= 4
    assert done.out.split() == ["devices"]


def test_home_is_empty_and_environment_clean(tiercel, mode):
    mode.write(mode.home / ".ssh" / "id_ed25519", "canary")
    done = tiercel("run", "--", "sh", "-c", "cat ~/.ssh/id_ed25519; ls -A ~; env", env={"CANARY_TOKEN": "canary"})
    assert "canary" not in done.out
    assert "TIERCEL=1" in done.out and "container=tiercel" in done.out


def test_no_descriptor_leaks(mode):
    done = mode.run(["sh", "-c", f"exec 9</etc/passwd; exec {mode.programs}/tiercel run -- sh -c 'ls /proc/self/fd'"])
    assert set(done.out.split()) <= {"0", "1", "2", "3"}


def test_host_loopback_and_sockets_are_out_of_reach(tiercel):
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0tiercel-test-{os.getpid()}")
        abstract.listen()
        code = f"""
import socket
for family, where in ((socket.AF_INET, ("127.0.0.1", {tcp.getsockname()[1]})),
                      (socket.AF_UNIX, "\\0tiercel-test-{os.getpid()}")):
    try:
        socket.socket(family).connect(where); print("OPEN", where)
    except OSError as why:
        print("held", why)
"""
        # Nothing holds it outside: the probe is known to work.
        assert subprocess.run(["/usr/bin/python3", "-c", code], capture_output=True, text=True,
                              check=True).stdout.count("OPEN") == 2
        done = tiercel("run", "--", "/usr/bin/python3", "-c", code)
        assert done.out.count("held") == 2, done.out + done.err


def test_denials_are_named(tiercel, mode):
    code = "import socket\ntry: socket.socket().connect(('169.254.169.254', 80))\nexcept OSError as e: print(e.errno)"
    done = tiercel("run", "--report", "r.json", "--", "sh", "-c", f'/usr/bin/python3 -c "{code}"; unshare -U true')
    assert done.out == "111\n"
    events = json.loads((mode.workspace / "r.json").read_text())["events"]
    assert {e["type"] for e in events} == {"net.connect", "syscall"}
    assert "169.254.169.254:80" in {e["target"] for e in events}


def test_memory_limit(tiercel, mode):
    done = tiercel("run", "-m", "64m", "--report", "r.json", "--", "/usr/bin/python3", "-c", "x = b'x' * (1 << 30)")
    assert done.rc == 137
    report = json.loads((mode.workspace / "r.json").read_text())
    assert [e["type"] for e in report["events"]] == ["limit.memory"]
    memory = [f for f in report["fields"] if f["field"] == "limits.memory"]
    assert memory[0]["mechanism"] and memory[0]["result"] == "enforced"


def test_process_limit_and_daemons(tiercel):
    done = tiercel("run", "--pids-limit", "20", "--", "bash", "-c", "b() { b | b & }; b; sleep 30")
    assert done.rc == 137 and "reached limit.pids 20 processes" in done.err
    done = tiercel("run", "--pids-limit", "20", "--", "sh", "-c", "for i in $(seq 10); do sleep 0.2 & done; wait")
    assert done.rc == 0 and done.err == ""
    assert tiercel("run", "--", "sh", "-c", "setsid sleep 300 & echo gone").out == "gone\n"


def test_disk_limit(tiercel):
    done = tiercel("run", "--disk", "16m", "--", "sh", "-c",
                   "i=0; while :; do head -c 4M /dev/zero >f$i; i=$((i+1)); done")
    assert done.rc == 137 and "limit.disk" in done.err
    assert tiercel("discard").rc == 0
    done = tiercel("run", "--disk", "16m", "--", "dd", "if=/dev/zero", "of=one", "bs=1M", "count=64")
    assert done.rc == 137 and "reached limit.disk 16 MiB" in done.err
    assert tiercel("discard").rc == 0


def test_a_terminal_keeps_its_cursor(mode):
    """Leaving an alternate screen that was not there moves the cursor to where it was saved last."""
    done = mode.run(["script", "-qec", f"{mode.programs}/tiercel run -- true", "/dev/null"])
    assert "\x1b7\x1b[?1049l\x1b8" in done.out and done.out.count("?1049l") == 1


def test_rm_rf_costs_nothing(tiercel, mode):
    mode.write("src/main.c", "int main(void) { return 0; }\n")
    mode.write(".git/config", "[core]\n")
    before = fingerprint(mode.workspace)
    tiercel("run", "-q", "--", "rm", "-rf", "--no-preserve-root", "/")
    assert fingerprint(mode.workspace) == before
    assert set(tiercel("diff", "--name-only", "--no-pager").out.split()) >= {"src/main.c", ".git/config"}
    assert tiercel("discard").rc == 0
    assert fingerprint(mode.workspace) == before


def test_review_round_trip(tiercel, mode):
    mode.write("a.txt", "one\n")
    mode.write("gone.txt", "x\n")
    done = tiercel("run", "--", "sh", "-c", "echo two >>a.txt; rm gone.txt; mkdir d; echo new >d/n; "
                   "mkdir -p .git/hooks; echo bad >.git/hooks/post-merge")
    assert done.rc == 0 and "tiercel diff" in done.err
    assert (mode.workspace / "a.txt").read_text() == "one\n"
    assert tiercel("apply", "a.txt", "gone.txt", "d").rc == 0
    assert (mode.workspace / "a.txt").read_text() == "one\ntwo\n"
    assert not (mode.workspace / "gone.txt").exists()
    assert (mode.workspace / "d/n").stat().st_uid == mode.workspace.stat().st_uid
    tiercel("apply")
    assert not (mode.workspace / ".git/hooks/post-merge").exists()
    tiercel("apply", "--protected")
    assert (mode.workspace / ".git/hooks/post-merge").read_text() == "bad\n"
    assert tiercel("ps", "-a").out.count("\n") == 1


def test_modes_of_the_workspace(tiercel, mode):
    mode.write("f", "1\n")
    mode.write(".git/hooks/x", "hook\n")
    assert tiercel("run", "--mode", "readonly", "--", "sh", "-c", "echo 2 >>f").rc != 0
    assert tiercel("run", "--mode", "direct", "--", "sh", "-c", "echo 2 >>f; echo 3 >>.git/hooks/x; true").rc == 0
    assert (mode.workspace / "f").read_text() == "1\n2\n"
    assert (mode.workspace / ".git/hooks/x").read_text() == "hook\n"


@pytest.mark.modes("root")
def test_a_workspace_with_a_mount_below_is_copied(tiercel, mode):
    mode.make_dir(mode.workspace / "sub")
    mode.write("a.txt", "one\n")
    done = mode.run(["unshare", "-m", "sh", "-c", f"mount -t tmpfs none sub && {mode.programs}/tiercel run -- "
                     f"sh -c 'echo two >>a.txt' && {mode.programs}/tiercel apply"])
    assert done.rc == 0, done.err
    assert (mode.workspace / "a.txt").read_text() == "one\ntwo\n"


@pytest.mark.parametrize("args, words", (
    (("run",), "no command"),
    (("run", "--memry", "1g", "--", "true"), "--memory"),
    (("run", "--memory", "-1g", "--", "true"), "4GiB"),
    (("run", "--allow", "git hub.com", "--", "true"), "network.allow"),
    (("run", "--tier", "vm", "--", "true"), "not built"),
    (("run", "--name", "../x", "--", "true"), "--name"),
))
def test_bad_input_is_one_line(tiercel, args, words):
    done = tiercel(*args)
    assert done.rc == 125 and done.err.count("\n") == 1 and words in done.err


def test_bad_workspaces_and_policies(tiercel, mode):
    assert "/" in tiercel("run", "--", "true", cwd="/").err
    assert "yes-really" in tiercel("run", "--", "true", cwd=mode.home).err
    mode.write("p.yaml", "version: 1\nlimit: {}\n")
    assert 'p.yaml:2:1: unknown key "limit"; did you mean "limits"?' in tiercel("run", "--policy", "p.yaml", "--", "true").err
    mode.write("p.yaml", "version: 1\n", mode=0o666)
    assert "others may write" in tiercel("run", "--policy", "p.yaml", "--", "true").err
    mode.write(".tiercel.yaml", "files: { read: [/root] }\n")
    assert "only tighten" in tiercel("run", "--", "true").err


@pytest.mark.keeps_state
def test_killed_supervisor_takes_all_with_it(mode):
    child = mode.popen([mode.programs / "tiercel", "run", "--", "sh", "-c", "sleep 321 & sleep 321"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    if child.poll() is not None:
        skip("the sandbox did not start")
    child.send_signal(signal.SIGKILL)
    child.wait()
    for _ in range(50):
        if b"sleep\x00321" not in b"".join(read_all(f"/proc/{p}/cmdline") for p in os.listdir("/proc") if p.isdigit()):
            break
        time.sleep(0.1)
    else:
        raise AssertionError("the command outlived its supervisor")
    assert "dead" in mode.run([mode.programs / "tiercel", "ps", "-a"]).out
    assert mode.run([mode.programs / "tiercel", "rm", "--all"]).rc == 0


@pytest.mark.modes("root", "user")
def test_the_inside_half_may_be_the_faster(mode):
    done = mode.run(["strace", "-f", "-o", "/dev/null", "-e", "trace=clone,clone3", "-e",
                     "inject=clone,clone3:delay_exit=200000", mode.programs / "tiercel", "run", "--", "echo", "ok"])
    assert done.rc == 0 and done.out == "ok\n", done


def read_all(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
