# SPDX-License-Identifier: Apache-2.0
"""Apply, discard and rm: every system call made to fail, the process killed at each; TIERCEL_SWEEP=full takes all."""
import errno
import json
import os
import shutil
import subprocess

import pytest
from census import Census
from conftest import BUILD
from modes import skip

IS_FULL = os.environ.get("TIERCEL_SWEEP") == "full"
SAMPLE = 25
FAILS = (0, errno.ENOMEM, errno.ENOSPC, errno.EINTR)  # 0 kills
REFUSED = 125
MAIN = 10  # mprotect: the last call of a static program's start
WORK = "echo new > made; echo more >> kept; rm gone; mkdir sub; echo deep > sub/file; ln -s made link; chmod 755 script"


class Review:
    """One workspace, made anew for each point, and what settling it should make of it."""

    def __init__(self, mode, command):
        self.mode, self.command, self.report = mode, command, mode.home / "report"
        self.inject = BUILD / "faults/inject"
        self.store = mode.home / ".local/state/tiercel/sandboxes"
        self.prepare()
        self.before = self.tree()
        done, seen, listed = self.settle(None)
        assert done.returncode == 0 and seen["exit"] == 0, done.stderr
        self.calls, self.main = len(listed), listed.index(MAIN) + 1
        self.after = self.tree()
        assert (self.after != self.before) == (command == "apply")
        assert not self.mode.tiercel(["rm", "--all"]).rc
        self.census = Census(mode.state_dirs)

    def tree(self):
        found = {}
        for where, names, files in os.walk(self.mode.workspace):
            for path in (os.path.join(where, name) for name in names + files):
                name = os.path.relpath(path, self.mode.workspace)
                if os.path.islink(path):
                    found[name] = os.readlink(path)
                else:
                    found[name] = (os.stat(path).st_mode, open(path, "rb").read() if os.path.isfile(path) else None)
        return found

    def prepare(self):
        shutil.rmtree(self.mode.workspace)
        self.mode.make_dir(self.mode.workspace)
        for name in ("kept", "gone", "script"):
            self.mode.write(name, f"{name}\n")
        done = self.mode.tiercel(["run", "--name", "box", "--", "sh", "-c", WORK])
        assert done.rc == 0, done.err

    def settle(self, point):
        words = [self.inject, "-s", "8", "-r", self.report]
        if point:
            words += ["-p", f"supervisor:{point[0]}", *(["-e", str(point[1])] if point[1] else [])]
        else:
            words += ["-l", self.mode.home / "list"]
        words += ["--", *self.mode.tiercel_argv([self.command, "box"])]
        done = subprocess.run(list(map(str, words)), cwd=self.mode.workspace, env=self.mode.env(), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        listed = [] if point else [line.split("\t") for line in (self.mode.home / "list").read_text().splitlines()]
        return done, json.loads(self.report.read_text()), [int(x[2]) for x in listed if x[0] == "supervisor"]

    def ended(self, point, done, seen):
        if seen["hung"]:
            yield "does not end"
        elif seen["exit"] == 0 and self.tree() != self.after:
            yield "said to be done, but it is not"
        elif seen["exit"] not in (0, REFUSED) and seen["signal"] != 9:
            yield f"exit {seen['exit']}, signal {seen['signal']}: {done.stderr!r}"
        elif seen["exit"] == REFUSED and not all(x.startswith("tiercel: ") for x in done.stderr.splitlines() or ["?"]):
            yield f"no clear line: {done.stderr!r}"

    def again(self):
        """The same once more, where there is still something to settle, does all of it."""
        for box in self.store.iterdir():
            if not box.is_symlink():
                os.utime(box, (1, 1))
        listed = self.mode.tiercel(["ps", "-a", "--json"])
        if "box" in listed.out:
            done = self.mode.tiercel([self.command, "box"])
            if done.rc != 0:
                yield f"cannot be settled afterwards: {done.err}"
        now = self.tree()
        if now != self.after and (self.command == "apply" or now != self.before):
            yield "half done: " + str(sorted(set(map(str, now.items())) ^ set(map(str, self.after.items()))))
        removed = self.mode.tiercel(["rm", "--all"])
        if removed.rc != 0:
            yield f"rm: {removed.err}"
        left = [x for x in self.census.left_over() if x.startswith(("file ", "process "))]
        if left:
            yield "left: " + ", ".join(left)

    def wrong(self, point):
        self.prepare()
        done, seen, _ = self.settle(point)
        found = list(self.ended(point, done, seen)) + list(self.again())
        kind = errno.errorcode[point[1]] if point[1] else "kill"
        return [f"{self.mode.name} {self.command}:{point[0]} call {seen['hit']} {kind}: {what}" for what in found]


@pytest.mark.modes("root", "user")
@pytest.mark.parametrize("command", ["apply", "discard", "rm"])
def test_settling_with_a_fault(mode, command):
    """Done, or refused in one line; asked again, done; never half."""
    if not (BUILD / "faults/inject").exists():
        skip(f"the injector is not built in {BUILD / 'faults'}")
    review = Review(mode, command)
    points = [(at, error) for at in range(review.main + 1, review.calls + 1) for error in FAILS]
    some = points if IS_FULL or len(points) <= SAMPLE else \
        [points[i * len(points) // SAMPLE] for i in range(SAMPLE)]
    wrong = [line for point in some for line in review.wrong(point)]
    print(f"{len(some)} of {len(points)} points, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)
