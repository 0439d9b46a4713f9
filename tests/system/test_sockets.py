# SPDX-License-Identifier: Apache-2.0
"""Unix sockets of the host: whatever the policy shows of the files they lie among, nobody inside connects to one.

What counts is the server: it accepts nobody. Each way in is first shown to lead there where nothing holds it.
"""
import os
import socket

import pytest

# connect.py NAME...: says per name whether it could connect, by which error it could not
CONNECT = """
import errno, os, socket, sys
for name in sys.argv[1:]:
    kind = socket.SOCK_DGRAM if name.endswith('.dgram') else socket.SOCK_STREAM
    try:
        s = socket.socket(socket.AF_UNIX, kind)
        s.connect(name)
        if kind == socket.SOCK_DGRAM:
            s.send(b'x')
        print(name, 'connected')
    except OSError as e:
        print(name, errno.errorcode[e.errno])
"""


class Host:
    """Servers of the host. Whom they could accept waits in their queues, also when it is gone again."""

    def __init__(self, mode):
        self.mode, self.sockets = mode, {}

    def listen(self, path, kind=socket.SOCK_STREAM):
        self.mode.make_dir(path.parent)
        s = self.sockets[path] = socket.socket(socket.AF_UNIX, kind)
        s.setblocking(False)
        folder = os.open(path.parent, os.O_PATH)
        s.bind(f"/proc/self/fd/{folder}/{path.name}")  # names of sockets are short
        os.close(folder)
        self.mode.own(path)
        path.chmod(0o777)
        if kind != socket.SOCK_DGRAM:
            s.listen()
        return path

    def reached(self):
        """The servers that somebody connected or sent to since this was asked last."""
        found = set()
        for path, s in self.sockets.items():
            try:
                while True:
                    if s.type == socket.SOCK_DGRAM:
                        s.recv(1)
                    else:
                        s.accept()[0].close()
                    found.add(path)
            except BlockingIOError:
                pass
        return found

    def close(self):
        for s in self.sockets.values():
            s.close()


@pytest.fixture
def host(mode):
    servers = Host(mode)
    yield servers
    servers.close()


def script(mode):
    return str(mode.write(mode.workspace / "connect.py", CONNECT))


def assert_free(mode, host, *paths):
    """The control: the same program connects to the same sockets where nothing holds it."""
    done = mode.run(["python3", script(mode), *map(str, paths)])
    assert done.out.splitlines() == [f"{p} connected" for p in paths], done.err
    assert host.reached() == set(paths)


GRANTS = (("--read",), ("--write",), ("--read", "--mode", "readonly"), ("--write", "--mode", "direct"))


@pytest.mark.parametrize("grant", GRANTS, ids="-".join)
def test_no_socket_of_the_host_is_reached(mode, tiercel, host, grant):
    shown = mode.make_dir(mode.home / "shown")
    paths = [host.listen(shown / "s"), host.listen(shown / "deep/er/s2"), host.listen(mode.workspace / "w"),
             host.listen(mode.workspace / "deep/w2"), host.listen(shown / "s.dgram", socket.SOCK_DGRAM)]
    assert_free(mode, host, *paths)
    mode.workspace.joinpath("link").symlink_to(shown / "s")
    relative = [mode.workspace / "link", "w", "../shown/s", "./deep/../link"]
    done = tiercel("run", grant[0], str(shown), *grant[1:], "--", "python3", script(mode), *map(str, paths + relative))
    assert done.rc == 0, done.err
    assert host.reached() == set(), done.out
    assert "connected" not in done.out
    assert "denied net.unix" in done.err


def test_a_socket_made_later_is_not_reached_either(mode, tiercel, host):
    shown = mode.make_dir(mode.home / "shown")
    wait = f"mkdir {shown}/go && until [ -e {shown}/now ]; do sleep 0.02; done"
    child = mode.popen([mode.programs / "tiercel", "run", "--write", str(shown), "--mode", "direct", "--", "sh", "-c",
                        f"{wait}; python3 {script(mode)} {shown}/late {mode.workspace}/late2"], stdout=-1, stderr=-1)
    while not (shown / "go").exists() and child.poll() is None:
        pass
    paths = [host.listen(shown / "late"), host.listen(mode.workspace / "late2")]
    mode.write(shown / "now", "")
    out, err = child.communicate(timeout=30)
    assert child.returncode == 0, err
    assert out.decode().split() == [str(paths[0]), "EACCES", str(paths[1]), "EACCES"]
    assert host.reached() == set()
    assert_free(mode, host, *paths)


