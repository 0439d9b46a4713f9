# SPDX-License-Identifier: Apache-2.0
"""network.publish and --publish: ports of this machine that lead into a sandbox."""
import json
import socket
import threading
import time

import pytest

# serve.py ADDRESS PORT: answers each connection with what it sent, when that has ended
SERVE = """
import socket, sys, threading
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
server = socket.create_server((sys.argv[1], int(sys.argv[2])), family=family, backlog=512)
def serve(s):
    data = b''
    while part := s.recv(1 << 16):
        data += part
    s.sendall(data)
    s.close()
print('up', flush=True)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


def free_port(family=socket.AF_INET, address="127.0.0.1"):
    with socket.socket(family) as s:
        s.bind((address, 0))
        return s.getsockname()[1]


def ask(address, port, data=b"hello"):
    """What comes back, or b"reset"."""
    try:
        with socket.create_connection((address, port), 10) as s:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            got = b""
            while part := s.recv(1 << 16):
                got += part
            return got
    except ConnectionRefusedError:
        raise
    except OSError:  # connect(2) may hear of the reset already, and shutdown(2) find no connection
        return b"reset"


@pytest.fixture
def serve(mode):
    """serve(ARG…, inside=, program=): a sandbox that runs a server; returns when that is up."""
    running = []

    def start(*args, inside=("127.0.0.1", 3000), program=SERVE):
        path = mode.write(mode.workspace / "serve.py", program)
        child = mode.popen([mode.programs / "tiercel", "run", "--mode", "readonly", *args, "--", "python3", str(path),
                            *map(str, inside)], stdout=-1, stderr=-1)
        running.append(child)
        assert child.stdout.readline() == b"up\n", child.stderr.read()
        return child
    yield start
    for child in running:
        child.terminate()
        child.communicate(timeout=20)


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "0.0.0.0"])
def test_a_published_port_leads_inside(mode, serve, inside):
    port = free_port()
    child = serve("-p", f"{port}:3000", "--report", str(mode.home / "report"), inside=(inside, 3000))
    assert ask("127.0.0.1", port) == b"hello"
    big = bytes(range(256)) * 8192
    assert ask("127.0.0.1", port, big) == big
    child.terminate()
    assert "denied" not in child.communicate(timeout=20)[1].decode()
    reached = json.loads((mode.home / "report").read_text())["reached"]
    assert [(e["type"], e["target"], e["count"]) for e in reached] == [("net.publish", "127.0.0.1:3000", 2)]
    with pytest.raises(ConnectionRefusedError):
        ask("127.0.0.1", port)


def test_many_connections_at_once_are_all_led_inside(serve):
    port = free_port()
    serve("--publish", f"127.0.0.1:{port}:3000")
    got = []
    threads = [threading.Thread(target=lambda n=n: got.append(ask("127.0.0.1", port, b"%d" % n) == b"%d" % n))
               for n in range(200)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert got == [True] * 200


def test_ports_of_ipv6_and_of_the_policy_are_published_each_to_its_own(mode, serve):
    one, two = free_port(socket.AF_INET6, "::1"), free_port()
    policy = mode.write(mode.home / "p.yaml", "version: 1\nnetwork:\n"
                        f"  publish: ['[::1]:{one}:3000', '{two}:3001']\n")
    serve("--policy", str(policy))
    assert ask("::1", one) == b"hello"
    before = time.monotonic()
    assert ask("127.0.0.1", two) == b"reset"
    assert time.monotonic() - before < 3
    with pytest.raises(OSError):
        ask("127.0.0.1", one)


def test_a_port_that_somebody_has_ends_the_start_in_a_line(tiercel):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = tiercel("run", "--mode", "readonly", "-p", f"{port}:3000", "--", "true")
    assert (done.rc, done.out, done.err.count("\n")) == (125, "", 1)
    assert f"network.publish: cannot listen on 127.0.0.1:{port}" in done.err and "in use" in done.err


@pytest.mark.parametrize("ports", ["3000", "0:1", "1:65536", "host:1:2", "::1:1:2", "1:2:3:4"])
def test_what_publishes_no_port_is_refused(tiercel, ports):
    done = tiercel("run", "-p", ports, "--", "true")
    assert done.rc == 125 and "publishes no port" in done.err


def test_publishing_opens_nothing_outwards(tiercel):
    with socket.create_server(("127.0.0.1", 0)) as host:
        host.settimeout(0)
        port = host.getsockname()[1]
        done = tiercel("run", "--mode", "readonly", "-p", f"{free_port()}:3000", "--", "python3", "-c",
                       f"import socket\nfor to in ('127.0.0.1', {port}), ('93.184.216.34', 80):\n"
                       "    print(socket.socket().connect_ex(to) != 0)\n")
        assert done.out == "True\nTrue\n", done.err
        with pytest.raises(BlockingIOError):
            host.accept()
