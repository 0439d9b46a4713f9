# SPDX-License-Identifier: Apache-2.0
"""Two network namespaces for tests of the proxy: the world, with servers, and the inside, where every address is ours.

The test's own process moves between them, thread by thread; sockets stay where they were made.
"""
import array
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
CONFIG, LISTEN, START, SECRET, READY, FAIL, EVENT, CA = range(1, 9)
TCP, DNS_UDP, DNS_TCP, CLIENT = range(4)
MESSAGE = struct.Struct("=IIH16s300s256s256s2xQQ")
IPV6_RECVPKTINFO = 49
F_ADD_SEALS, SEALS = 1033, 0xe
RESOLVER, CLIENT_PORT = "198.18.0.1", 3128


def sys_call(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), what)


class Space:
    """A network namespace with its loopback interface up."""

    def __init__(self, *commands):
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            sys_call(LIBC.unshare(CLONE_NEWNET), "unshare")
            self.fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
            for words in ("link set lo up", *commands):
                subprocess.run(["ip", *words.split()], check=True, capture_output=True)
        finally:
            sys_call(LIBC.setns(home, CLONE_NEWNET), "setns")
            os.close(home)

    @contextmanager
    def entered(self):
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        sys_call(LIBC.setns(self.fd, CLONE_NEWNET), "setns")
        try:
            yield
        finally:
            sys_call(LIBC.setns(home, CLONE_NEWNET), "setns")
            os.close(home)

    def run(self, *argv, timeout=20, **more):
        return subprocess.run(argv, timeout=timeout, check=False, capture_output=True,
                              preexec_fn=lambda: LIBC.setns(self.fd, CLONE_NEWNET), **more)

    def start(self, *argv, **more):
        return subprocess.Popen(argv, preexec_fn=lambda: LIBC.setns(self.fd, CLONE_NEWNET), **more)

    def connect(self, host, port, timeout=5):
        with self.entered():
            return socket.create_connection((host, port), timeout=timeout)

    def close(self):
        os.close(self.fd)


