# SPDX-License-Identifier: Apache-2.0
"""The network of a sandbox as `tiercel run` makes it: named hosts on any port, none at all, the host's own."""
import ctypes
import json
import os
import re
import signal
import socket
import struct
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from modes import skip  # noqa: E402
from proxy_world import RESOLVER, World, listener  # noqa: E402

ADDR, OTHER, V6 = "93.184.216.34", "93.184.216.35", World.V6
PYTHON = "/usr/bin/python3"
PORTS = (443, 3128, 3129, 5432, 64999)
RULED = ("run", "--workspace", ".", "--mode", "readonly")

# connect HOST PORT… prints what each one came to, then what UDP did.
CONNECT = textwrap.dedent("""
    import socket, sys
    for target in sys.argv[1:]:
        host, port = target.rsplit("@", 1)
        try:
            with socket.create_connection((host, int(port)), 5) as s:
                s.sendall(b"x\\n")
                print(target, s.recv(99).decode() or "eof")
        except OSError as e:
            print(target, type(e).__name__)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(5)
        s.connect(("93.184.216.34", 443))
        try:
            s.send(b"x")
            s.recv(9)
        except OSError as e:
            print("udp", type(e).__name__)
""")


class Outside(World):
    """The world as the sandbox's supervisor sees it; names are served where resolv.conf points."""

    def serve_dns(self):
        with self.space.entered():
            self.first, self.dns = self.dns, listener(53, socket.SOCK_DGRAM)
        super().serve_dns()

    def close(self):
        self.first.close()
        super().close()


@pytest.fixture(scope="module")
def outside():
    if os.geteuid() != 0:
        skip("needs root, to make a network namespace")
    w = Outside()
    for server in re.findall(r"^nameserver\s+([0-9.]+)\s*$", Path("/etc/resolv.conf").read_text(), re.M):
        w.space.run("ip", "addr", "add", server + "/32", "dev", "lo")
    for port in PORTS:
        w.serve(port, lambda s, port=port: s.recv(9) and s.sendall(b"port %d" % port))
    w.names.update({"any.example": [ADDR, V6], "other.example": [OTHER]})
    yield w
    w.close()


@pytest.fixture
def run(mode, outside):
    """run(ARG…): tiercel with the outside for the host's network."""
    def call(*args, **more):
        with outside.space.entered():
            return mode.tiercel(args, **more)
    return call


def connect(run, mode, rules, *targets):
    mode.write("connect.py", CONNECT)
    flags = [word for rule in rules for word in ("--allow", rule)]
    done = run(*RULED, *flags, "--", PYTHON, "connect.py", *targets)
    assert done.rc == 0, done.err
    return dict(line.split(" ", 1) for line in done.out.splitlines()), done.err


# --- every port ---
def test_a_rule_for_every_port_reaches_every_port_of_that_host_alone(run, mode):
    said, err = connect(run, mode, ["any.example:*"], *(f"any.example@{p}" for p in PORTS),
                        "any.example@7", "other.example@443", f"{ADDR}@443", f"{OTHER}@5432", "127.0.0.1@5432")
    for port in PORTS:
        assert said.pop(f"any.example@{port}") == f"port {port}"
    assert said == {"any.example@7": "ConnectionResetError", "other.example@443": "gaierror", "udp": "ConnectionRefusedError",
                    f"{ADDR}@443": "ConnectionResetError", f"{OTHER}@5432": "ConnectionResetError",
                    "127.0.0.1@5432": "ConnectionRefusedError"}
    assert f"denied net.deny {OTHER}:5432" in err
    assert "any.example:443" not in err and "any.example:5432" not in err and RESOLVER not in err


def test_a_rule_for_every_port_by_address_and_for_ipv6(run, mode):
    said, _ = connect(run, mode, [f"{ADDR}:*", f"[{V6}]:*"], f"{ADDR}@5432", f"{V6}@5432", f"{V6}@3128", f"{OTHER}@5432")
    assert said == {f"{ADDR}@5432": "port 5432", f"{V6}@5432": "port 5432", f"{V6}@3128": "port 3128",
                    f"{OTHER}@5432": "ConnectionResetError", "udp": "ConnectionRefusedError"}


def test_more_ports_than_sockets(run, mode):
    said, _ = connect(run, mode, ["any.example:5400-5700,443"], "any.example@443", "any.example@5432", "any.example@64999")
    assert (said["any.example@443"], said["any.example@5432"]) == ("port 443", "port 5432")
    assert said["any.example@64999"] == "ConnectionResetError"


def test_as_many_sockets_as_there_may_be(run, mode):
    """They are handed over while the proxy is being started, which must not wait for the other."""
    for _ in range(5):
        said, _ = connect(run, mode, ["any.example:5300-5555"], "any.example@5432", "any.example@5433", "any.example@443")
        assert said == {"any.example@5432": "port 5432", "any.example@5433": "ConnectionResetError",
                        "any.example@443": "ConnectionRefusedError", "udp": "ConnectionRefusedError"}


