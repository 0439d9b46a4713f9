# SPDX-License-Identifier: Apache-2.0
"""tiercel-proxy between two network namespaces: what it hears in the streams that it passes on, or opens."""
import json
import socket
import ssl
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from proxy_fixtures import ADDR, address, certificate, closed, curl, exchange, hello, proxy, tunnel, world  # noqa: E402,F401
from proxy_world import CLIENT_PORT, RESOLVER, Proxy  # noqa: E402


# --- TLS ---
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


def test_a_request_without_a_host_gets_the_one_that_was_meant(proxy, world):
    p = proxy("allow good.example:80")
    with p.inside.connect(address(p, "good.example"), 80) as s:
        assert b"Host: good.example\r\n" in exchange(s, b"GET / HTTP/1.0\r\nX-Y: z\r\n\r\n")
        assert b"X-Y: z" in world.heads[-1]


def test_a_long_reply_reaches_a_client_that_is_slow_to_read(proxy, world):
    size = 1 << 20

    def reply(s):
        s.recv(65536)
        s.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(size))
    world.serve(9994, reply)
    p = proxy("allow good.example:9994")
    s, _ = tunnel(p, b"good.example:9994")
    with s:
        s.settimeout(10)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        s.sendall(b"GET / HTTP/1.1\r\nHost: good.example:9994\r\n\r\n")
        got = 0
        time.sleep(2.5)
        while more := s.recv(1 << 20):
            got += len(more)
    assert got == size + 19


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
