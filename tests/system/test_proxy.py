# SPDX-License-Identifier: Apache-2.0
"""tiercel-proxy between two network namespaces: what it passes on, what it refuses, and how it says so."""
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from modes import skip  # noqa: E402
from proxy_world import CLIENT_PORT, FAIL, READY, RESOLVER, Proxy, World  # noqa: E402

BUILD = Path(os.environ.get("TIERCEL_BUILD", Path(__file__).resolve().parents[2] / "build"))
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


# --- by address ---
def test_an_allowed_address_is_passed_on_both_ways_and_half_closed(proxy):
    p = proxy(f"allow {ADDR}:5432", f"allow [{V6}]:5432")
    for host in (ADDR, V6):
        with p.inside.connect(host, 5432) as s:
            assert exchange(s, b"hello") == b"hello"
            s.shutdown(socket.SHUT_WR)
            assert closed(s) == "eof"
        event = p.wait_event("net.close", host)
        assert (event.bytes_in, event.bytes_out) == (5, 5)
    assert [e.type for e in p.events].count("net.allow") == 2


def test_much_passes_unchanged(proxy):
    p = proxy(f"allow {ADDR}:5432")
    data, got = os.urandom(1 << 20) * 16, bytearray()
    with p.inside.connect(ADDR, 5432) as s:
        pid = os.fork()
        if pid == 0:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            os._exit(0)
        while more := s.recv(1 << 20):
            got += more
        os.waitpid(pid, 0)
    assert bytes(got) == data


@pytest.mark.parametrize("host, port", [(OTHER, 5432), (ADDR, 22), (V6, 5432), ("10.0.0.5", 5432), ("127.0.0.1", 5432),
                                        ("169.254.169.254", 80), ("fd00:ec2::254", 22), ("198.18.77.7", 443)])
def test_what_no_rule_names_is_reset_at_once_and_told(proxy, world, host, port):
    p = proxy(f"allow {ADDR}:5432")
    before, start = len(world.reached), time.monotonic()
    if port == 80:
        with p.inside.connect(host, port) as s:
            assert b" 403 " in exchange(s, b"GET / HTTP/1.1\r\nHost: x.example\r\n\r\n")
    else:
        assert outcome(p, host, port) == "reset"
    assert time.monotonic() - start < 1
    assert p.wait_event("net.deny", host).port == port
    assert len(world.reached) == before


def test_what_nobody_serves_is_refused_at_once(proxy):
    p = proxy(f"allow {ADDR}:5432")
    with pytest.raises(ConnectionRefusedError):
        p.inside.connect(ADDR, 9999)


def test_a_loopback_port_of_the_host_is_reached_when_it_is_named(proxy, world):
    p = proxy("loopback 5432")
    with p.inside.connect("127.0.0.1", 5432) as s:
        assert exchange(s, b"x") == b"x"
    assert outcome(p, "127.0.0.1", 22) == "reset"


# --- DNS ---
def test_names_have_addresses_of_their_own_that_stay(proxy, world):
    p = proxy("allow good.example:5432", "allow *.below.example:443")
    asked = len(world.asked)
    first, second = address(p, "good.example"), address(p, "a.b.below.example")
    assert first != second and address(p, "GOOD.example.") == first
    assert first in resolve(p, "good.example", "A", RESOLVER, "+tcp")
    assert "198.18." in resolve(p, "good.example", "A", "8.8.8.8")
    assert len(world.asked) == asked, "a question of the sandbox must not leave it"
    with p.inside.connect(first, 5432) as s:
        assert exchange(s, b"{by name}") == b"{by name}"
    assert p.wait_event("net.allow", "good.example").port == 5432


@pytest.mark.parametrize("name, kind, status", [
    ("bad.example", "A", "REFUSED"), ("below.example", "A", "REFUSED"), ("data.bad.example", "TXT", "REFUSED"),
    ("good.example", "TXT", "REFUSED"), ("good.example", "ANY", "REFUSED"), ("good.example", "AAAA", "NOERROR"),
    ("good.example", "HTTPS", "NOERROR"), ("good.example", "NULL", "REFUSED")])
