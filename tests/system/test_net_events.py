# SPDX-License-Identifier: Apache-2.0
"""Every decision about the network is told: who asked, for what, what came of it."""
import json
import subprocess
import sys
from pathlib import Path

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
