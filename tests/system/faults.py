# SPDX-License-Identifier: Apache-2.0
"""Runs a sandbox with one fault put in (tests/faults/inject.c) and says what is wrong about how that ended.

A point is (role, n, errno): the n-th system call of that role's processes returns the error, or, with errno 0, the
process is killed there. What must hold: the run works with every wall as in a run without a fault, or it ends with
125 and one line of ours before the payload ran; nothing is left over but what `tiercel rm` takes away.
"""
import errno
import json
import os
import pty
import re
import shutil
import subprocess
import termios
import threading
import time
from pathlib import Path

from census import CGROUPS, Census

SECONDS = 8
NOT_OURS = ("cgroup /sys/fs/cgroup/systemd/", "sysv ")  # the stage makes none of these
MPROTECT = 10
LESSER = ("Max processes",)
FORKS = (56, 57, 58)  # clone, fork, vfork of x86-64
REFUSED, KILLED, SIGPIPE = 125, 137, 141
LOUD = {SIGPIPE: "cannot write standard", KILLED: "it was no longer held"}  # ended early, and says why
NOT_STARTED = (126, 127)
STATUS = ("Umask", "Uid", "Gid", "Groups", "NSpid", "Cap", "NoNewPrivs", "Seccomp", "Cpus_allowed_list", "SigBlk")
CHANGING = (
    (re.compile(r"^\d+ \d+ \d+:\d+ ", re.M), ""),  # ids of a mount, and its device
    (re.compile(r"/proc/self/fd/\d+"), "FD"),
    (re.compile(r"tiercel-[0-9a-f]{6}"), "NAME"),
    (re.compile(r"\b1[5-9]\d{8}\b"), "UID"),
)
# A file that is renamed over on the host takes along what lies over it inside: other tests make users.
ACCOUNTS = re.compile(r"/\.new//deleted /etc/(passwd|group) ")
CONTROLS = re.compile(r"\x1b[78]|\x1b\[[?0-9;]*[a-zA-Z]|\r")
UNISTD = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"


def system_calls():
    try:
        text = Path(UNISTD).read_text()
    except OSError:
        return {}
    return {int(n): name for name, n in re.findall(r"#define __NR_(\w+) (\d+)", text)}


def walls(text):
    """What the witness saw, without what differs from run to run."""
    lines, section = [], ""
    for line in text.splitlines():
        section = line if line.startswith("== ") else section
        if section.startswith("== /proc/self/status") and not line.startswith(("== ", *STATUS)):
            continue
        if section.startswith("== /etc/passwd") or ACCOUNTS.search(line):
            continue
        own = re.fullmatch(r"(/proc/self/ns/(\w+)) -> (.*)", line)
        if own:
            same = os.readlink(f"/proc/self/ns/{own[2]}") == own[3]
            line = f"{own[1]}: {'the host' if same else 'its own'}"
        lines.append(line)
    out = "\n".join(lines)
    for pattern, word in CHANGING:
        out = pattern.sub(word, out)
    return out


def read_all(fd, parts):
    try:
        while part := os.read(fd, 65536):
            parts.append(part)
    except OSError:  # nobody has the other end any more
        pass


def at_terminal(words, **how):
    """Runs a command at a terminal of its own; what is ours on it is taken for stderr, the rest for stdout."""
    ours, its = pty.openpty()
    parts = []
    reader = threading.Thread(target=read_all, args=(ours, parts))
    before = termios.tcgetattr(its)
    # setsid takes the terminal as the controlling one.
    child = subprocess.Popen(["setsid", "--ctty", *words], stdin=its, stdout=its, stderr=its, **how)
    reader.start()
    status = child.wait(60)
    after = termios.tcgetattr(its)
    os.close(its)
    reader.join()
    os.close(ours)
    text = CONTROLS.sub("", b"".join(parts).decode(errors="replace"))
    lines = [line for line in text.splitlines() if line]
    said = [line for line in lines if line.startswith("tiercel: ")]
    assert before == after, f"the terminal was left changed: {text}"
    return subprocess.CompletedProcess(words, status, "\n".join(x for x in lines if x not in said), "\n".join(said))