def test_dns_answers_nothing_else(proxy, world, name, kind, status):
    p = proxy("allow good.example", "allow *.below.example")
    asked, text = len(world.asked), resolve(p, name, kind)
    assert f"status: {status}" in text and "ANSWER: 0" in text
    if status == "REFUSED":
        assert "EDE: 15" in text or "OPT=15" in text
        event = p.wait_event("net.dns", name)
        assert event.flag == ("" if name == "good.example" else f"--allow {name}")
    assert len(world.asked) == asked


def test_questions_are_limited(proxy):
    p = proxy("allow *.below.example", "budget dns-names 3")
    for i in range(3):
        address(p, f"n{i}.below.example")
    assert "REFUSED" in resolve(p, "n4.below.example")
    assert "dns-names" in p.wait_event("net.budget").detail
    address(p, "n0.below.example")


def test_a_flood_of_questions_is_answered(proxy):
    p = proxy("allow *.below.example")
    with p.inside.entered():
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    with s:
        for i in range(20000):
            name = b"".join(bytes([len(x)]) + x for x in (b"n%d" % i, b"evil", b"example"))
            s.sendto(struct.pack(">HHHHHH", i & 0xffff, 0x100, 1, 0, 0, 0) + name + b"\0\0\1\0\1", (RESOLVER, 53))
            if i % 64 == 63:
                s.recv(2000)
    address(p, "a.below.example")
    assert p.process.poll() is None


# --- names lead where they may ---
@pytest.mark.parametrize("name", ["inner.example", "meta.example", "loop.example"])
def test_a_name_that_leads_inside_is_denied(proxy, world, name):
    p = proxy(f"allow {name}:5432")
    before = len(world.reached)
    assert outcome(p, address(p, name), 5432) == "reset"
    event = p.wait_event("net.deny", name)
    assert "leads to" in event.detail and event.flag.startswith("--allow ")
    assert len(world.reached) == before


def test_a_denied_address_is_passed_over_and_a_private_one_is_reached_when_named(proxy):
    p = proxy("allow mixed.example:5432", "allow inner.example:5432", "allow 10.0.0.5:5432")
    for name in ("mixed.example", "inner.example"):
        with p.inside.connect(address(p, name), 5432) as s:
            assert exchange(s, b"\0") == b"\0"


def test_a_name_that_changes_its_mind_is_looked_at_each_time(proxy, world):
    answers = [[ADDR], ["169.254.169.254"]]
    world.names["rebind.example"] = lambda: answers[0] if len(world.asked) < limit else answers[1]
    p = proxy("allow rebind.example:5432")
    limit = len(world.asked) + 3
    with p.inside.connect(address(p, "rebind.example"), 5432) as s:
        assert exchange(s, b"\1") == b"\1"
    assert outcome(p, address(p, "rebind.example"), 5432) == "reset"
    assert p.wait_event("net.deny").target == "rebind.example"


@pytest.mark.parametrize("name, port, words", [("down.example", 9998, "refused"), ("gone.example", 443, "no such name"),
                                               ("dead.example", 443, "no such name")])
def test_what_is_down_is_said(proxy, name, port, words):
    p = proxy(f"allow {name}:*")
    r = curl(p, "--socks5-hostname", f"{RESOLVER}:{CLIENT_PORT}", f"https://{name}:{port}/")
    assert r.returncode == 97
    assert words in p.wait_event("net.error", name).detail.lower()


def test_other_addresses_are_tried_when_one_fails_and_beside_one_that_is_slow(proxy, world):
    p = proxy("allow far.example:5432", "allow slow.example:9997")
    with p.inside.connect(address(p, "far.example"), 5432) as s:
        assert exchange(s, b"\2") == b"\2"
    with world.space.entered():
        full, good = socket.create_server((OTHER, 9997), backlog=0), socket.create_server((ADDR, 9997))
        fillers = [socket.socket() for _ in range(4)]
    for f in fillers:
        f.setblocking(False)
        f.connect_ex((OTHER, 9997))
    start = time.monotonic()
    with p.inside.connect(RESOLVER, CLIENT_PORT) as s:
        assert b" 200 " in exchange(s, b"CONNECT slow.example:9997 HTTP/1.1\r\nHost: slow.example:9997\r\n\r\n")
    assert time.monotonic() - start < 2
    for s in (full, good, *fillers):
        s.close()