def listener(port, kind=socket.SOCK_STREAM, address="::"):
    s = socket.socket(socket.AF_INET6, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if kind == socket.SOCK_DGRAM:
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
    s.bind((address, port))
    if kind == socket.SOCK_STREAM:
        s.listen(4096)
    return s


class World:
    """Servers under public addresses. `seen` is what they were sent, by port."""

    ADDRESSES = ("93.184.216.34", "93.184.216.35", "10.0.0.5", "169.254.169.254", "127.0.0.2")
    V6 = "2606:2800:220:1::34"

    def __init__(self):
        self.space = Space(*(f"addr add {a}/32 dev lo" for a in self.ADDRESSES if not a.startswith("127.")),
                           f"addr add {self.V6}/128 dev lo nodad")
        self.cut, self.mute = set(), set()
        self.names, self.asked, self.sockets, self.threads, self.reached = {}, [], [], [], []
        with self.space.entered():
            self.dns = listener(5353, socket.SOCK_DGRAM)
        self.spawn(self.serve_dns)
        self.serve(5353, self.serve_dns_stream)

    def spawn(self, call, *args):
        thread = threading.Thread(target=call, args=args, daemon=True)
        thread.start()
        self.threads.append(thread)

    def serve(self, port, handle):
        """handle(socket, address that was reached) in a thread a connection."""
        with self.space.entered():
            s = listener(port)
        self.sockets.append(s)

        def accept():
            while True:
                try:
                    peer, _ = s.accept()
                except OSError:
                    return
                peer.settimeout(20)
                self.reached.append((peer.getsockname()[0].removeprefix("::ffff:"), port))
                self.spawn(self.handle, handle, peer)
        self.spawn(accept)

    @staticmethod
    def handle(handle, peer):
        with peer:
            try:
                handle(peer)
            except OSError:
                pass

    def serve_dns(self):
        while True:
            try:
                query, peer = self.dns.recvfrom(4096)
            except OSError:
                return
            answer = self.answer(query) if query else None
            if answer:
                self.dns.sendto(answer, peer)

    def serve_dns_stream(self, s):
        while frame := s.recv(2):
            answer = self.answer(s.recv(struct.unpack(">H", frame)[0]), True)
            s.sendall(struct.pack(">H", len(answer)) + answer)

    def answer(self, query, is_stream=False):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        name, (kind,) = ".".join(labels).lower(), struct.unpack_from(">H", query, at + 1)
        self.asked.append((name, kind))
        if name in self.mute:
            return None
        found = self.names.get(name)
        if callable(found):
            found = found()
        flags = 0x8180 if found is not None else 0x8183
        if name in self.cut and not is_stream:
            flags, found = 0x8380, []
        family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
        mine = [a for a in found or () if (":" in a) == (kind == 28)] if family else []
        answer = query[:2] + struct.pack(">HHHHH", flags, 1, len(mine), 0, 0) + query[12:at + 5]
        for a in mine:
            data = socket.inet_pton(family, a)
            answer += struct.pack(">HHHIH", 0xc00c, kind, 1, 60, len(data)) + data
        return answer

    def close(self):
        for s in (self.dns, *self.sockets):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()
        self.space.close()


@dataclass
class Event:
    type: str
    target: str
    port: int
    detail: str
    flag: str
    bytes_in: int
    bytes_out: int


class Proxy:
    """The program, serving the sockets of an inside that it is given."""

    PORTS = (22, 80, 443, 5432, 8080)

    def __init__(self, program, world, rules, start=True, fds=None):
        self.inside = Space("route add local 0.0.0.0/0 dev lo", "-6 route add local ::/0 dev lo")
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(10)
        self.events = []
        limit = ["prlimit", f"--nofile={fds}", "--"] if fds else []
        self.process = world.space.start(*limit, program, stdin=theirs, stderr=subprocess.PIPE)
        theirs.close()
        self.send(CONFIG, fds=[self.memfd(self.text(rules))])
        if start:
            with self.inside.entered():
                self.listen(TCP, [listener(p) for p in self.PORTS])
                self.listen(DNS_UDP, [listener(53, socket.SOCK_DGRAM)])
                self.listen(DNS_TCP, [listener(53)])
                self.listen(CLIENT, [listener(CLIENT_PORT)])
            self.send(START)
            kind, event = self.receive()
            assert kind == READY, event

    @staticmethod
    def text(rules):
        dns = [] if any(rule.startswith("dns ") for rule in rules) else ["dns 127.0.0.1:5353"]
        return "\n".join(["tiercel-proxy 1", *dns, *rules, "end", ""])

    @staticmethod
    def memfd(text, seals=SEALS):
        fd = os.memfd_create("config", os.MFD_ALLOW_SEALING)
        os.write(fd, text.encode())
        fcntl.fcntl(fd, F_ADD_SEALS, seals)
        return fd

    def send(self, kind, value=0, fds=()):
        message = MESSAGE.pack(kind, value, 0, b"", b"", b"", b"", 0, 0)
        self.control.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
        for fd in fds:
            os.close(fd)

    def listen(self, kind, sockets):
        self.send(LISTEN, kind, [s.detach() for s in sockets])

    def receive(self):
        fields = (CA,)
        while fields[0] == CA:
            fields = MESSAGE.unpack(self.control.recv(MESSAGE.size))
        texts = [f.split(b"\0")[0].decode() for f in fields[3:7]]
        return fields[0], Event(texts[0], texts[1], fields[2], texts[2], texts[3], fields[7], fields[8])

    def wait_event(self, kind, target=None):
        """The next event of a type, about a host where one is named; all that were told are kept in `events`."""
        while True:
            got, event = self.receive()
            if got == EVENT:
                self.events.append(event)
                if event.type == kind and target in (None, event.target):
                    return event

    def configure(self, rules):
        self.send(CONFIG, fds=[self.memfd(self.text(rules))])
        while True:
            kind, event = self.receive()
            if kind != EVENT:
                return kind
            self.events.append(event)

    def close(self):
        self.control.close()
        try:
            rc = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            rc = self.process.wait()
        said = self.process.stderr.read()
        self.process.stderr.close()
        self.inside.close()
        return rc, said
