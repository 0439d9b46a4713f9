# SPDX-License-Identifier: Apache-2.0
"""Streams that are opened: rules of network.http and secrets hold inside TLS; every other stream stays as it is."""
import base64
import hashlib
import json
import os
import shutil
import subprocess
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
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    roots = mode.write("roots.pem", (system.read_bytes() if system.exists() else b"") + (world.at / "ca.pem").read_bytes())

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


def test_java_trusts_what_is_opened(run, mode):
    if not shutil.which("java") or not Path("/etc/ssl/certs/java/cacerts").exists():
        skip("no Java here")
    mode.write("F.java", """
        class F { public static void main(String[] a) throws Exception {
            System.out.println(new String(new java.net.URL(a[0]).openStream().readAllBytes())); } }
    """)
    done = run(RULES, "java", "-Xshare:auto", "F.java", "https://api.example.com/ok/java")
    assert done.out.strip() == "you said GET /ok/java", done.out + done.err


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


# --- secrets ---
VALUE = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
SECRET = """
    version: 1
    network: { allow: [api.example.com, plain.example.com] }
    secrets:
      - { name: TOKEN, from: env, hosts: [api.example.com], header: "Authorization: Bearer {}", query: key, basic: "true" }
"""


def test_a_secret_arrives_and_is_nowhere_inside(run, world):
    done = run(SECRET, "sh", "-c", """
        echo "$TOKEN"
        curl -sS -H "Authorization: Bearer $TOKEN" https://api.example.com/header >/dev/null
        curl -sS -u "me:$TOKEN" https://api.example.com/basic >/dev/null
        curl -sS "https://api.example.com/query?key=$TOKEN&x=1" >/dev/null
        grep -rl 0123456789abcdefghijABCDEFGHIJ012345 /proc/[0-9]*/environ /run /tmp /etc/ssl $HOME . 2>/dev/null
        echo searched
    """, env={"TOKEN": VALUE})
    placeholder, searched = done.out.splitlines()
    assert searched == "searched" and placeholder != VALUE, done.out + done.err
    assert placeholder.startswith("ghp_") and len(placeholder) == len(VALUE) and placeholder.isascii()
    header, basic, query = world.requests
    assert header.fields["authorization"] == "Bearer " + VALUE
    assert base64.b64decode(basic.fields["authorization"].removeprefix("Basic ")).decode() == "me:" + VALUE
    assert query.path == f"/query?key={VALUE}&x=1"
    assert VALUE not in done.err


def test_a_placeholder_that_goes_elsewhere_stays_one_and_is_told(run, world):
    done = run(SECRET + """
    # the other host is opened as well, for another secret
      - { name: OTHER, from: env, hosts: [plain.example.com] }
""".replace("    #", "#"), "sh", "-c", """
        curl -sS -H "Authorization: Bearer $TOKEN" https://plain.example.com/1 >/dev/null
        curl -sS -H "X-Other: $TOKEN" https://api.example.com/2 >/dev/null
        curl -sS -d "$TOKEN" https://api.example.com/3 >/dev/null
        echo $TOKEN
    """, env={"TOKEN": VALUE, "OTHER": "another value of some length"})
    placeholder = done.out.strip()
    assert len(world.requests) == 3, done.err
    for request in world.requests:
        assert VALUE.encode() not in request.head + request.body
    assert world.requests[0].fields["authorization"] == "Bearer " + placeholder
    assert world.requests[1].fields["x-other"] == placeholder
    assert done.err.count("net.secret") >= 1 and placeholder in done.err


def test_secrets_come_from_files_and_commands(run, mode, world):
    secret = mode.write("secret.txt", "from-a-file-0123456789-0123456789\n", 0o600)
    done = run(f"""
        version: 1
        network: {{ http: [{{ host: api.example.com }}] }}
        files: {{ hide: ["{secret}"] }}
        secrets:
          - {{ name: A_FILE, from: "file:{secret}", hosts: [api.example.com], header: X-File }}
          - {{ name: A_COMMAND, from: "command:echo from-a-command", hosts: [api.example.com], body: "true" }}
    """, "sh", "-c", 'curl -sS -H "X-File: $A_FILE" -d "{\\"token\\": \\"$A_COMMAND\\"}" https://api.example.com/')
    assert done.out == 'you said POST / {"token": "from-a-command"}', done.out + done.err
    assert world.requests[0].fields["x-file"] == "from-a-file-0123456789-0123456789"