def test_an_answer_that_was_cut_is_asked_for_again_by_tcp(proxy):
    p = proxy("allow cut.example:5432")
    with p.inside.connect(address(p, "cut.example"), 5432) as s:
        assert exchange(s, b"\3") == b"\3"


def test_rules_and_servers_may_change_while_names_are_looked_up(proxy):
    p = proxy("allow mute.example:5432")
    with p.inside.connect(address(p, "mute.example"), 5432) as s:
        time.sleep(0.1)
        assert p.configure(["allow mute.example:5432", "allow good.example:5432"]) == READY
        assert p.configure(["allow mute.example:5432", "dns 127.0.0.1:5354"]) == READY
        assert closed(s) == "reset"
    r = curl(p, "--socks5-hostname", f"{RESOLVER}:{CLIENT_PORT}", "http://mute.example:5432/")
    assert r.returncode == 97


def test_a_reset_of_the_server_is_passed_on(proxy, world):
    def reset(s):
        s.sendall(s.recv(10))
        time.sleep(0.1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    world.serve(9996, reset)
    p = proxy("allow good.example:9996")
    s, _ = tunnel(p, b"good.example:9996")
    with s:
        assert exchange(s, b"{some}") == b"{some}" and closed(s) == "reset"


def test_urgent_bytes_change_nothing_that_was_looked_at(proxy, world):
    p = proxy("allow good.example:80", "allow other.example:80")
    before = len(world.heads)
    with p.inside.connect(address(p, "good.example"), 80) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: other.example")
        s.send(b"!", socket.MSG_OOB)
        s.sendall(b"\r\n\r\n")
        s.settimeout(0.3)
        with pytest.raises(TimeoutError):
            s.recv(100)
    assert len(world.heads) == before


# --- TLS ---
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


def test_tls_passes_for_its_name_alone(proxy):
    p = proxy("allow good.example:443", "allow other.example:443")
    assert hello(p, "good.example", "good.example") == "HTTP/1.1 200 OK"
    assert "access denied" in hello(p, "good.example", "other.example").lower().replace("_", " ")
    assert "not the name" in p.wait_event("net.deny", "good.example").detail
    assert "access denied" in hello(p, "good.example", None).lower().replace("_", " ")
    assert "without a server name" in p.wait_event("net.deny", "good.example").detail


def test_a_hello_in_pieces_is_read_whole(proxy):
    p = proxy("allow good.example:443")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="good.example")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    with p.inside.connect(address(p, "good.example"), 443) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = outgoing.read()
        for at in range(0, len(data), 40):
            s.sendall(data[at:at + 40])
            time.sleep(0.005)
        assert s.recv(5)[0] == 0x16


def test_tls_to_an_address_needs_a_rule_for_it_and_may_name_anything(proxy):
    p = proxy(f"allow {ADDR}:443")
    assert hello(p, ADDR, "whatever.example") == "HTTP/1.1 200 OK"
    assert hello(p, ADDR, None) == "HTTP/1.1 200 OK"


# --- HTTP ---
def test_plain_requests_pass_for_their_host_alone(proxy, world):
    p = proxy("allow good.example:80", "allow other.example:80")
    at = address(p, "good.example")
    r = curl(p, "--resolve", f"good.example:80:{at}", "http://good.example/a", "http://good.example/b", "-d", "x" * 5000)
    assert r.stdout.count(b"POST /") == 2
    before = len(world.heads)
    r = curl(p, "-H", "Host: other.example", "-i", f"http://{at}/")
    assert b" 403 " in r.stdout and b"x-proxy-error: " in r.stdout
    assert "other.example" in json.loads(r.stdout.split(b"\r\n\r\n")[1])["detail"]
    assert p.wait_event("net.deny", "good.example")
    assert len(world.heads) == before