@pytest.mark.parametrize("allow", ("", ", allow: ['any.example:*']"))
def test_ports_of_the_hosts_loopback(run, mode, allow):
    policy = mode.write("p.yaml", f"version: 1\nnetwork: {{ loopback: ['5432']{allow} }}\n", mode=0o600)
    mode.write("connect.py", CONNECT)
    done = run(*RULED, "--policy", policy, "--", PYTHON, "connect.py", "127.0.0.1@5432", "::1@5432", "127.0.0.1@443",
               f"{ADDR}@5432", "any.example@5432")
    said = dict(line.split(" ", 1) for line in done.out.splitlines())
    assert said.pop("any.example@5432") == ("port 5432" if allow else "gaierror"), done.err
    assert said == {"127.0.0.1@5432": "port 5432", "::1@5432": "port 5432", "127.0.0.1@443": "ConnectionRefusedError",
                    f"{ADDR}@5432": "ConnectionResetError", "udp": "ConnectionRefusedError"}


def test_what_runs_inside_keeps_its_loopback(run, mode):
    mode.write("own.py", textwrap.dedent("""
        import socket
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.9.9.9"), (socket.AF_INET6, "::1")):
            with socket.create_server((host, 5432), family=family) as server:
                with socket.create_connection((host, 5432)) as client:
                    print(server.accept()[1][0], client.getpeername()[1])
    """))
    done = run(*RULED, "--allow", "any.example:*", "--", PYTHON, "own.py")
    assert done.out.splitlines() == ["127.0.0.1 5432", "127.0.0.1 5432", "::1 5432"], done.err


def without_nftables():
    """As on a kernel that lacks them: socket(AF_NETLINK, …, NETLINK_NETFILTER) fails."""
    def row(code, yes, no, k):
        return struct.pack("HBBI", code, yes, no, k)
    rows = [row(0x20, 0, 0, 0), row(0x15, 0, 5, 41), row(0x20, 0, 0, 16), row(0x15, 0, 3, 16), row(0x20, 0, 0, 32),
            row(0x15, 0, 1, 12), row(6, 0, 0, 0x00050000 | 93), row(6, 0, 0, 0x7fff0000)]
    code = ctypes.create_string_buffer(b"".join(rows))

    class Program(ctypes.Structure):
        _fields_ = [("n", ctypes.c_ushort), ("rows", ctypes.c_void_p)]
    libc = ctypes.CDLL(None)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(Program(len(rows), ctypes.addressof(code)))) == 0


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="SKIP the filter knows one architecture")
@pytest.mark.modes("root", "user")
def test_without_nftables_the_start_is_refused_by_line(mode, outside):
    policy = mode.write("p.yaml", "version: 1\nnetwork:\n  allow: [\"any.example:*\"]\n", mode=0o600)
    with outside.space.entered(), mode.popen([mode.programs / "tiercel", "run", "--policy", policy, "--", "true"],
                                             stderr=-1, preexec_fn=without_nftables) as child:
        err = child.stderr.read().decode()
    assert child.returncode == 125 and err.count("\n") == 1
    assert ":3:10: network.allow: \"any.example:*\" needs nftables" in err


