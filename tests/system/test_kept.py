# SPDX-License-Identifier: Apache-2.0
"""Sandboxes that are kept: names, ps, inspect, events, rm; one that runs, one whose supervisor was killed."""
import json
import os
import signal
import subprocess
import time

import pytest


def rows(tiercel, *args):
    done = tiercel("ps", *args, "--json")
    assert done.rc == 0, done.err
    return [json.loads(line) for line in done.out.splitlines()]


def started(mode, name, *command):
    """A sandbox that runs until it is ended; returns when its command is at work."""
    child = mode.popen([mode.programs / "tiercel", "run", "--name", name, "--", *command], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.readline() == b"at work\n", child.communicate()
    return child


WORK = ("sh", "-c", "echo changed > made; echo at work; exec sleep 60")


def test_what_changed_something_is_listed(mode, tiercel):
    assert tiercel("run", "--name", "one", "--", "sh", "-c", "echo hi > made; exit 3").rc == 3
    assert tiercel("run", "--name", "none", "--", "true").rc == 0
    assert rows(tiercel) == []
    (row,) = rows(tiercel, "-a")
    assert (row["name"], row["status"], row["exit_code"], row["changed"]) == ("one", "exited", 3, 1)
    assert row["workspace"] == str(mode.workspace)
    table = tiercel("ps", "-a").out.splitlines()
    assert table[0].split() == ["ID", "NAME", "STATUS", "AGE", "CHANGED", "WORKSPACE", "COMMAND"]
    assert row["id"] in table[1] and "exited 3" in table[1]
    assert tiercel("rm", "one").rc == 0
    assert rows(tiercel, "-a") == []


def test_a_command_is_listed_as_it_was_given(tiercel):
    code = "touch a; : 'x\ny' \\"
    tiercel("run", "--name", "one", "--", "sh", "-c", code)
    assert rows(tiercel, "-a")[0]["command"] == f"sh -c {code}"
    assert "'x\\ny' \\\\" in tiercel("ps", "-a").out
    tiercel("rm", "one")


def test_names_are_unique_and_made_up(tiercel):
    assert tiercel("run", "--name", "one", "--", "touch", "a").rc == 0
    done = tiercel("run", "--name", "one", "--", "touch", "b")
    assert done.rc == 125 and "called one already" in done.err and done.err.count("\n") == 1
    assert tiercel("run", "--", "touch", "c").rc == 0
    names = {row["name"] for row in rows(tiercel, "-a")}
    assert len(names) == 2 and all(names)
    for name in names:
        assert tiercel("rm", name).rc == 0


@pytest.mark.parametrize("name", ["", "A", "../x", "a/b", "a b", "-", "a\n", "%s", "a" * 64])
def test_bad_names_are_refused(tiercel, name):
    done = tiercel("run", "--name", name, "--", "true")
    assert done.rc == 125 and done.err.startswith("tiercel: --name") and done.err.count("\n") == 1


def test_found_by_the_beginning_of_its_id(tiercel):
    tiercel("run", "--name", "one", "--", "touch", "a")
    (row,) = rows(tiercel, "-a")
    assert json.loads(tiercel("inspect", row["id"][:4]).out)["name"] == "one"
    assert tiercel("inspect", "zz").rc == 125
    assert tiercel("rm", row["id"][:6]).rc == 0


def test_inspect_says_how_each_field_was_enforced(tiercel):
    tiercel("run", "--name", "one", "--memory", "1GiB", "--", "touch", "a")
    said = json.loads(tiercel("inspect", "one").out)
    fields = {f["field"]: f for f in said["report"]["fields"]}
    assert said["status"] == "exited"
    assert fields["limits.memory"]["origin"] == "--memory"
    assert fields["limits.memory"]["mechanism"]
    assert fields["workspace.mode"]["operations"]
    assert {f["result"] for f in fields.values()} == {"enforced"}
    tiercel("rm", "one")


def test_events_are_kept(tiercel):
    tiercel("run", "--name", "one", "--", "sh", "-c", "touch a; unshare -U true; unshare -U true")
    events = [json.loads(line) for line in tiercel("events", "one", "--json").out.splitlines()]
    assert [(e["type"], e["target"], e["count"]) for e in events] == [("syscall", "unshare", 2)]
    table = tiercel("events", "one").out.splitlines()
    assert table[0].split()[:4] == ["TIME", "TYPE", "COUNT", "TARGET"] and "unshare" in table[1]
    tiercel("rm", "one")


def test_running_one_is_refused_then_forced(mode, tiercel):
    child = started(mode, "busy", *WORK)
    assert [row["status"] for row in rows(tiercel)] == ["running"]
    done = tiercel("rm", "busy")
    assert done.rc == 125 and "rm -f busy" in done.err
    assert tiercel("discard", "busy").rc == 125
    assert tiercel("rm", "--all").rc == 0
    assert child.poll() is None
    assert tiercel("rm", "-f", "busy").rc == 0
    assert child.wait(10) != 0
    child.communicate()
    assert rows(tiercel, "-a") == []
    assert tiercel("rm", "-f", "busy").rc == 0
    assert tiercel("rm", "busy").rc == 125


def test_killed_supervisor_leaves_a_review(mode, tiercel):
    child = started(mode, "lost", *WORK)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    until = time.monotonic() + 5
    while rows(tiercel, "-a")[0]["status"] == "running" and time.monotonic() < until:
        time.sleep(0.05)
    assert rows(tiercel, "-a")[0]["status"] == "dead"
    assert rows(tiercel) == []
    assert "made" in tiercel("diff", "lost", "--name-only").out
    assert tiercel("rm", "--all").rc == 0
    assert rows(tiercel, "-a") == []


def test_damaged_record_is_said_and_removable(mode, tiercel):
    tiercel("run", "--name", "one", "--", "touch", "a")
    said = json.loads(tiercel("inspect", "one").out)
    record = os.path.join(said["store"], "record.json")
    with open(record, "w", encoding="ascii") as f:
        f.write("{\"id\": 7}")
    assert rows(tiercel, "-a")[0]["status"] == "damaged"
    for command in ("inspect", "diff", "apply"):
        done = tiercel(command, said["id"])
        assert done.rc == 125 and "damaged" in done.err and done.err.count("\n") == 1
    assert tiercel("rm", said["id"]).rc == 0
    assert rows(tiercel, "-a") == []