@pytest.mark.parametrize("flag", ["--read", "--write"])
def test_a_socket_that_is_named_is_refused(mode, tiercel, host, flag):
    path = host.listen(mode.home / "s")
    link = mode.home / "link"
    link.symlink_to(path)
    for name in (path, link):
        done = tiercel("run", flag, str(name), "--", "true")
        assert (done.rc, done.out, done.err.count("\n")) == (125, "", 1)
        assert f"{flag}: {name} is a unix socket" in done.err
    file = mode.write(mode.home / "policy.yaml", f"version: 1\nfiles:\n  {flag[2:]}: [{path}]\n")
    done = tiercel("run", "--policy", str(file), "--", "true")
    assert done.rc == 125 and f"{file}:3:" in done.err and "is a unix socket" in done.err


def test_a_socket_that_network_unix_names_is_reached_and_no_other(mode, tiercel, host):
    named, other = host.listen(mode.home / "shown/s"), host.listen(mode.home / "shown/s2")
    inside = host.listen(mode.workspace / "w")
    policy = mode.write(mode.home / "p.yaml", f"version: 1\nnetwork: {{ unix: [{named}, {inside}] }}\n")
    for args in ((), ("--read", str(named.parent)), ("--mode", "readonly"), ("--mode", "direct")):
        done = tiercel("run", "--policy", str(policy), *args, "--", "python3", script(mode),
                       str(named), str(inside), str(other))
        assert done.out.splitlines()[:2] == [f"{named} connected", f"{inside} connected"], done.err
        assert host.reached() == {named, inside}
    done = tiercel("run", "--policy", str(policy), "--", "sh", "-c", f"rm -f {named}; chmod 0 {named}; echo ${{SSH_AUTH_SOCK-none}}",
                   env={"SSH_AUTH_SOCK": str(named)})
    assert done.out == f"{named}\n", done.err
    assert named.stat().st_mode & 0o777 == 0o777
    done = tiercel("run", "--policy", str(policy), "--", "sh", "-c", "echo ${SSH_AUTH_SOCK-none}",
                   env={"SSH_AUTH_SOCK": str(other)})
    assert done.out == "none\n", done.err


def test_what_network_unix_names_must_be_a_socket(mode, tiercel):
    for name, why in (("gone", "does not exist"), ("file", "is no socket")):
        mode.write(mode.home / "file", "")
        policy = mode.write(mode.home / "p.yaml", f"version: 1\nnetwork:\n  unix: [{mode.home}/{name}]\n")
        done = tiercel("run", "--policy", str(policy), "--", "true")
        assert (done.rc, done.out, done.err.count("\n")) == (125, "", 1)
        assert f"{policy}:3:9: network.unix: {mode.home}/{name} {why}" in done.err


LAST_WORD = """
import os, socket, sys, threading, time
full = socket.socket(socket.AF_UNIX)
full.bind('/tmp/full')
full.listen(0)
for _ in range(4):  # two of them wait until the end
    threading.Thread(target=lambda: socket.socket(socket.AF_UNIX).connect('/tmp/full'), daemon=True).start()
time.sleep(0.1)
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except PermissionError:
    os._exit(7)
"""


def test_what_was_refused_last_is_told(mode, tiercel, host):
    """Nobody is waited for at the end, and nothing is forgotten."""
    path = host.listen(mode.home / "shown/s")
    for _ in range(5):
        done = tiercel("run", "--read", str(path.parent), "--", "python3", "-c", LAST_WORD, str(path))
        assert done.rc == 7 and f"denied net.unix {path}" in done.err


