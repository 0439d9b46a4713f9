# SPDX-License-Identifier: Apache-2.0
"""Opened streams that speak HTTP/2, between curl and a real server: rules, secrets, and what each side offers."""
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from modes import skip  # noqa: E402
from proxy_world import TCP, Proxy, World  # noqa: E402

BUILD = Path(os.environ.get("TIERCEL_BUILD", Path(__file__).resolve().parents[2] / "build"))
PROGRAM = BUILD / "tiercel-proxy"
NAME, PLAIN, SECRET = "two.example", "one.example", 4  # the last is a kind of message
ADDR = {NAME: "93.184.216.34", PLAIN: "93.184.216.35"}
TOKEN = "placeholder-for-http2"

NGINX = """
user root; daemon off; pid {top}/pid; error_log {top}/error; worker_processes 1;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path {top}/body; proxy_temp_path {top}/p; fastcgi_temp_path {top}/f;
    uwsgi_temp_path {top}/u; scgi_temp_path {top}/s; ssl_certificate {top}/cert; ssl_certificate_key {top}/key;
    client_max_body_size 0;
    server {{ listen {two}:443 ssl http2; location / {{ return 200 "$server_protocol $request_method $uri $http_x_key\\n"; }}
             location /ok/file {{ alias {top}/file; }}
             location /ok/sink {{ proxy_pass http://127.0.0.1:8090; }} }}
    server {{ listen 127.0.0.1:8090; return 200 "$request_method $content_length\\n"; }}
    server {{ listen {one}:443 ssl; location / {{ return 200 "$server_protocol $request_method $uri $http_x_key\\n"; }} }}
}}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    if os.geteuid() != 0:
        skip("needs root, to make network namespaces")
    for tool in ("openssl", "nginx", "curl", "unshare"):
        if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin"):
            skip(f"no {tool}")
    if b"HTTP2" not in subprocess.run(["curl", "--version"], capture_output=True, check=True).stdout:
        skip("curl without HTTP/2")
    top = tmp_path_factory.mktemp("http2")
    top.chmod(0o755)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", top / "key", "-out", top / "cert", "-days", "2", "-subj", "/CN=test",
                    "-addext", f"subjectAltName=DNS:{NAME},DNS:{PLAIN}"], check=True, capture_output=True)
    (top / "file").write_bytes(os.urandom(3_000_000))
    (top / "nginx.conf").write_text(NGINX.format(top=top, two=ADDR[NAME], one=ADDR[PLAIN]))
    # The proxy trusts what the host trusts; here that is the server's certificate alone.
    (top / "proxy").write_text("#!/bin/sh\nexec unshare --mount --propagation private sh -c 'mount --bind "
                               f"{top}/cert /etc/ssl/certs/ca-certificates.crt && exec {PROGRAM}'\n")
    (top / "proxy").chmod(0o755)
    w = World()
    w.top = top
    w.names.update({name: [address] for name, address in ADDR.items()})
    server = w.space.start("/usr/sbin/nginx", "-c", top / "nginx.conf", "-e", top / "error")
    for _ in range(100):
        if (top / "pid").exists():
            break
        time.sleep(0.05)
    yield w
    server.terminate()
    server.wait(10)
    w.close()


class Opener(Proxy):
    """One that knows the value of a secret."""

    def listen(self, kind, sockets):
        if kind == TCP:
            self.send(SECRET, 0, [self.memfd("real-value")])
        super().listen(kind, sockets)


@pytest.fixture
def proxy(world):
    """One with rules for both servers; its end is checked."""
    if not PROGRAM.exists():
        skip(f"no {PROGRAM}")
    p = Opener(world.top / "proxy", world, [
        *(f"allow {name}:443" for name in ADDR), *(f"http {name} GET,POST /ok/**" for name in ADDR),
        f"secret 0 {TOKEN} header:x-key {NAME}"])
    yield p
    rc, said = p.close()
    assert rc == 0 and said == b"", said


def curl(p, name, path, *argv):
    at = p.inside.run("dig", "+short", "@198.18.0.1", name).stdout.decode().strip()
    return p.inside.run("curl", "-sk", "--path-as-is", "--resolve", f"{name}:443:{at}", f"https://{name}{path}",
                        *argv).stdout


def test_it_is_spoken_where_both_sides_do(proxy):
    assert curl(proxy, NAME, "/ok/a", "-w", "%{http_version}") == b"HTTP/2.0 GET /ok/a \n2"
    assert curl(proxy, NAME, "/ok/a", "--http1.1", "-w", "%{http_version}") == b"HTTP/1.1 GET /ok/a \n1.1"
    assert curl(proxy, PLAIN, "/ok/a", "-w", "%{http_version}") == b"HTTP/1.1 GET /ok/a \n1.1"


def test_what_no_rule_holds_is_answered_by_us(proxy):
    head, body = curl(proxy, NAME, "/ok/../etc", "-i").split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/2 403") and b"x-proxy-error: blocked-by-method-policy" in head
    assert json.loads(body)["error"] == "policy_denied"
    assert "differ about the path" in proxy.wait_event("net.deny", NAME).detail
    assert curl(proxy, NAME, "/ok/a", "-X", "PUT", "-d", "x", "-o", "/dev/null", "-w", "%{http_code}") == b"403"
    assert "no rule of network.http holds PUT" in proxy.wait_event("net.deny", NAME).detail
    assert curl(proxy, NAME, "/ok/a", "-H", "Host: other.example", "-o", "/dev/null", "-w", "%{http_code}") == b"403"
    assert "other.example" in proxy.wait_event("net.deny", NAME).detail


def test_secrets_are_filled_in_for_their_host_alone(proxy):
    assert curl(proxy, NAME, "/ok/a", "-H", f"X-Key: {TOKEN}") == b"HTTP/2.0 GET /ok/a real-value\n"
    assert curl(proxy, PLAIN, "/ok/a", "-H", f"X-Key: {TOKEN}") == b"HTTP/1.1 GET /ok/a %s\n" % TOKEN.encode()
    assert TOKEN in proxy.wait_event("net.secret", PLAIN).detail


def test_much_passes_unchanged(proxy, world):
    assert curl(proxy, NAME, "/ok/file") == (world.top / "file").read_bytes()
    assert curl(proxy, NAME, "/ok/sink", "--data-binary", f"@{world.top}/file", "-w", "%{http_version}") \
        == b"POST 3000000\n2"


def test_a_server_that_is_down_is_said_inside_the_stream(proxy, world):
    world.names[NAME], kept = ["203.0.113.9"], world.names[NAME]
    try:
        said = curl(proxy, NAME, "/ok/a", "-i")
    finally:
        world.names[NAME] = kept
    assert b" 502 " in said.split(b"\r\n")[0] and b"cannot be reached" in said
