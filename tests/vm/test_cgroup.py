# SPDX-License-Identifier: Apache-2.0
"""Control groups of version 2, on a kernel that has nothing else: as root, handed over to a user, by systemd's scopes."""
import json

import pytest

PROGRAM = "/opt/tiercel/tiercel"
TOP = "/sys/fs/cgroup"
WORK = "/home/user/work"
APPS = TOP + "/user.slice/user-1000.slice/user@1000.service/app.slice"
AS_USER = ("setpriv --reuid=1000 --regid=1000 --init-groups env -i HOME=/home/user USER=user PATH=/usr/bin:/bin "
           "XDG_RUNTIME_DIR=/run/user/1000 ")
AS_ROOT = "env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin "
EAT = "head -c 300m /dev/zero | tail >/dev/null; echo survived"
FORK = "i=0; while [ $i -lt 60 ]; do sleep 3 & i=$((i + 1)); done; wait"
OURS = "find /sys/fs/cgroup -name 'tiercel-*' -o -name supervisor"
V2, SCOPE = "cgroup v2", "cgroup v2, in a scope of systemd's"


class Run:
    """One run of the program in a machine, its report, and the groups that were left."""

    def __init__(self, machine, who, options, command):
        self.said = machine.run(f"mkdir -p {WORK}; chown user:user {WORK}; cd {WORK}\n"
                                f"{who} {PROGRAM} run {options} --report r.json -- sh -c '{command}'; rc=$?\n"
                                "echo; cat r.json; rm -f r.json; exit $rc")
        self.rc = self.said.rc
        self.out, _, report = self.said.out.partition("\n{\n")
        assert report, self.said
        self.report = json.loads("{" + report)
        self.limits = self.report["limits"]
        self.events = [event["type"] for event in self.report["events"]]
        self.left = left(machine)


def left(machine):
    """Our groups that are still there, once systemd has had a moment to remove an empty scope."""
    return machine.run(f"i=0; while [ -n \"$({OURS})\" ] && [ $i -lt 20 ]; do sleep 0.2; i=$((i + 1)); done; {OURS}").out


def handed_over(name, *below):
    """A script that makes a group with others below it, and gives them to the user."""
    folders = [f"{TOP}/{name}", *(f"{TOP}/{name}/{b}" for b in below)]
    files = " ".join(f"{f} {f}/cgroup.procs {f}/cgroup.threads {f}/cgroup.subtree_control" for f in folders)
    return f"echo '+memory +pids +cpu' >{TOP}/cgroup.subtree_control; mkdir -p {' '.join(folders)}; chown user {files}"


def inside(group, last):
    """Words before a command that run it in a group; a shell stays there beside it, or not."""
    return f"sh -c 'echo 0 >{TOP}/{group}/cgroup.procs; {last} \"$0\" \"$@\"' "


PLACES = {
    "root": AS_ROOT,
    "user alone": inside("alone", "exec") + AS_USER,
    "user beside a shell": inside("mixed/shell", "") + AS_USER,
}


@pytest.fixture(params=PLACES)
def who(request, plain):
    done = plain.run(handed_over("alone") + "\n" + handed_over("mixed", "shell"))
    assert done.rc == 0, done
    return PLACES[request.param]


def test_memory(plain, who):
    run = Run(plain, who, "--memory 64MiB", EAT)
    assert (run.rc, run.events, run.limits["memory"]) == (137, ["limit.memory"], V2), run.said
    assert "survived" not in run.out and not run.left


def test_processes(plain, who):
    run = Run(plain, who, "--pids-limit 20", FORK)
    assert "limit.pids" in run.events and run.limits["pids"] == V2, run.said
    assert not run.left


def test_processors(plain, who):
    """A second of processor time takes four of the clock."""
    spin = "a=$(date +%s%N); (ulimit -t 1; while :; do :; done); b=$(date +%s%N); echo ms $(((b - a) / 1000000))"
    run = Run(plain, who, "--cpus 0.25", spin)
    assert run.rc == 0 and run.limits["cpus"] == V2, run.said
    assert int(run.out.split("ms ")[1]) > 3000, run.said
    assert not run.left


