# SPDX-License-Identifier: Apache-2.0
"""tiercel-proxy between two network namespaces: where it lets connections go, and how it says no."""
import os
import socket
import struct
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from proxy_fixtures import ADDR, OTHER, PROGRAM, V6, address, certificate, closed, curl, exchange, hello, outcome, proxy, resolve, tunnel, world  # noqa: E402,F401
from proxy_world import CLIENT_PORT, FAIL, READY, RESOLVER, Proxy  # noqa: E402


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


def memory_kib(p):
    text = Path(f"/proc/{p.process.pid}/status").read_text()
    return int(text.split("RssAnon:")[1].split()[0])


def test_who_does_not_read_holds_the_other_side_up_and_no_memory(proxy, world):
    size = 48 << 20

    def push(s):
        s.recv(1)
        s.sendall(bytes(size))
    world.serve(9995, push)
    p = proxy(f"allow {ADDR}:9995")
    s, _ = tunnel(p, f"{ADDR}:9995".encode())
    with s:
        s.sendall(b"!")
        time.sleep(0.5)
        assert memory_kib(p) < 2048
        got = 0
        while more := s.recv(1 << 20):
            got += len(more)
    assert got == size


def test_many_connections_are_served_at_once(proxy, world):
    p = proxy(f"allow {ADDR}:5432")
    before = memory_kib(p)
    with p.inside.entered():
        many = [socket.create_connection((ADDR, 5432), 10) for _ in range(300)]
    for i, s in enumerate(many):
        s.sendall(b"%d" % i)
    for i, s in enumerate(many):
        assert s.recv(10) == b"%d" % i
    assert (memory_kib(p) - before) / len(many) < 2
    for s in many:
        s.close()


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