@pytest.mark.parametrize("row, words", [
    ("{ name: NOT_SET, from: env, hosts: [api.example.com] }", "secret NOT_SET: the variable is not set"),
    ("{ name: A, from: 'file:/nowhere', hosts: [api.example.com] }", "secret A: /nowhere: No such file"),
    ("{ name: A, from: 'command:exit 3', hosts: [api.example.com] }", "secret A: its command failed"),
    ("{ name: A, from: 'command:printf \"a\\\\nb\"', hosts: [api.example.com] }", "more than one line"),
    ("{ name: A, from: elsewhere, hosts: [api.example.com] }", "from: is env, file:/PATH or command:WORDS"),
    ("{ name: 1A, from: env, hosts: [api.example.com] }", "name: is to be that of a variable"),
    ("{ name: A, from: env, hosts: ['a b'] }", "hosts: one of them is no host"),
    ("{ name: A, from: env, hosts: [a.b], header: 'a b: {}' }", "header: is a header"),
])
def test_secrets_that_cannot_be_had_end_the_start(run, row, words):
    done = run(f"version: 1\nnetwork: {{ allow: [api.example.com] }}\nsecrets: [{row}]\n", "true")
    assert done.rc == 125 and words in done.err, done.err


def test_a_secret_without_anywhere_to_go_is_refused(run):
    done = run("version: 1\nsecrets: [{ name: HOME, from: env, hosts: [a.b] }]\n", "true")
    assert done.rc == 125 and "nothing may be reached" in done.err


def test_git_over_https_with_a_secret(run, mode, world, tmp_path):
    world.repository = tmp_path
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(tmp_path / "x.git")], check=True)
    done = run("""
        version: 1
        network: { allow: [git.example.com] }
        secrets: [{ name: TOKEN, from: env, hosts: [git.example.com] }]
    """, "sh", "-c", """
        set -e
        export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a
        cd /tmp && git init -q -b main w && cd w
        seq 100000 >f && git add f && git commit -q -m one
        git push -q "https://me:$TOKEN@git.example.com/git/x.git" main
        git clone -q "https://me:$TOKEN@git.example.com/git/x.git" /tmp/again && git -C /tmp/again log --format=%s
    """, env={"TOKEN": VALUE})
    assert done.out == "one\n", done.out + done.err
    said = {base64.b64decode(r.fields["authorization"][6:]).decode() for r in world.requests if "authorization" in r.fields}
    assert said == {"me:" + VALUE}


# --- what clients and servers may get wrong ---
ALL = "version: 1\nnetwork: { http: [{ host: api.example.com, paths: ['/ok/**'] }] }\n"
RAW = """
    import re, socket, ssl, sys
    context = ssl.create_default_context()
    for request in sys.argv[1:]:
        raw = socket.create_connection(("api.example.com", 443), 5)
        s = context.wrap_socket(raw, server_hostname="api.example.com")
        s.sendall(request.encode().decode("unicode_escape").encode("latin-1"))
        said = b""
        try:
            while more := s.recv(65536):
                said += more
        except OSError as e:
            said += b" " + type(e).__name__.encode()
        print(*re.findall(r"HTTP/1.1 (\\d+)", said.decode("latin-1")))
"""
HOST = r" HTTP/1.1\r\nHost: api.example.com\r\n"


