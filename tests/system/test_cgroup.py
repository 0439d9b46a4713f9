# SPDX-License-Identifier: Apache-2.0
"""By what limits are kept, and that the report says so; what needs cgroup v2 is in tests/vm."""
import json
import os
import socket
import time
from pathlib import Path

import pytest

from modes import skip

BUSCTL = Path("/usr/bin/busctl")
FIRST_PID_NAMESPACE = "pid:[4026531836]"


def limits(mode, *options, env=None):
    report = mode.tmp / "report.json"
    done = mode.tiercel(["run", *options, "--report", report, "--", "true"], env=env)
    assert done.rc == 0, done.err
    said = json.loads(report.read_text())["limits"]
    report.unlink()
    return said


def needs_no_group(mode):
    """An ordinary user has no group of version 1; of version 2 only where one was handed over."""
    if limits(mode)["memory"].startswith("cgroup"):
        skip("this user has a control group of its own")


@pytest.mark.modes("user")
def test_unasked_limits_are_watched_in_silence(mode):
    needs_no_group(mode)
    assert limits(mode) == {"memory": "watched every 100 ms", "pids": "rlimit of the user namespace",
                            "cpus": "processor affinity"}


@pytest.mark.modes("user")
def test_a_limit_asked_for_says_that_there_was_nobody_to_ask(mode):
    needs_no_group(mode)
    said = limits(mode, "--memory", "64MiB", "--cpus", "1")
    assert said["memory"] == "watched every 100 ms; systemd's user manager is not there to be asked for a group"
    assert said["cpus"].startswith("processor affinity; systemd's user manager is not there")
    assert said["pids"] == "rlimit of the user namespace"


@pytest.mark.modes("user")
def test_a_manager_that_does_not_answer_holds_nobody_up(mode):
    needs_no_group(mode)
    if not BUSCTL.exists() or os.readlink("/proc/self/ns/pid") != FIRST_PID_NAMESPACE:
        skip("needs busctl, and the first pid namespace")
    mode.make_dir(mode.runtime / "systemd")
    with socket.socket(socket.AF_UNIX) as bus, socket.socket(socket.AF_UNIX) as private:
        for sock, name in ((bus, "bus"), (private, "systemd/private")):
            sock.bind(str(mode.runtime / name))
            sock.listen()
            mode.own(mode.runtime / name)
            (mode.runtime / name).chmod(0o600)
        begin = time.monotonic()
        said = limits(mode, "--memory", "64MiB")
        took = time.monotonic() - begin
    (mode.runtime / "bus").unlink()
    (mode.runtime / "systemd/private").unlink()
    (mode.runtime / "systemd").rmdir()
    assert said["memory"] == "watched every 100 ms; systemd's user manager was asked for a group and gave none"
    assert took < 4, "two seconds are the most that it may wait"


@pytest.mark.modes("root")
def test_root_is_kept_by_groups(mode):
    said = limits(mode, "--memory", "64MiB", "--cpus", "1")
    if not said["memory"].startswith("cgroup"):
        skip("no control groups that root may use here")
    assert set(said.values()) <= {"cgroup v1", "cgroup v2"}


@pytest.mark.modes("user")
def test_doctor_says_who_keeps_the_limits(mode):
    done = mode.tiercel(["doctor", "--json"])
    rows = {row["what"]: row for row in json.loads(done.stdout)}
    assert {"memory limit", "process limit", "processor limit"} <= set(rows)
    if rows["memory limit"]["answer"].startswith("watched"):
        assert rows["systemd scope"]["good"] is False
        assert "dbus-user-session" in rows["systemd scope"]["mend"]
