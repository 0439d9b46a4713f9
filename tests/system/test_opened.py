# SPDX-License-Identifier: Apache-2.0
"""Streams that are opened: rules of network.http and secrets hold inside TLS; every other stream stays as it is."""
import json
import os
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from modes import skip  # noqa: E402
from opened_world import OpenedWorld  # noqa: E402

PYTHON = "/usr/bin/python3"
RULES = """
    version: 1
    network:
      allow: [plain.example.com]
      http: [{ host: api.example.com, methods: [GET, HEAD], paths: ["/ok/**"] }]
"""
FETCH = """
    import sys, urllib.request
    for url in sys.argv[1:]:
        try:
            print(urllib.request.urlopen(url, timeout=5).read().decode())
        except Exception as e:
            print(type(e).__name__, e)
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    if os.geteuid() != 0:
        skip("needs root, to make a network namespace")
    w = OpenedWorld(tmp_path_factory.mktemp("opened"))
    yield w
    w.close()


@pytest.fixture
def run(mode, world):
    """run(RULES, COMMAND…): tiercel with the world for the host's network, and its authority for the host's."""
    roots = mode.write("roots.pem", (world.at / "ca.pem").read_bytes())

    def call(rules, *command, env=None):
        policy = mode.write("policy.yaml", textwrap.dedent(rules))
        world.requests.clear()
        with world.space.entered():
            return mode.tiercel(["run", "--workspace", ".", "--mode", "readonly", "--policy", policy, "--", *command],
                                env={"SSL_CERT_FILE": str(roots), **(env or {})})
    return call


def asked(world):
    return [(r.method, r.path) for r in world.requests]


# --- rules of network.http ---
def test_rules_hold_what_is_asked_inside_tls(run, world):
    url = "https://api.example.com"
    done = run(RULES, "sh", "-c", f"""
        curl -sS {url}/ok/1 {url}/ok/chunked; echo
        curl -sS --suppress-connect-headers -I {url}/ok/2 | head -1
        curl -sS --suppress-connect-headers -i -d x {url}/ok/3
        curl -sS {url}/else
        curl -sS --path-as-is {url}/ok/../else
    """)
    lines = done.out.splitlines()
    assert lines[0] == "you said GET /ok/1 you said GET /ok/chunked ", done.out + done.err
    assert lines[1].startswith("HTTP/1.1 200")
    assert lines[2].startswith("HTTP/1.1 403") and "x-proxy-error: blocked-by-method-policy" in lines
    denials = [json.loads(line) for line in lines if line.startswith("{")]
    assert [d["error"] for d in denials] == ["policy_denied"] * 3
    assert denials[0]["host"] == "api.example.com" and denials[0]["port"] == 443 and denials[0]["rule_missing"] == "network.http"
    assert "POST /ok/3" in denials[0]["detail"] and "GET /else" in denials[1]["detail"]
    assert asked(world) == [("GET", "/ok/1"), ("GET", "/ok/chunked"), ("HEAD", "/ok/2")]
    assert "denied net.deny api.example.com:443" in done.err and "POST /ok/3" in done.err


def test_clients_of_every_kind_trust_what_is_opened(run, mode, world):
    mode.write("fetch.py", textwrap.dedent(FETCH))
    mode.write("fetch.js", "require('https').get(process.argv[2], r => r.pipe(process.stdout))\n")
    url = "https://api.example.com/ok/"
    node = f"env -u HTTPS_PROXY node fetch.js {url}node; echo" if shutil.which("node") else ":"
    done = run(RULES, "sh", "-c", f"""
        {PYTHON} fetch.py {url}python
        {node}
        env -u SSL_CERT_FILE -u CURL_CA_BUNDLE curl -sS {url}system; echo
        env -u HTTPS_PROXY -u https_proxy -u ALL_PROXY -u all_proxy curl -sS {url}direct; echo
        curl -sS --socks5-hostname ${{HTTPS_PROXY#http://}} {url}socks; echo
    """)
    kinds = ["python", *(["node"] if shutil.which("node") else []), "system", "direct", "socks"]
    assert done.out.split("\n")[:-1] == [f"you said GET /ok/{k} " for k in kinds], done.out + done.err


def test_a_host_without_rules_keeps_its_own_certificate(run):
    script = "for h in plain api; do openssl s_client -proxy ${HTTPS_PROXY#http://} -connect $h.example.com:443 -servername $h.example.com" \
             " </dev/null 2>/dev/null | grep ^issuer; done"
    done = run(RULES, "sh", "-c", script)
    assert done.out.splitlines() == ["issuer=CN = authority of the world", "issuer=CN = Tiercel: this sandbox alone"], done.err


def test_the_authority_is_another_in_every_sandbox_and_absent_without_need(run, mode):
    both = [run(RULES, "cat", "/run/tiercel/ca.pem").out for _ in range(2)]
    assert both[0] != both[1] and both[0].startswith("-----BEGIN CERTIFICATE-----")
    done = run("version: 1\nnetwork: { allow: [plain.example.com] }\n", "sh", "-c", "ls /run/tiercel; env | grep pem")
    assert "No such file" in done.err and done.out == ""
    state = [p for d in mode.state_dirs for p in Path(d).rglob("authorities.pem")]
    assert not state


def test_a_server_that_proves_nothing_or_is_gone_is_a_bad_gateway(run, world):
    rules = RULES.replace("api.example.com", "strange.example.com")
    world.names["strange.example.com"] = ["93.184.216.34"]
    done = run(rules, "curl", "-sS", "--suppress-connect-headers", "-i", "https://strange.example.com/ok/1")
    assert done.out.startswith("HTTP/1.1 502"), done.out + done.err
    assert json.loads(done.out.splitlines()[-1])["error"] == "upstream_failed"
    assert "hostname mismatch" in done.out and asked(world) == []
    world.names["strange.example.com"] = ["93.184.216.99"]
    done = run(rules, "env", "-u", "https_proxy", "-u", "HTTPS_PROXY", "-u", "ALL_PROXY", "-u", "all_proxy", "curl", "-sS", "--suppress-connect-headers", "-i", "https://strange.example.com/ok/1")
    assert "HTTP/1.1 502" in done.out and "cannot be reached" in done.out, done.out + done.err


def test_requests_for_another_host_than_that_of_the_stream_are_denied(run, world):
    done = run(RULES, "curl", "-sS", "-H", "Host: plain.example.com", "https://api.example.com/ok/1")
    assert "plain.example.com" in json.loads(done.out)["detail"] and asked(world) == []


def test_websockets_pass_where_their_request_is_allowed(run, mode):
    mode.write("ws.py", textwrap.dedent("""
        import socket, ssl
        raw = socket.create_connection(("api.example.com", 443))
        s = ssl.create_default_context().wrap_socket(raw, server_hostname="api.example.com")
        s.sendall(b"GET /ok/ws HTTP/1.1\\r\\nHost: api.example.com\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n")
        print(s.recv(999).split(b"\\r\\n")[0].decode())
        s.sendall(b"anything at all")
        print(s.recv(999).decode())
    """))
    done = run(RULES, PYTHON, "ws.py")
    assert done.out.splitlines() == ["HTTP/1.1 101 Switching Protocols", "lla ta gnihtyna"], done.out + done.err
