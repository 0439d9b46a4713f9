# SPDX-License-Identifier: Apache-2.0
"""A server with TLS and an authority of its own, for tests of streams that are opened."""
import hashlib
import os
import re
import ssl
import subprocess
from pathlib import Path

from proxy_world import World, listener, socket

NAMES = ("api.example.com", "plain.example.com", "git.example.com", "up.example.com")


def authority(at):
    """Makes at/ca.pem and at/leaf.pem (with its key), for NAMES."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=at, check=True, capture_output=True)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=authority of the world")
    openssl("req", *curve, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=server")
    (at / "ext").write_text("subjectAltName=" + ",".join("DNS:" + n for n in NAMES) + "\n")
    openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "leaf.crt",
            "-days", "30", "-extfile", "ext")
    (at / "leaf.pem").write_bytes((at / "leaf.crt").read_bytes() + (at / "leaf.key").read_bytes())


def more_of(s):
    data = s.recv(65536)
    if not data:
        raise ConnectionError("the body ended too soon")
    return data


class Request:
    """One request as a server saw it."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.path = lines[0].split(" ")[:2]
        self.fields = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}
        self.body, self.head = body, head


class OpenedWorld(World):
    """Serves HTTPS under 443 and answers names where resolv.conf points; `requests` is what was asked."""

    def __init__(self, at):
        self.at, self.requests, self.repository = at, [], None
        super().__init__()
        authority(at)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(at / "leaf.pem")
        for server in re.findall(r"^nameserver\s+([0-9.]+)\s*$", Path("/etc/resolv.conf").read_text(), re.M):
            self.space.run("ip", "addr", "add", server + "/32", "dev", "lo")
        self.serve(443, self.serve_https)
        self.names.update({n: ["93.184.216.34"] for n in NAMES})

    def serve_dns(self):
        with self.space.entered():
            self.first, self.dns = self.dns, listener(53, socket.SOCK_DGRAM)
        super().serve_dns()

    def close(self):
        self.first.close()
        super().close()

    def serve_https(self, raw):
        with self.context.wrap_socket(raw, server_side=True) as s:
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    more = s.recv(65536)
                    if not more:
                        return
                    data += more
                head, data = data.split(b"\r\n\r\n", 1)
                request = Request(head, b"")
                if "100-continue" in request.fields.get("expect", ""):
                    s.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                request.body, data = self.read_body(s, request, data)
                self.requests.append(request)
                if self.answer_http(s, request):
                    return

    @staticmethod
    def read_body(s, request, data):
        if request.fields.get("transfer-encoding") == "chunked":
            body = b""
            while True:
                while b"\r\n" not in data:
                    data += more_of(s)
                size, data = data.split(b"\r\n", 1)
                n = int(size, 16)
                while len(data) < n + 2:
                    data += more_of(s)
                body, data = body + data[:n], data[n + 2:]
                if n == 0:
                    return body, data
        n, data = int(request.fields.get("content-length", "0")), bytearray(data)
        while len(data) < n:
            data += more_of(s)
        return bytes(data[:n]), bytes(data[n:])

    # What servers send that cannot be passed on as it is, by the last word of the path.
    ODD = {"close": b"HTTP/1.1 ", "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome",
           "lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nsome",
           "more": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsomeHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore",
           "until": b"HTTP/1.0 200 OK\r\n\r\nall until the end"}

    def answer_http(self, s, request):
        """Answers; returns whether the connection is over."""
        if request.path.startswith("/git/"):
            s.sendall(self.git(request))
            return True
        if request.fields.get("upgrade") == "websocket":
            s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
            while data := s.recv(65536):
                s.sendall(data[::-1])
            return True
        if odd := self.ODD.get(request.path.rsplit("/", 1)[-1]):
            s.sendall(odd)
            return True
        if request.path.endswith("digest"):
            request.body = hashlib.sha256(request.body).hexdigest().encode()
        body = b"you said %s %s " % (request.method.encode(), request.path.encode()) + request.body
        if request.path.endswith("chunked"):
            s.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for i in range(0, len(body), 7):
                s.sendall(b"%x\r\n%s\r\n" % (len(body[i:i + 7]), body[i:i + 7]))
            s.sendall(b"0\r\n\r\n")
            return False
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + (b"" if request.method == "HEAD" else body))
        return False

    def git(self, request):
        """What git-http-backend(1) says."""
        path, _, query = request.path.partition("?")
        env = {**os.environ, "GIT_PROJECT_ROOT": str(self.repository), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path.removeprefix("/git"),
               "QUERY_STRING": query, "REQUEST_METHOD": request.method, "REMOTE_USER": "somebody",
               "CONTENT_TYPE": request.fields.get("content-type", ""), "CONTENT_LENGTH": str(len(request.body)),
               "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
               "GIT_CONFIG_KEY_1": "http.receivepack", "GIT_CONFIG_VALUE_1": "true"}
        if request.fields.get("content-encoding"):
            env["HTTP_CONTENT_ENCODING"] = request.fields["content-encoding"]
        if not request.fields.get("authorization"):
            return b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        said = subprocess.run(["git", "http-backend"], env=env, input=request.body, capture_output=True, check=False).stdout
        head, _, body = said.partition(b"\r\n\r\n")
        status = b"200 OK"
        for line in head.split(b"\r\n"):
            if line.startswith(b"Status: "):
                status = line[8:]
        return b"HTTP/1.1 " + status + b"\r\n" + head + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
