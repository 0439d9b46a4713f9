# SPDX-License-Identifier: Apache-2.0
"""Every decision about the network is told: who asked, for what, what came of it."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_network import ADDR, CONNECT, OTHER, PYTHON, RULED, V6, connect, outside, run  # noqa: E402, F401


def report_of(run, mode, rules, *targets):
    mode.write("connect.py", CONNECT)
    flags = [word for rule in rules for word in ("--allow", rule)]
    done = run(*RULED, *flags, "--report", "r.json", "--", PYTHON, "connect.py", *targets)
    assert done.rc == 0, done.err
    return json.loads((mode.workspace / "r.json").read_text())


def test_what_was_reached_is_told_with_its_bytes(run, mode):  # noqa: F811
    report = report_of(run, mode, ["any.example:5432"], "any.example@5432", "any.example@5432")
    allow, close = sorted(report["reached"], key=lambda e: e["type"])
    assert (allow["type"], allow["target"], allow["count"]) == ("net.allow", "any.example:5432", 2)
    assert "allowed by any.example:5432" in allow["reason"] and allow["address"] in (ADDR, V6)
    assert (close["type"], close["target"], close["count"]) == ("net.close", "any.example:5432", 2)
    assert (close["bytes_out"], close["bytes_in"]) == (4, 2 * len("port 5432"))
    assert [e["type"] for e in report["events"]] == ["net.connect"]  # its try of UDP


def test_what_was_refused_names_the_rule_and_the_program(run, mode):  # noqa: F811
    report = report_of(run, mode, ["any.example:5432"], f"{OTHER}@5432")
    (denied,) = [e for e in report["events"] if e["type"] == "net.deny"]
    assert (denied["target"], denied["rule_missing"]) == (f"{OTHER}:5432", f"network.allow: {OTHER}:5432")
    assert denied.get("program", "python3").startswith("python3")


def test_the_summary_has_one_line_for_what_was_reached(run, mode):  # noqa: F811
    _, err = connect(run, mode, ["any.example:5432"], "any.example@5432", f"{OTHER}@5432")
    assert "tiercel: reached 1 host, 9 B in, 2 B out" in err and "net.allow" not in err and "net.close" not in err


def test_a_running_sandbox_is_followed_to_its_end(run, mode, outside):  # noqa: F811
    script = CONNECT + "\nprint('done', flush=True)\nsys.stdin.read(1)\n"
    mode.write("connect.py", script)
    args = [mode.programs / "tiercel", *("run", "--name", "followed", "--workspace", ".", "--allow", "any.example:5432", "--", PYTHON,
                              "connect.py", "any.example@5432", f"{OTHER}@5432")]
    with outside.space.entered():
        child = mode.popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with child:
        while b"done" not in child.stdout.readline():
            pass
        tail = mode.popen([mode.programs / "tiercel", "events", "-f", "--json", "followed"], stdout=subprocess.PIPE)
        first = json.loads(tail.stdout.readline())
        assert first["target"] in ("any.example:5432", f"{OTHER}:5432")
        child.stdin.write(b"x")
        child.stdin.close()
        assert child.wait(20) == 0
    with tail:
        rest = [json.loads(line) for line in tail.stdout]
        assert tail.wait(10) == 0
    assert {"net.allow", "net.deny"} <= {e["type"] for e in [first, *rest]}


# --- rules of a running sandbox ---
STEPS = """
import socket, sys
held = None
for line in sys.stdin:
    word, host = line.split()
    try:
        if word == "held":
            held.settimeout(5)
            print("eof" if held.recv(99) == b"" else "data", flush=True)
            continue
        held = socket.create_connection((host, 5432), 5)
        if word == "ask":
            held.sendall(b"x\\n")
            print(held.recv(99).decode(), flush=True)
        else:
            print("held", flush=True)
    except OSError as e:
        print(type(e).__name__, flush=True)
"""


@pytest.fixture
def steps(mode, outside):  # noqa: F811
    """A sandbox that may reach any.example:5432 and is told step by step what to try."""
    mode.write("steps.py", STEPS)
    args = [mode.programs / "tiercel", *RULED, "--name", "live", "--allow", "any.example:5432", "--", PYTHON, "steps.py"]
    with outside.space.entered():
        child = mode.popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(word, host="any.example"):
        child.stdin.write(f"{word} {host}\n".encode())
        child.stdin.flush()
        return child.stdout.readline().decode().strip()
    with child:
        yield call
        child.stdin.close()
        assert child.wait(20) == 0


def test_rules_change_for_the_next_connection(mode, steps):
    assert (steps("ask"), steps("ask", "other.example")) == ("port 5432", "gaierror")
    done = mode.tiercel(["policy", "set", "live", "--allow", "other.example:5432"])
    assert (done.rc, done.out, done.err) == (0, "", "")
    assert (steps("ask"), steps("ask", "other.example")) == ("port 5432", "port 5432")
    assert mode.tiercel(["policy", "set", "live", "--deny", "any.example"]).rc == 0
    assert (steps("ask"), steps("ask", "other.example")) == ("gaierror", "port 5432")
    assert mode.tiercel(["policy", "set", "live", "--allow", "any.example:5432"]).rc == 0
    events = mode.tiercel(["events", "--json", "live"]).out
    assert '"policy.allow"' in events and '"policy.deny"' in events


def test_narrowing_ends_what_is_open(mode, steps):
    assert steps("open") == "held"
    assert mode.tiercel(["policy", "set", "live", "--deny", "any.example"]).rc == 0
    assert steps("held") in ("eof", "ConnectionResetError")


def test_what_cannot_be_changed_is_said_in_one_line(mode, steps):
    assert steps("ask") == "port 5432"
    for args, why in ((["--allow", "any.example:443"], "open are 5432"), (["--allow", "a b"], "is no host"),
                      (["--memory", "1GiB"], "cannot be changed while it runs"), ([], "needs --allow")):
        done = mode.tiercel(["policy", "set", "live", *args])
        assert done.rc == 125 and why in done.err and done.err.count("\n") == 1, done.err
    assert mode.tiercel(["policy", "set", "nobody", "--allow", "a.example"]).rc == 125


def test_nobody_inside_finds_the_socket(mode):
    done = mode.tiercel(["run", "--workspace", ".", "--allow", "any.example:5432", "--", "sh", "-c",
                         "cat /proc/net/unix | grep -c control; find / -name control -type s 2>/dev/null | grep -c ."])
    assert done.out.split() == ["0", "0"], done.out + done.err


# --- learning ---
def test_what_was_reached_becomes_a_policy(run, mode, outside):  # noqa: F811
    outside.names.update({f"{c}.many.example": [ADDR] for c in "abc"} | {"one.few.example": [ADDR]})
    mode.write("connect.py", CONNECT)
    hosts = [f"{c}.many.example" for c in "abc"] + ["one.few.example"]
    flags = [w for host in hosts for w in ("--allow", f"{host}:5432")]
    done = run(*RULED, "--learn", *flags, "--", PYTHON, "connect.py", *(f"{h}@5432" for h in hosts), f"{OTHER}@5432")
    learned = done.err[done.err.index("version: 1"):done.err.index("tiercel: ")]
    assert learned == ('version: 1\nnetwork:\n  allow:\n    - "*.many.example:5432"\n    - "one.few.example:5432"\n'
                       f"# It was refused these; add what it needs:\n#   network.allow: {OTHER}:5432\n")
    policy = mode.write("learned.yaml", learned, mode=0o600)
    assert mode.tiercel(["policy", "check", policy]).rc == 0
