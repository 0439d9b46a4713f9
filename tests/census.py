# SPDX-License-Identifier: Apache-2.0
"""Counts what a sandbox could leave behind on the host, before and after a test.

The test process makes itself the reaper of its orphans, so every process that a test starts stays below it,
however it detaches: what other programs of the machine do is not mistaken for a leak.
"""
import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SETTLE_SECONDS = 5
CGROUPS = Path("/sys/fs/cgroup")
NOT_OURS = "process_api"


def adopt_orphans():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def stat_of(pid):
    """(parent, start time, name, state) of a process, or None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return int(rest[1]), rest[19], name, rest[0]


def below(root):
    """Every process below `root`: {pid: (start time, name)}; orphans that have ended are reaped."""
    seen = {int(p): stat_of(p) for p in os.listdir("/proc") if p.isdigit()}
    found, grown = {root: None}, True
    while grown:
        grown = False
        for pid, stat in seen.items():
            if stat and pid not in found and stat[0] in found:
                found[pid], grown = (stat[1], stat[2]), True
    del found[root]
    for pid in list(found):
        if seen[pid][0] == root and seen[pid][3] == "Z":
            os.waitpid(pid, os.WNOHANG)
            del found[pid]
    return found


def processes():
    return {f"process {pid} ({name})" for pid, (_, name) in below(os.getpid()).items()}


def mounts():
    lines = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    return {"mount " + " ".join(line.split(" - ")[0].split()[3:5]) + " " + line.split(" - ")[-1] for line in lines}


def occupied(folder):
    """Whether a cgroup holds a process outside this test: then it belongs to somebody else."""
    try:
        return bool((folder / "cgroup.procs").read_text().strip())
    except OSError:
        return False


def cgroups():
    found = set()
    for where, folders, _ in os.walk(CGROUPS):
        folders[:] = [f for f in folders if f != NOT_OURS]
        found |= {"cgroup " + str(Path(where, f)) for f in folders if not occupied(Path(where, f))}
    return found


def net_namespaces():
    """Network namespaces that we or a process of ours hold by an fd; pinned ones show as mounts."""
    found = set()
    for pid in [os.getpid(), *below(os.getpid())]:
        try:
            links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        except OSError:
            continue
        found |= {"netns " + link for link in links if link.startswith("net:[")}
    return found


def interfaces():
    return {"interface " + name for name in os.listdir("/sys/class/net")}


def sysv_ipc():
    found = set()
    for kind in ("shm", "sem", "msg"):
        for line in Path("/proc/sysvipc", kind).read_text().splitlines()[1:]:
            found.add(f"sysv {kind} {line.split()[1]}")
    return found


def files_below(folders):
    """But for what an unchanged sandbox left: the next run deletes it."""
    found = set()
    for folder in folders:
        for where, names, files in os.walk(folder):
            names[:] = [n for n in names if n != ".trash-last"]
            found |= {"file " + os.path.join(where, n) for n in names + files}
    return found


class Census:
    def __init__(self, folders=()):
        self.folders = tuple(folders)
        self.before = self.count()

    def count(self):
        return (processes() | mounts() | cgroups() | net_namespaces() | interfaces() | sysv_ipc()
                | files_below(self.folders))

    def left_over(self):
        """What is there that was not before; the kernel gets a few seconds to tear down."""
        until = time.monotonic() + SETTLE_SECONDS
        left = self.count() - self.before
        while True:
            left &= self.count()  # what comes and goes belongs to somebody else
            if not left or time.monotonic() > until:
                return sorted(left)
            time.sleep(0.05)

    def end_left_over(self):
        """Ends what a failed test left running, so that the next one is judged on its own."""
        for pid, (_, name) in below(os.getpid()).items():
            if f"process {pid} ({name})" not in self.before:
                os.kill(pid, signal.SIGKILL)

    def missing(self):
        return sorted(x for x in self.before - self.count() if not x.startswith(("process ", "cgroup ")))
