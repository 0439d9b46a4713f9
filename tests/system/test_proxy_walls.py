# SPDX-License-Identifier: Apache-2.0
"""The proxy as hostile territory: a program in its place that attacks, says nonsense, or never gets ready; its end."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest
from census import below
from conftest import BUILD

sys.path.insert(0, str(Path(__file__).resolve().parent))
from modes import skip  # noqa: E402
from test_network import ADDR, PYTHON, outside, run  # pylint: disable=unused-import # noqa: E402,F401

pytestmark = pytest.mark.modes("root", "user")
PROXY = "tiercel-proxy"
MARK, ORDERS = b"@TIERCEL-TEST-ORDERS@", 4096
RULED = ("--workspace", ".", "--mode", "readonly", "--allow", "any.example:443")
REFUSED = 125
# What an ordinary user can do where nothing holds him; the rest depends on the machine or takes root.
ANYBODY = {"key", "accounts", "work", "write", "make", "anywhere", "list", "process", "signal", "signal-all", "fork",
           "shell", "abstract", "bus", "pair", "netlink", "serve", "user", "core-pipe", "ioctl", "climb", "run-memory",
           "linger"}
ROOT = {"shadow", "chroot", "mount", "trace", "raw", "packet", "bpf"}


class Stand:
    """The programs with a stand-in for the proxy beside them, made to play one role."""

    def __init__(self, mode):
        self.mode, self.name = mode, b"\0hostile-%d" % os.getpid()
        self.folder = Path(tempfile.mkdtemp(prefix="tiercel-test-"))
        self.folder.chmod(0o755)
        for name in ("tiercel", "tiercel-stage"):
            shutil.copy(mode.programs / name, self.folder / name)
        self.bait = mode.popen(["sleep", "1000"])
        mode.write(mode.home / ".ssh/id_ed25519", "key", 0o600)
        mode.write("file", "text\n")
        self.sockets = []
        for path in (self.name, str(mode.runtime / "bus")):
            s = socket.socket(socket.AF_UNIX)
            s.bind(path)
            s.listen(9)
            self.sockets.append(s)
        mode.own(mode.runtime / "bus")

    def play(self, role):
        mode = self.mode
        texts = (role, mode.home, mode.workspace, self.name[1:].decode(), mode.runtime / "bus", self.bait.pid)
        orders = b"".join(str(x).encode() + b"\0" for x in texts)
        program = (BUILD / "hostile" / PROXY).read_bytes()
        at = program.index(MARK)
        # A new file each time: the one before may still be mapped.
        (self.folder / PROXY).unlink(missing_ok=True)
        (self.folder / PROXY).write_bytes(program[:at] + orders.ljust(ORDERS, b"\0") + program[at + ORDERS:])
        (self.folder / PROXY).chmod(0o755)

    def run(self, role, *command, timeout=8):
        self.play(role)
        start = time.monotonic()
        done = self.mode.run([self.folder / "tiercel", "run", *RULED, "--json", "--", *(command or ("echo", "ran"))],
                             timeout=timeout)
        done.seconds = time.monotonic() - start
        return done

    def remove(self):
        for s in self.sockets:
            s.close()
        (self.mode.runtime / "bus").unlink()
        self.bait.kill()
        self.bait.wait()
        shutil.rmtree(self.folder)


@pytest.fixture
def stand(mode):
    if not (BUILD / "hostile" / PROXY).exists():
        skip("the stand-in for the proxy is not built: make hostile")
    s = Stand(mode)
    yield s
    s.remove()


def events(done, kind):
    summary = json.loads(done.err)
    return {e["target"]: e["reason"] for e in summary["events"] if e["type"] == kind}


# --- what arbitrary code in it can do ---
def test_arbitrary_code_in_the_proxy_gets_nowhere(stand, mode):
    stand.play("walls")
    free = mode.run([stand.folder / PROXY, "free"])
    works = {line.split()[0] for line in free.out.splitlines() if line.endswith(" open")}
    wanted = ANYBODY | ROOT if mode.is_root else ANYBODY
    assert wanted <= works, wanted - works
    done = stand.run("walls")
    assert done.rc == 0 and "ran" in done.out, done.err
    said = events(done, "net.error")
    assert set(said) == {line.split()[0] for line in free.out.splitlines()}
    assert not [name for name, how in said.items() if how == "open"], said
    assert said["key"] == said["work"] == said["process"] == "ENOENT" and said["abstract"] == said["bus"] == "EAFNOSUPPORT"
    assert stand.bait.poll() is None


# --- what it can do to its supervisor ---
@pytest.mark.parametrize("role", ["short", "empty", "long", "fds", "waiting", "fail"])
def test_a_message_that_cannot_be_understood_ends_the_start(stand, role):
    done = stand.run(role)
    assert (done.rc, done.out) == (REFUSED, ""), done.err
    assert done.err.startswith("tiercel: ") and done.err.count("\n") == 1 and "\x1b" not in done.err
    assert done.seconds < 3


def test_texts_without_an_end_and_descriptors_harm_nobody(stand):
    done = stand.run("unterminated")
    assert done.rc == 0 and "ran" in done.out, done.err
    assert "\x1b" not in done.err and json.loads(done.err)


def test_a_message_that_cannot_be_understood_later_ends_the_network(stand):
    done = stand.run("later", "sh", "-c", "sleep .6; exit 7")
    assert done.rc == 7 and PROXY in events(done, "net.lost"), done.err


def test_asking_for_sockets_without_end_holds_nothing_up(stand):
    done = stand.run("wants", "sh", "-c", "sleep .5; exit 7")
    assert done.rc == 7 and done.seconds < 4, done.err


def test_a_flood_of_events_is_bounded(stand, mode):
    stand.play("served-flood")
    child = mode.popen([stand.folder / "tiercel", "run", *RULED, "--json", "--", "sleep", ".6"],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(.5)
    peak = max(peak_kib(pid) for pid, (_, name) in below(os.getpid()).items() if name == "tiercel")
    _, err = child.communicate(timeout=8)
    assert child.returncode == 0, err
    assert peak < 32 << 10
    summary = json.loads(err)
    assert len(err) < 256 << 10 and 1 < len(summary["events"]) <= 256
    kept = [p.stat().st_size for p in mode.home.rglob("events.jsonl")]
    assert all(n < 1 << 20 for n in kept), kept


@pytest.mark.modes("user")
def test_one_that_is_never_ready_is_not_waited_for(stand, mode):
    children = []
    for role in ("never", "flood"):
        stand.play(role)
        children.append(mode.popen([stand.folder / "tiercel", "run", *RULED, "--", "echo", "ran"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        time.sleep(.3)
    start = time.monotonic()
    for child in children:
        out, err = child.communicate(timeout=15)
        assert (child.returncode, out) == (REFUSED, b""), err
        assert err == b"tiercel: the proxy did not get ready in time\n"
    assert 8 < time.monotonic() - start < 12


def peak_kib(pid):
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM")), 0)


# --- its end, and that of its supervisor ---
# Says what a connection came to, waits for a line, says it again.
TWICE = textwrap.dedent("""
    import socket, sys
    def look():
        try:
            with socket.create_connection(("%s", 443), 3) as s:
                s.sendall(b"x\\n")
                print(s.recv(99).decode() or "eof", flush=True)
        except OSError as e:
            print(type(e).__name__, flush=True)
    look()
    for line in sys.stdin:
        look()
    sys.exit(7)