class Faults:
    """Sandboxes of one mode that run the witness in one workspace."""

    def __init__(self, mode, faults, options=()):
        self.mode, self.inject, self.options = mode, faults / "inject", options
        self.has_proxy = "--allow" in options
        self.names = system_calls()
        mode.write("witness", (faults / "witness").read_bytes(), 0o755)
        mode.write("made", "outside\n")
        mode.write("dir/file", "text\n")
        self.host = self.tree()
        self.report, self.list = mode.home / "report", mode.home / "list"
        done, self.clean = self.run(None, ["-l", self.list])
        assert done.returncode == 0 and self.clean["exit"] == 0, done.stderr
        self.walls = self.seen_walls(done.stdout)
        assert "landlock layers left: 15" in self.walls and "NoNewPrivs:\t1" in self.walls
        self.calls = {}
        for role, _, nr in (line.split("\t") for line in self.list.read_text().splitlines()):
            self.calls.setdefault(role, []).append(int(nr))
        self.main = self.calls["supervisor"].index(MPROTECT) + 1  # the last call of a static program's start
        assert not self.clear(), self.clear()
        self.census = Census(mode.state_dirs)

    def seen_walls(self, text):
        """Where every port leads to a proxy, a connection may stand for a moment before it is reset."""
        lines = walls(text).splitlines()
        return "\n".join(x for x in lines if not (self.has_proxy and x.startswith("connect ")))

    def steps(self, role):
        return len(self.calls.get(role.split("+")[0], ()))

    def tree(self):
        found = {}
        for where, _, files in os.walk(self.mode.workspace):
            found[where] = os.stat(where).st_mode
            for name in files:
                path = Path(where, name)
                found[str(path)] = (path.stat().st_mode, path.read_bytes() if name not in ("witness", "made") else b"")
        if "direct" not in self.options:
            found["made"] = (self.mode.workspace / "made").read_bytes()
        return found

    def run(self, point, more=()):
        words = [self.inject, "-s", str(SECONDS), "-r", self.report, *more]
        if point:
            role, at, error = point
            roles = role.split("+")  # the others are killed with it
            words += ["-p", f"{roles[0]}:{at}", *(["-e", str(error)] if error else [])]
            words += [word for other in roles[1:] for word in ("-w", other)]
        words += ["--", *self.mode.tiercel_argv(["run", *self.options, "--", "./witness"])]
        how = {"cwd": self.mode.workspace, "env": self.mode.env()}
        if "-t" in self.options:
            done = at_terminal(list(map(str, words)), **how)
        else:
            done = subprocess.run(list(map(str, words)), text=True, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=60, check=False, **how)
        return done, json.loads(self.report.read_text())

    def name(self, point, seen):
        role, at, error = point
        call = self.names.get(seen["hit"], seen["hit"])
        return f"{self.mode.name} {role}:{at} {call} {errno.errorcode[error] if error else 'kill'}"

    # --- what is wrong ---
    def ended(self, point, done, seen):
        """Wrong ways to end, whatever the fault was."""
        lines = done.stderr.splitlines()
        if self.has_proxy and not done.stdout:  # what ran was the proxy, in a sandbox of its own
            seen["begun"] = False
        if seen["hung"]:
            yield "does not end"
        elif seen["exit"] == 0:
            if "direct" not in self.options and '"changed":1' not in self.listed():
                yield "what it changed is lost: " + done.stderr
            if self.seen_walls(done.stdout) != self.walls and not self.is_stricter(done) and not self.is_copied(done):
                yield "the payload ran with other walls: " + self.difference(done.stdout)
        elif seen["exit"] in (REFUSED, *NOT_STARTED):
            is_summed = seen["exit"] != REFUSED or seen["begun"]
            if not lines or (len(lines) > 1 and not is_summed) or not all(x.startswith("tiercel: ") for x in lines):
                yield f"not one clear line: {done.stderr!r}"
            if seen["begun"] and not (seen["begun_at_hit"] or self.is_late(point)):
                yield "refused, but the payload ran"
        elif LOUD.get(seen["exit"], "\0") in done.stderr:
            return
        elif not (point[2] == 0 and self.may_die(point, seen)):
            yield f"exit {seen['exit']}, signal {seen['signal']}: {done.stderr!r}"

    def is_stricter(self, done):
        """More is hidden, or a call refused by another word, or a limit kept without its control group."""
        was = [x for x in self.walls.splitlines() if not x.startswith(LESSER)]
        text = re.sub(r"^(connect .*): Function not implemented$", r"\1: Connection refused", self.seen_walls(done.stdout), flags=re.M)
        now = text.replace("Function not implemented", "Operation not permitted").splitlines()
        return [x for x in now if x in was or not x.startswith(("/.hidden", *LESSER))] == was

    def is_copied(self, done):
        """Without an overlay the workspace is a copy, and the summary says so; nothing else may differ."""
        def rest(text):
            return [x for x in text.splitlines() if f" {self.mode.workspace} " not in x]
        return "the workspace was copied" in done.stderr and rest(self.seen_walls(done.stdout)) == rest(self.walls)

    def listed(self):
        return self.mode.tiercel(["ps", "-a", "--json"]).out

    def is_late(self, point):
        """The vfork of pid 1 returns when the payload is there."""
        role, at, _ = point
        return role == "init" and at > max(i for i, name in enumerate(self.calls["init"]) if name in FORKS)

    @staticmethod
    def may_die(point, seen):
        if point[0].startswith("supervisor"):
            return seen["signal"] == 9
        return point[0] in ("init", "payload", "command") and seen["exit"] == KILLED

    def difference(self, text):
        was, now = self.walls.splitlines(), self.seen_walls(text).splitlines()
        return "; ".join([f"-{x}" for x in was if x not in now][:4] + [f"+{x}" for x in now if x not in was][:4])

    def age(self):
        """What is young may be in the making, so it would be left alone."""
        boxes = [box for box in (self.mode.home / ".local/state/tiercel/sandboxes").iterdir() if not box.is_symlink()]
        groups = {f"tiercel-{box.name}" for box in boxes}
        boxes += [Path(where, name) for where, names, _ in os.walk(CGROUPS) for name in groups & set(names)]
        for folder in boxes:
            os.utime(folder, (time.time() - 60,) * 2)

    def clear(self):
        """What `tiercel ps` and `tiercel rm` say wrong about what is left."""
        self.age()
        listed = self.mode.tiercel(["ps", "-a", "--json"])
        if listed.rc != 0:
            return [f"ps: {listed.err}"]
        removed = self.mode.tiercel(["rm", "--all"])
        return [f"rm: {removed.err}"] if removed.rc != 0 else []

    def wrong(self, point):
        """Everything wrong at one point, as lines; None when the point was not reached."""
        done, seen = self.run(point)
        if seen["hit"] < 0:
            return self.clear() and None
        found = list(self.ended(point, done, seen)) + self.clear()
        left = [x for x in self.census.left_over() if not x.startswith(NOT_OURS)]
        if left:
            found.append("left: " + ", ".join(left))
            self.census.end_left_over()
            shutil.rmtree(self.mode.home / ".local/state/tiercel/sandboxes", ignore_errors=True)
            self.mode.make_dir(self.mode.home / ".local/state/tiercel/sandboxes")
            self.census = Census(self.mode.state_dirs)
        now = self.tree()
        if now != self.host:
            new = sorted(set(now) - set(self.host), reverse=True)
            found.append("the workspace changed: " + (", ".join(new) or "what was there"))
            for path in new:
                os.rmdir(path) if os.path.isdir(path) else os.unlink(path)
        return [f"{self.name(point, seen)}: {what}" for what in found]