GOOD = b"GET /1 HTTP/1.1\r\nHost: good.example\r\n\r\n"
BAD = b"GET /2 HTTP/1.1\r\nHost: other.example\r\n\r\n"


@pytest.mark.parametrize("first", [
    GOOD,
    b"POST /1 HTTP/1.1\r\nHost: good.example\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /1 HTTP/1.1\r\nHost: good.example\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"])
def test_a_later_request_for_another_host_ends_the_connection(proxy, world, first):
    p = proxy("allow good.example:80", "allow other.example:80")
    before = len(world.heads)
    with p.inside.connect(address(p, "good.example"), 80) as s:
        s.sendall(first + BAD)
        p.wait_event("net.deny", "good.example")
    assert not any(b"/2" in head for head in world.heads[before:])


@pytest.mark.parametrize("bytes_", [
    b"GET / HTTP/1.1\r\nHost: good.example\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: good.example\r\nHost: other.example\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\nHost: other.example\r\n\r\n",
    b"GET / HTTP/1.1\nHost: other.example\n\n",
    b"GET http://other.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: good.example\r\n folded: x\r\n\r\n",
    b"CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
def test_requests_in_disguise_reach_nobody(proxy, world, bytes_):
    p = proxy("allow good.example:80", "allow good.example:8080", "allow other.example:80")
    at = address(p, "good.example")
    for port in (80, 8080):
        before = len(world.heads)
        with p.inside.connect(at, port) as s:
            s.sendall(bytes_)
            assert p.wait_event("net.deny", "good.example").port == port
        assert len(world.heads) == before


def test_a_websocket_becomes_a_plain_stream(proxy):
    p = proxy("allow good.example:80")
    with p.inside.connect(address(p, "good.example"), 80) as s:
        answer = exchange(s, b"GET /ws HTTP/1.1\r\nHost: good.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert b" 101 " in answer
        assert exchange(s, b"\x81\x00" + BAD) == b"\x81\x00" + BAD


def test_rules_of_http_hold_plain_requests_and_shut_streams_that_cannot_be_read(proxy):
    p = proxy("allow good.example:80", "allow good.example:443", "http good.example GET /a/**")
    at = address(p, "good.example")
    to = ("--resolve", f"good.example:80:{at}", "--resolve", f"good.example:443:{at}")
    assert b"GET /a/b" in curl(p, *to, "http://good.example/a/b").stdout
    for words in (("http://good.example/c",), ("-d", "x", "http://good.example/a/b"), ("http://good.example/a/%2e%2e/c",)):
        assert b" 403 " in curl(p, "-i", "--path-as-is", *to, *words).stdout
    assert " 403 " in hello(p, "good.example", "good.example")  # TLS is opened, so that it is held to the rules too
    with p.inside.connect(at, 443) as s:
        s.sendall(b"\0neither TLS nor HTTP\r\n")
        assert closed(s) == "reset"


def test_a_server_that_speaks_first_is_heard(proxy):
    p = proxy("allow good.example:22")
    with p.inside.connect(address(p, "good.example"), 22) as s:
        assert s.recv(100) == b"SSH-2.0-test\r\n"
        assert exchange(s, b"SSH-2.0-me\r\n") == b"SSH-2.0-me\r\n"


# --- clients that know of proxies ---
def test_connect_and_socks_lead_to_names(proxy):
    p = proxy("allow good.example:443", "allow good.example:80", f"allow {ADDR}:80")
    for how in (("-x", f"http://{RESOLVER}:{CLIENT_PORT}"), ("--socks5-hostname", f"{RESOLVER}:{CLIENT_PORT}")):
        assert b"GET / HTTP/1.1" in curl(p, *how, "-k", "https://good.example/").stdout, how
        assert b"GET /x HTTP/1.1" in curl(p, *how, "http://good.example/x").stdout, how
        assert b"GET /y HTTP/1.1" in curl(p, *how, f"http://{ADDR}/y").stdout, how
        r = curl(p, *how, "-k", "https://bad.example/")
        assert r.returncode in (56, 97) and (b"403" in r.stderr or how[0] != "-x")
        assert p.wait_event("net.deny", "bad.example").flag == "--allow bad.example:443"
    r = curl(p, "-i", "-x", f"http://{RESOLVER}:{CLIENT_PORT}", "http://bad.example/")
    assert b" 403 " in r.stdout and b"--allow bad.example:80" in r.stdout


def test_a_proxied_request_is_asked_as_its_server_expects(proxy, world):
    p = proxy("allow good.example:80")
    r = curl(p, "-x", f"http://{RESOLVER}:{CLIENT_PORT}", "http://good.example/one", "http://good.example/two",
             "-U", "user:secret", "-d", "body")
    assert r.stdout.count(b"POST /") == 2 and b"Proxy-" not in r.stdout and b"http://" not in r.stdout


def tunnel(p, target):
    s = p.inside.connect(RESOLVER, CLIENT_PORT)
    return s, exchange(s, b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (target, target))


def test_connect_within_connect_is_refused(proxy, world):
    p = proxy("allow good.example:80", "allow other.example:443")
    s, answer = tunnel(p, b"good.example:80")
    before = len(world.heads)
    with s:
        assert b" 200 " in answer
        assert b" 403 " in exchange(s, b"CONNECT other.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n")
    assert len(world.heads) == before


def test_the_inside_of_a_tunnel_is_looked_at(proxy):
    p = proxy("allow good.example:443", "allow good.example:80")
    s, _ = tunnel(p, b"good.example:80")
    with s:
        assert b" 403 " in exchange(s, BAD)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    s, _ = tunnel(p, b"good.example:443")
    with s, pytest.raises(OSError):
        context.wrap_socket(s, server_hostname="other.example")


@pytest.mark.parametrize("name", [b"good.example\0.bad.example", b"good.example\0", b"", b"a b", b"198.18.0.1", b"x" * 255])
def test_socks_with_a_name_that_is_none(proxy, world, name):
    p = proxy("allow good.example:443")
    asked = len(world.asked)
    with p.inside.connect(RESOLVER, CLIENT_PORT) as s:
        assert exchange(s, b"\5\1\0") == b"\5\0"
        assert exchange(s, b"\5\1\0\3" + bytes([len(name)]) + name + b"\1\xbb")[1] != 0
    assert p.wait_event("net.deny") and len(world.asked) == asked


@pytest.mark.parametrize("bytes_", [b"\4\1\1\xbb\1\2\3\4\0", b"\5\0", b"\5\1\2", b"GET / HTTP/1.1\r\nHost: x.example\r\n\r\n",
                                    b"\0\0\0\0", b"CONNECT bad HTTP/1.1\r\n\r\n", b"\x16\3\1\0\1\0"])
def test_what_no_client_of_a_proxy_says_is_refused(proxy, bytes_):
    p = proxy("allow good.example:443")
    with p.inside.connect(RESOLVER, CLIENT_PORT) as s:
        answer = exchange(s, bytes_ + b"\r\n\r\n")
        assert answer[:2] == b"\5\xff" or b" 400 " in answer or answer == b""


# --- time, budgets, change ---
def test_a_slow_client_is_cut_off(proxy):
    p = proxy("allow good.example:80", "allow good.example:443")
    at = address(p, "good.example")
    a, b, c = (p.inside.connect(host, port, 15) for host, port in ((at, 80), (at, 443), (RESOLVER, CLIENT_PORT)))
    with a, b, c:
        a.sendall(b"GET / HT")
        b.sendall(b"\x16\3\1\2\0")
        c.sendall(b"CONNECT good")
        start = time.monotonic()
        for s in (a, b, c):
            while closed(s) not in ("eof", "reset"):
                pass
        assert 5 < time.monotonic() - start < 14


def test_budgets_end_what_goes_beyond(proxy):
    p = proxy(f"allow {ADDR}:5432", "budget connections 2", "budget bytes 100000")
    with p.inside.connect(ADDR, 5432) as a, p.inside.connect(ADDR, 5432) as b:
        assert exchange(a, b"1") + exchange(b, b"2") == b"12"
        assert outcome(p, ADDR, 5432) == "reset"
        assert "connections" in p.wait_event("net.budget").detail
        with pytest.raises(OSError):
            for _ in range(100):
                a.sendall(b"x" * 10000)
                a.recv(65536)
                time.sleep(0.01)
        assert "bytes" in p.wait_event("net.budget").detail


def test_a_host_and_requests_have_budgets_of_their_own(proxy):
    p = proxy("allow good.example:80", f"allow {ADDR}:5432", "budget host-bytes 20000", "budget requests 5",
              "budget requests-burst 9")
    r = curl(p, "--socks5-hostname", f"{RESOLVER}:{CLIENT_PORT}", "-d", "x" * 30000, "http://good.example/")
    assert r.returncode != 0 and "host-bytes" in p.wait_event("net.budget", "good.example").detail
    with p.inside.connect(ADDR, 5432) as s:
        assert exchange(s, b"x") == b"x"
    assert "reset" in [outcome(p, OTHER, 5432) for _ in range(12)]
    assert "requests" in p.wait_event("net.budget").detail
    time.sleep(1.2)
    with p.inside.connect(ADDR, 5432) as s:
        assert exchange(s, b"x") == b"x"


def test_new_rules_are_for_new_connections_and_end_what_they_do_not_hold(proxy):
    p = proxy(f"allow {ADDR}:5432", f"allow {ADDR}:22")
    with p.inside.connect(ADDR, 5432) as keep, p.inside.connect(ADDR, 22) as lose:
        assert exchange(keep, b"1") == b"1" and lose.recv(100)
        assert p.configure([f"allow {ADDR}:5432", f"allow {OTHER}:5432"]) == READY
        assert closed(lose) == "reset" and exchange(keep, b"2") == b"2"
        assert [e.port for e in p.events if e.type == "net.deny"] == [22]
        assert outcome(p, ADDR, 22) == "reset"
        with p.inside.connect(OTHER, 5432) as s:
            assert exchange(s, b"3") == b"3"


def test_it_lives_when_descriptors_run_out(proxy):
    p = proxy(f"allow {ADDR}:5432", fds=64)
    held = [p.inside.connect(ADDR, 5432) for _ in range(80)]
    assert "descriptors" in p.wait_event("net.error").detail
    for s in held:
        s.close()
    for _ in range(50):
        try:
            with p.inside.connect(ADDR, 5432) as s:
                if exchange(s, b"x") == b"x":
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("no connection passes any more")


def test_a_supervisor_that_does_not_read_stops_nothing(proxy):
    p = proxy(f"allow {ADDR}:5432")
    for _ in range(600):
        outcome(p, OTHER, 5432)
    with p.inside.connect(ADDR, 5432) as s:
        assert exchange(s, b"x") == b"x"


@pytest.mark.parametrize("text, seals", [("nonsense", 0xe), ("tiercel-proxy 1\nallow *\nend\n", 0xe),
                                         ("tiercel-proxy 1\nend\n", 0)])
def test_a_configuration_that_is_no_good_ends_it(world, text, seals):
    p = Proxy(PROGRAM, world, [], start=False)
    p.send(1, fds=[p.memfd(text, seals)])
    kind, event = p.receive()
    assert kind == FAIL and "proxy configuration" in event.detail
    assert p.close()[0] == 125


def test_it_ends_with_its_supervisor_and_resets_what_is_open(world):
    p = Proxy(PROGRAM, world, [f"allow {ADDR}:5432"])
    with p.inside.connect(ADDR, 5432) as s:
        assert exchange(s, b"x") == b"x"
        assert p.close() == (0, b"")
        assert closed(s) in ("eof", "reset")
