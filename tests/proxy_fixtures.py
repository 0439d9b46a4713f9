# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests that drive tiercel-proxy, and the clients that they use."""
import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from modes import skip
from proxy_world import CLIENT_PORT, RESOLVER, Proxy, World

BUILD = Path(os.environ.get("TIERCEL_BUILD", Path(__file__).resolve().parents[1] / "build"))
PROGRAM = BUILD / "tiercel-proxy"
ADDR, OTHER, V6 = "93.184.216.34", "93.184.216.35", World.V6


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    if not shutil.which("openssl"):
        skip("no openssl")
    top = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", top / "key", "-out", top / "cert", "-days", "2", "-subj", "/CN=test",
                    "-addext", "subjectAltName=DNS:good.example,DNS:other.example"], check=True, capture_output=True)
    return top


@pytest.fixture(scope="module")
def world(certificate):
    if os.geteuid() != 0:
        skip("needs root, to make network namespaces")
    w = World()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert", certificate / "key")
    w.heads = []

    def echo(s):
        while data := s.recv(65536):
            s.sendall(data)

    def http(s):
        """Answers each request with what it said, in the order that they came."""
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                more = s.recv(65536)
                if not more:
                    return
                data += more
            head, data = data.split(b"\r\n\r\n", 1)
            w.heads.append(head)
            if b"upgrade: websocket" in head.lower():
                s.sendall(b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + data)
                return echo(s)
            length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
            while length and len(data) < length[0]:
                data += s.recv(65536)
            data = data[length[0]:] if length else data
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(head), head))
            if b"connection: close" in head.lower():
                return

    def tls(s):
        with context.wrap_socket(s, server_side=True) as t:
            http(t)

    def banner(s):
        s.sendall(b"SSH-2.0-test\r\n")
        echo(s)

    w.serve(80, http)
    w.serve(8080, http)
    w.serve(443, tls)
    w.serve(5432, echo)
    w.serve(22, banner)
    w.names.update({"good.example": [ADDR], "other.example": [ADDR], "both.example": [ADDR, V6], "down.example": [OTHER],
                    "inner.example": ["10.0.0.5"], "meta.example": ["169.254.169.254"], "loop.example": ["127.0.0.1"],
                    "cut.example": [ADDR], "far.example": ["2001:db8:ffff::1", "203.0.113.7", ADDR], "slow.example": [OTHER, ADDR],
                    "mute.example": [ADDR], "mixed.example": ["127.0.0.1", ADDR], "dead.example": []})
    w.cut.add("cut.example")
    w.mute.add("mute.example")
    yield w
    w.close()


@pytest.fixture
def proxy(world):
    """proxy(RULE…) starts one; its end is checked."""
    started = []

    def start(*rules, **more):
        if not PROGRAM.exists():
            skip(f"{PROGRAM} is not built")
        started.append(Proxy(PROGRAM, world, rules, **more))
        return started[-1]
    yield start
    for p in started:
        assert p.close() == (0, b"")


def resolve(p, name, kind="A", server=RESOLVER, *more):
    r = p.inside.run("dig", "+tries=1", "+time=3", f"@{server}", name, kind, *more)
    return r.stdout.decode()


def address(p, name):
    text = resolve(p, name, "A", RESOLVER, "+short").strip()
    assert text.startswith(("198.18.", "198.19.")), text
    return text


def curl(p, *argv):
    return p.inside.run("curl", "-sS", "-m", "8", *argv)


def closed(s):
    """How a connection ends: "eof", "reset", or what came."""
    try:
        return s.recv(4096) or "eof"
    except ConnectionResetError:
        return "reset"


def outcome(p, host, port):
    """How a connection that is made ends; one that is reset may be before the call returns."""
    try:
        with p.inside.connect(host, port) as s:
            return closed(s)
    except ConnectionResetError:
        return "reset"


def exchange(s, data):
    s.sendall(data)
    return s.recv(65536)


def hello(p, name, server_name, port=443):
    """Speaks TLS to a name's address; the first line of the answer, or the error."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host = name if name[0].isdigit() or ":" in name else address(p, name)
    with p.inside.connect(host, port) as raw:
        try:
            with context.wrap_socket(raw, server_hostname=server_name) as s:
                s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return s.recv(4096).split(b"\r\n")[0].decode()
        except OSError as e:
            return type(e).__name__ + " " + str(e)


def tunnel(p, target):
    s = p.inside.connect(RESOLVER, CLIENT_PORT)
    return s, exchange(s, b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (target, target))