TWO_WAYS = (
    (rf"GET /ok/1{HOST}\r\nGET /no/2{HOST}\r\n", "200 403"),
    (rf"GET /ok/1{HOST}\r\nGET /ok/2{HOST}Connection: close\r\n\r\n", "200 200"),
    (rf"POST /ok/1{HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /no/2{HOST}\r\n", "400"),
    (rf"POST /ok/1{HOST}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "400"),
    (rf"POST /ok/1{HOST}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n", "400"),
    (rf"GET /ok/1{HOST}X: a\nGET /no/2 HTTP/1.1\r\n\r\n", "400"),
    (rf"GET /ok/1{HOST}Host: plain.example.com\r\n\r\n", "400"),
    (r"GET /ok/1 HTTP/1.1\r\n\r\n", "400"),
    (r"GET https://plain.example.com/ok/1 HTTP/1.1\r\nHost: plain.example.com\r\n\r\n", "400"),
    (rf"CONNECT plain.example.com:443 HTTP/1.1\r\nHost: plain.example.com:443\r\n\r\n", "400"),
    (rf"GET /ok/1{HOST}X-HTTP-Method-Override: DELETE\r\nConnection: close\r\n\r\n", "403"),
    (rf"GET /ok/%2e%2e/no{HOST}\r\n", "403"),
    (r"\x00\x01\x02 neither", "400"),
)


def test_requests_that_could_be_read_in_two_ways_go_nowhere(run, mode, world):
    mode.write("raw.py", textwrap.dedent(RAW))
    done = run(ALL, PYTHON, "raw.py", *(request for request, _ in TWO_WAYS))
    assert list(zip(TWO_WAYS, done.out.splitlines())) == [(way, way[1]) for way in TWO_WAYS], done.err
    assert asked(world) == [("GET", "/ok/1"), ("GET", "/ok/1"), ("GET", "/ok/2")]


def test_what_servers_get_wrong_is_not_passed_on(run):
    kinds = {"close": "502 0", "lengths": "502 0", "cut": "200 18", "more": "200 0", "until": "200 0"}
    done = run(ALL, "sh", "-c", "for k in %s; do curl -s -w '\n%%{http_code} %%{exitcode}\n' https://api.example.com/ok/$k; done" % " ".join(kinds))
    lines = done.out.splitlines()
    assert [line for line in lines if line[:3].isdigit()] == list(kinds.values()), done.out + done.err
    assert "all until the end" in lines and "some" in lines and "more" not in done.out


def test_large_bodies_arrive_whole_both_ways(run, mode):
    blob = os.urandom(5 << 20)
    mode.write("blob", blob)
    digest = hashlib.sha256(blob).hexdigest()
    done = run(ALL, "sh", "-c", """
        u=https://api.example.com/ok
        curl -sS --data-binary @blob $u/digest; echo
        curl -sS --tls-max 1.2 -H 'Transfer-Encoding: chunked' --data-binary @blob $u/digest; echo
        curl -sS -T blob -H 'Expect: 100-continue' $u/digest; echo
        curl -sS --data-binary @blob $u/back | tail -c +24 | sha256sum
    """)
    lines = done.out.splitlines()
    assert [line.split()[-1] for line in lines[:3]] == [digest] * 3, done.out + done.err
    assert lines[3].split()[0] == digest


def test_many_at_once(run, world):
    done = run(ALL, "sh", "-c", "seq 24 | xargs -P 12 -I{} curl -sS https://api.example.com/ok/{} | tr y '\\n' | grep -c '^ou said'")
    assert done.out == "24\n", done.err
    assert len(world.requests) == 24


def test_what_is_kept_of_a_run_holds_no_secret(mode, world):
    roots = mode.write("roots.pem", (world.at / "ca.pem").read_bytes())
    policy = mode.write("policy.yaml", textwrap.dedent(SECRET))
    with world.space.entered():
        done = mode.tiercel(["run", "--workspace", ".", "--policy", policy, "--", "sh", "-c", """
            curl -sS -H "Authorization: Bearer $TOKEN" https://api.example.com/1 >/dev/null; curl -sS https://plain.example.com/$TOKEN; env >kept
        """], env={"SSL_CERT_FILE": str(roots), "TOKEN": VALUE})
    assert done.rc == 0, done.err
    kept = [p for d in mode.state_dirs for p in Path(d).rglob("*") if p.is_file() and not p.is_symlink()]
    assert any(p.name == "kept" for p in kept)
    for path in kept:
        assert VALUE.encode() not in path.read_bytes(), path
        assert path.suffix not in (".pem", ".jks"), path
    assert mode.tiercel(["discard", done.err.split()[-1]]).rc == 0


def test_a_plan_reads_no_secret(mode):
    mark = mode.workspace / "mark"
    policy = mode.write("policy.yaml", textwrap.dedent(f"""
        version: 1
        network: {{ allow: [a.example] }}
        secrets: [{{ name: TOKEN, from: "command:touch {mark}", hosts: [a.example] }}]
    """))
    done = mode.tiercel(["plan", "--workspace", ".", "--policy", policy, "--", "true"])
    assert done.rc == 0 and "/run/tiercel/ca.pem" in done.out, done.err
    assert not mark.exists()