""")


class Live:
    """A run whose command looks at the network for each line that it is sent."""

    def __init__(self, mode, world):
        mode.write("twice.py", TWICE % ADDR)
        with world.space.entered():
            self.child = mode.popen([mode.programs / "tiercel", "run", "--workspace", ".", "--mode", "readonly",
                                     "--allow", f"{ADDR}:443", "--json", "--", PYTHON, "-u", "twice.py"],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.child.stdout.readline() == "port 443\n"
        found = [pid for pid, (_, name) in below(os.getpid()).items() if name == PROXY]
        assert len(found) == 1
        self.proxy = found[0]

    def look(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().strip()

    def end(self):
        start = time.monotonic()
        self.child.stdin.close()
        self.child.stdin = None
        _, err = self.child.communicate(timeout=10)
        return self.child.returncode, err, time.monotonic() - start


def is_gone(pid):
    until = time.monotonic() + 3
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(.02)
    return not Path(f"/proc/{pid}").exists()


def test_a_killed_proxy_takes_the_network_along(mode, outside):  # noqa: F811
    live = Live(mode, outside)
    os.kill(live.proxy, signal.SIGKILL)
    assert is_gone(live.proxy)
    start = time.monotonic()
    for _ in range(3):
        assert live.look() in ("ConnectionRefusedError", "ConnectionResetError")
    assert time.monotonic() - start < 2
    code, err, _ = live.end()
    assert code == 7
    assert [e["target"] for e in json.loads(err)["events"] if e["type"] == "net.lost"] == [PROXY]


def test_a_stopped_proxy_does_not_keep_the_run_from_ending(mode, outside):  # noqa: F811
    live = Live(mode, outside)
    os.kill(live.proxy, signal.SIGSTOP)
    code, _, seconds = live.end()
    assert code == 7 and seconds < 3
    assert is_gone(live.proxy)


def test_the_proxy_does_not_outlive_its_supervisor(mode, outside):  # noqa: F811
    live = Live(mode, outside)
    os.kill(live.child.pid, signal.SIGKILL)
    live.child.communicate(timeout=10)
    assert is_gone(live.proxy)
    mode.tiercel(["rm", "--all"])


# --- more than it can hold ---
# A hundred thousand questions, each for another name, few of which may be asked; then a connection by name.
QUESTIONS = textwrap.dedent("""
    import socket, struct
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
    for s in sockets:
        s.connect(("198.18.0.1", 53))
        s.settimeout(2)
    def ask(s, n, *labels):
        name = b"".join(bytes([len(x)]) + x for x in labels) + b"\\0"
        s.send(struct.pack(">6H", n & 0xffff, 0x0100, 1, 0, 0, 0) + name + b"\\0\\1\\0\\1")
    answers = 0
    for n in range(0, 100000, 32):
        for i in range(32):
            ask(sockets[i % 8], n + i, b"n%d" % (n + i), b"wide" if i == 0 else b"denied", b"example")
        try:
            for i in range(32):
                answers += len(sockets[i % 8].recv(512)) > 11
        except TimeoutError:
            pass
    print(answers)
    with socket.create_connection(("any.example", 443), 5) as s:
        s.sendall(b"x\\n")
        print(s.recv(99).decode())