def test_the_group_is_the_root_of_its_namespace(plain, who):
    run = Run(plain, who, "--memory 64MiB", "cat /proc/self/cgroup /proc/1/cgroup; ls /sys/fs/cgroup")
    assert run.out.split("\n")[:2] == ["0::/", "0::/"], run.said


def test_nothing_is_left_after_a_kill_of_the_supervisor(plain, who):
    said = plain.run(f"cd {WORK}; {who} {PROGRAM} run --memory 64MiB -- sleep 60 & sleep 3; {OURS}; "
                     "pkill -9 -o -x tiercel; wait; sleep 1; pgrep -x sleep; :")
    assert "/tiercel-" in said.out and not said.out.endswith("0\n0\n"), said
    assert not left(plain) and plain.run("pgrep -x sleep").rc == 1


def test_a_group_that_is_not_ours_is_left_alone(plain):
    plain.run(f"mkdir -p {TOP}/foreign")
    run = Run(plain, inside("foreign", "") + AS_USER, "--memory 64MiB", "true")
    assert run.limits["memory"].startswith("watched every 100 ms; systemd's user manager is not there")
    assert not run.left


# --- with systemd ---
def test_a_scope_is_asked_for(systemd):
    run = Run(systemd, AS_USER, "--memory 64MiB --cpus 0.5", EAT)
    assert set(run.limits.values()) == {SCOPE}, run.said
    assert (run.rc, run.events) == (137, ["limit.memory"]), run.said
    assert not run.left


def test_limits_that_nobody_set_cost_no_scope(systemd):
    run = Run(systemd, AS_USER, "", "true")
    assert run.limits["memory"] == "watched every 100 ms", run.said


def test_the_scope_holds_us_and_the_sandbox(systemd):
    said = systemd.run(f"cd {WORK}; {AS_USER} {PROGRAM} run --memory 64MiB -- sleep 4 & sleep 2; "
                       f"cd {APPS}/tiercel-*.scope && find . -type d && cat tiercel-*/memory.max; wait")
    assert "./supervisor\n" in said.out and "\n67108864\n" in said.out, said
    assert not left(systemd)


def test_a_service_with_delegate_needs_no_scope(systemd):
    own = "systemd-run --quiet --pipe --wait -p User=user -p Delegate=yes -p WorkingDirectory=" + WORK
    run = Run(systemd, own + " -E XDG_RUNTIME_DIR=/run/user/1000", "--memory 64MiB", EAT)
    assert (run.rc, run.limits["memory"]) == (137, V2), run.said
    assert not run.left


def test_a_scope_without_delegate_is_not_taken(systemd):
    own = AS_USER + "systemd-run --user --scope --quiet "
    assert Run(systemd, own, "", "true").limits["memory"].startswith("watched")
    run = Run(systemd, own, "--memory 64MiB", EAT)
    assert (run.rc, run.limits["memory"]) == (137, SCOPE), run.said
    assert not run.left


def test_doctor_tries_the_scope(systemd):
    said = systemd.run(f"cd {WORK}; {AS_USER} {PROGRAM} doctor --json")
    rows = {row["what"]: row for row in json.loads(said.out)}
    assert rows["systemd scope"]["good"], said
    assert rows["memory limit"]["answer"] == "watched every 100 ms; in a scope: cgroup v2"
    assert not left(systemd)


def test_root_uses_the_topmost_group(systemd):
    run = Run(systemd, AS_ROOT, "--memory 64MiB", EAT)
    assert (run.rc, run.limits["memory"]) == (137, V2), run.said
    assert not run.left


def test_root_leaves_the_shared_mounts_alone(systemd):
    said = systemd.run(f"cd {WORK}; cat /proc/self/mountinfo >/run/before; {AS_ROOT} {PROGRAM} run -- true; "
                       "cat /proc/self/mountinfo | diff /run/before - && grep -c shared: /run/before")
    assert said.rc == 0 and int(said.out) > 0, said


def test_without_a_bus_the_report_says_so(systemd):
    systemd.run("mv /run/user/1000/bus /run/user/1000/gone")
    run = Run(systemd, AS_USER, "--memory 64MiB", "true")
    systemd.run("mv /run/user/1000/gone /run/user/1000/bus")
    assert run.limits["memory"].endswith("systemd's user manager is not there to be asked for a group"), run.said