INSIDE = """
import os, socket, sys, threading
def serve(s):
    while True:
        c = s.accept()[0]
        cred = c.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        c.sendall(c.recv(9) + b' %d' % int.from_bytes(cred[4:8], sys.byteorder))
        c.close()
os.makedirs('a b', exist_ok=True)
for name in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.bind(name)
    s.listen()
    threading.Thread(target=serve, args=(s,), daemon=True).start()
    for wait in (None, 5):  # a blocking one, and one that must never block
        c = socket.socket(socket.AF_UNIX)
        c.settimeout(wait)
        c.connect(name)
        c.sendall(b'hello')
        print(name.strip(chr(0)), c.recv(99) == b'hello %d' % os.getuid(), c.getpeername() == (name if name[0] != chr(0) else name.encode()))
"""


@pytest.mark.keeps_state
def test_sockets_of_the_sandbox_are_reached(mode, tiercel):
    mode.write("inside.py", INSIDE)
    names = ["/tmp/s", "/run/s", "s", "a b/s", str(mode.workspace / "t"), str(mode.home / "s")]
    done = tiercel("run", "--", "python3", "inside.py", *names)
    assert done.rc == 0, done.err
    assert done.out.splitlines() == [f"{n} True True" for n in names for _ in range(2)]
    assert "denied" not in done.err


REFUSED = """
import errno, socket, threading
def connect(name, family=socket.AF_UNIX):
    try:
        socket.socket(family).connect(name)
        return 'connected'
    except OSError as e:
        return errno.errorcode[e.errno]
open('/tmp/file', 'w').close()
closed = socket.socket(socket.AF_UNIX)
closed.bind('/tmp/closed')
closed.close()
served = socket.socket()
served.bind(('127.0.0.1', 0))
served.listen()
named = socket.socket(socket.AF_UNIX)
named.bind(chr(0) + 'abstract')
named.listen()
print(connect('/tmp/none'), connect('/tmp/file'), connect('/tmp/closed'), connect(chr(0) + 'abstract'),
      connect(chr(0) + 'other'), connect(served.getsockname(), socket.AF_INET), connect(('127.0.0.1', 1), socket.AF_INET))
# One that blocks for ever keeps nobody else from connecting, and nothing from ending.
full = socket.socket(socket.AF_UNIX)
full.bind('/tmp/full')
full.listen(0)
for _ in range(3):
    threading.Thread(target=lambda: connect('/tmp/full'), daemon=True).start()
print(connect(served.getsockname(), socket.AF_INET))
"""


def test_other_connections_end_as_they_would(tiercel):
    done = tiercel("run", "--", "python3", "-c", REFUSED)
    assert done.rc == 0, done.err
    assert done.out.splitlines() == ["ENOENT ECONNREFUSED ECONNREFUSED connected ECONNREFUSED connected ECONNREFUSED",
                                     "connected"]


def test_no_abstract_socket_on_the_hosts_network(mode, tiercel):
    """Connections are made by a process outside, which Landlock does not keep from the host's sockets."""
    name = f"tiercel-test-{os.getpid()}"
    code = f"import socket; socket.socket(socket.AF_UNIX).connect(chr(0) + '{name}')"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0" + name)
        server.listen()
        server.settimeout(5)
        assert mode.run(["python3", "-c", code]).rc == 0
        server.accept()[0].close()
        done = tiercel("run", "--network", "host", "--", "python3", "-c", code)
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "PermissionError" in done.err, done.err


# As many at once as there are threads; each waits its turn, none is refused for want of one.
MANY = """
import socket, threading
server = socket.create_server(('127.0.0.1', 7000), backlog=4096)
errors = []
def connect():
    for _ in range(5):
        try:
            socket.create_connection(server.getsockname()).close()
        except OSError as e:
            errors.append(e)
threads = [threading.Thread(target=connect) for _ in range(150)]
for t in threads: t.start()
for t in threads: t.join()
print(errors)
"""


def test_many_connect_at_once(tiercel):
    done = tiercel("run", "--", "python3", "-c", MANY)
    assert (done.rc, done.out) == (0, "[]\n"), done.err