""")

# Four processes that hold forty connections each, more than the proxy has descriptors for.
HELD = textwrap.dedent("""
    import os, socket, sys, time
    readers = []
    for _ in range(4):
        r, w = os.pipe()
        if os.fork() == 0:
            held = []
            for _ in range(40):
                s = socket.socket()
                s.setblocking(False)
                s.connect_ex(("%s", 443))
                held.append(s)
            time.sleep(.5)
            os._exit(0)
        os.close(w)
        readers.append(r)
    for r in readers:
        os.read(r, 1)
    for _ in range(3):
        with socket.create_connection(("%s", 443), 5) as s:
            s.sendall(b"x\\n")
            print(s.recv(99).decode(), flush=True)
""")


@pytest.mark.modes("user")
def test_a_hundred_thousand_questions(mode, run):  # noqa: F811
    mode.write("questions.py", QUESTIONS)
    done = run("run", *RULED, "--allow", "*.wide.example:443", "--json", "--", PYTHON, "questions.py")
    answers, reached = done.out.split("\n")[:2]
    assert (done.rc, reached) == (0, "port 443")
    assert int(answers) > 90000
    assert len(events(done, "net.dns")) > 10 and len(done.err) < 256 << 10
    assert all(p.stat().st_size < 1 << 20 for p in mode.home.rglob("events.jsonl"))


def test_a_proxy_without_descriptors_goes_on(mode, outside):  # noqa: F811
    mode.write("held.py", HELD % (ADDR, ADDR))
    with outside.space.entered():
        done = mode.run(["prlimit", "--nofile=128:128", mode.programs / "tiercel", "run", "--workspace", ".", "--mode",
                         "readonly", "--allow", f"{ADDR}:443", "--json", "--", PYTHON, "held.py"])
    assert (done.rc, done.out) == (0, "port 443\n" * 3)
    assert "no descriptors are left" in events(done, "net.error")[PROXY]