def proxies_of(supervisor):
    """Processes of the proxy, which are grandchildren of its supervisor."""
    def parent(pid):
        return int(re.search(r"PPid:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[1])
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_bytes() == b"/tiercel-proxy\0" and parent(parent(folder.name)) == supervisor:
                yield int(folder.name)
        except OSError:  # it ended
            continue


def test_without_its_proxy_a_sandbox_has_no_network(mode, outside):
    mode.write("twice.py", textwrap.dedent("""
        import socket
        for _ in range(2):
            try:
                with socket.create_connection(("any.example", 5432), 5) as s:
                    s.sendall(b"x\\n")
                    print(s.recv(99), flush=True)
            except OSError as e:
                print(type(e).__name__, flush=True)
            input()
    """))
    words = [mode.programs / "tiercel", *RULED, "--allow", "any.example:*", "--", PYTHON, "twice.py"]
    with outside.space.entered(), mode.popen(words, stdin=-1, stdout=-1, stderr=-1) as child:
        assert child.stdout.readline() == b"b'port 5432'\n"
        killed = list(proxies_of(child.pid))
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        while list(proxies_of(child.pid)):
            time.sleep(0.01)
        child.stdin.write(b"\n")
        child.stdin.flush()
        assert child.stdout.readline() in (b"gaierror\n", b"ConnectionRefusedError\n")
        err = child.communicate(b"\n", timeout=20)[1].decode()
    assert len(killed) == 1 and child.returncode == 0
    assert "net.lost tiercel-proxy: the proxy ended" in err


# --- the environment ---
def test_clients_are_told_of_the_proxy(run, mode):
    names = [n for word in ("HTTP", "HTTPS", "ALL") for n in (word + "_PROXY", word.lower() + "_proxy")]
    done = run(*RULED, "--allow", "any.example", "--", "env", env={"HTTP_PROXY": "http://outside"})
    told = dict(line.split("=", 1) for line in done.out.splitlines())
    assert all(told[n] == "http://127.0.0.1:3128" for n in names)
    assert told["NO_PROXY"] == told["no_proxy"] == "localhost,127.0.0.1,::1"
    assert "PROXY" not in run(*RULED, "--", "env").out.upper()
    done = run(*RULED, "--allow", "any.example", "-e", "HTTP_PROXY=http://mine", "--", "env")
    assert "HTTP_PROXY=http://mine\n" in done.out and "http_proxy=http://127.0.0.1:3128\n" in done.out


# --- the host's own network ---
HOST = textwrap.dedent("""
    import socket, sys
    with socket.create_connection(("127.0.0.1", 5432), 5) as s:
        s.sendall(b"x\\n")
        print(s.recv(99).decode())
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_UNIX, kind) as s:
                s.connect("\\0tiercel-test-" + kind.name)
                print("reached")
        except OSError as e:
            print("refused")
    print(open("/etc/resolv.conf").read() == sys.argv[1], socket.gethostbyname(socket.gethostname()))
""")


def needs_scopes(tiercel):
    rows = json.loads(tiercel("doctor", "--json").out)
    if "Landlock version 6" in tiercel("run", "--network", "host", "--", "true").err:
        skip("Landlock here has no scopes")
    return rows


def test_the_hosts_network_is_had_by_flag_and_named(run, mode, outside):
    needs_scopes(run)
    mode.write("host.py", HOST)
    with outside.space.entered(), closing(socket.socket(socket.AF_UNIX)) as a, \
            closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as b:
        for s in (a, b):
            s.bind("\0tiercel-test-" + socket.SocketKind(s.type).name)
        a.listen()
        done = run("run", "--network", "host", "--mode", "readonly", "--", PYTHON, "host.py",
                   Path("/etc/resolv.conf").read_text())
    assert done.out.splitlines() == ["port 5432", "refused", "refused", "True 127.0.1.1"], done.err
    assert "this machine's own network (--network host)" in done.err
    done = run("run", "--network", "host", "--json", "--", "true")
    assert json.loads(done.err)["network"] == "host"
    assert json.loads(run("run", "--json", "--", "true").err)["network"] == "none"
    assert json.loads(run("run", "--json", "--allow", "any.example", "--", "true").err)["network"] == "rules"
    assert "on the host's network" in run("plan", "--network", "host").out
    assert "Network. This machine's own" in run("explain", "--network", "host").out


def test_nothing_but_the_flag_gives_the_hosts_network(run, mode):
    needs_scopes(run)
    for policy in ("network: host\n", "network: { mode: host }\n", "network: { host: true }\n"):
        file = mode.write("p.yaml", "version: 1\n" + policy, mode=0o600)
        done = run("run", "--policy", file, "--", "true")
        assert done.rc == 125 and done.err.count("\n") == 1 and "p.yaml:2:" in done.err, policy


@pytest.mark.parametrize("args, words", (
    (("--network", "veth"), "none and host"),
    (("--network", ""), "none and host"),
    (("--network", "Host"), "none and host"),
    (("--network", "host", "--allow", "any.example"), "network.allow cannot be enforced on the host's own network"),
    (("--network", "none", "--allow", "any.example"), "network.allow (--allow) opens more"),
))
def test_networks_that_cannot_be_are_refused_in_a_line(run, args, words):
    done = run("run", *args, "--", "true")
    assert done.rc == 125 and done.err.count("\n") == 1 and words in done.err


@pytest.mark.modes("user")
def test_none_is_none_whatever_a_file_opens(run, mode):
    for rule in ("allow: [any.example]", "http: [{ host: any.example }]", "loopback: ['5432']"):
        policy = mode.write("p.yaml", f"version: 1\nnetwork: {{ {rule} }}\n", mode=0o600)
        done = run("run", "--policy", policy, "--network", "none", "--", "true")
        assert done.rc == 125 and f"network.{rule.split(':')[0]} (" in done.err and done.err.endswith("one of them\n")


def test_rules_for_the_network_and_the_hosts_own_are_refused_by_line(run, mode):
    needs_scopes(run)
    for rules in ("deny: [any.example]", "allow: [any.example]"):
        policy = mode.write("p.yaml", f"version: 1\nnetwork:\n  {rules}\n", mode=0o600)
        done = run("run", "--policy", policy, "--network", "host", "--", "true")
        assert done.rc == 125 and "p.yaml:3:" in done.err and "on the host's own network" in done.err
