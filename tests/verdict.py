# SPDX-License-Identifier: Apache-2.0
"""Judges one attack: tried where nothing holds it, tried in a sandbox, and each time by what the host can see of it."""
import csv
import fcntl
import os
import re
import socket
import stat
import subprocess
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

from world import PROGRAMS

STATUS = {0: "OPEN", 1: "HELD", 2: "ABSENT", 3: "BROKEN"}
FREE_SPACES = ["-mpfniuC", "--mount-proc", "--propagation=private"]
LIMITS = {"pids": "--pids-limit", "memory": "--memory", "disk": "--disk", "time": "--timeout"}
PLANTED, TYPED = "PLANTED-BY-PROBE", b"escaped-input"
SECONDS = 20


@dataclass
class Row:
    id: str
    area: str
    expected: str
    control: str
    oracle: str
    options: str
    technique: str

    def option(self, name):
        return name in self.options.split(",")

    def expects(self, who):
        both = self.expected.split("/")
        return both[0] if who == "root" else both[-1]


def catalogue(path):
    with open(path, encoding="utf-8") as file:
        return [Row(*line) for line in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
                if line and not line[0].startswith("#")]


@dataclass
class Arm:
    """What came of one try."""
    status: str
    out: str
    err: str = ""
    reached: bool = False
    seen: dict = field(default_factory=dict)


def lines_of(path):
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


# --- running one probe ---------------------------------------------------------------------------
def words_around(world, row, words):
    """The option column: keys, groups and descriptors that a careless caller hands on."""
    words = [str(w) for w in words]
    if row.option("keys"):
        key = world.outside.name
        words = [str(world.mode.programs / "escape/probe"), "with-keys", f"key={key}", f"value={world.token}",
                 "then=exec " + " ".join(f"'{w}'" for w in words)]
    words = world.mode.argv(words)
    if row.option("groups"):
        words = ["setpriv", "--groups=4242", f"--reuid={world.mode.uid}", f"--regid={world.mode.gid}",
                 *words[words.index("--init-groups") + 1 if "--init-groups" in words else 0:]]
    if row.oracle == "group" and world.has_group:
        words = ["sh", "-c", f'echo 0 >{world.group}/cgroup.procs; exec "$@"', "sh", *words]
    return words


def inherited(world, row):
    if not row.option("leak"):
        return []
    return [os.open(world.outside, os.O_RDONLY | os.O_DIRECTORY), os.open(world.outside, os.O_PATH | os.O_DIRECTORY),
            os.open(world.outside / "canary", os.O_RDONLY), os.open("/proc/self/ns/net", os.O_RDONLY)]


def raise_files():
    import resource  # pylint: disable=import-outside-toplevel
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def try_it(world, scene, row, words):
    """Runs the words; a terminal or a file as standard output when the row wants one."""
    words, fds = words_around(world, row, words), inherited(world, row)
    more = {"cwd": scene.ws, "env": world.env(), "pass_fds": fds, "start_new_session": True}
    try:
        if row.option("tty"):
            return on_terminal(words, more)
        if row.option("file-out"):
            return into_file(world, words, more)
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 preexec_fn=raise_files, **more)
        peeked = peek(world, row, child) if row.oracle in ("uid", "rootuid") else {}
        out, err = finish(child)
        return Arm(STATUS.get(child.returncode, f"status {child.returncode}"), out, err, seen=peeked)
    finally:
        for fd in fds:
            os.close(fd)


def finish(child):
    try:
        out, err = child.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, 9)
        out, err = child.communicate()
        err += b"\nno end"
    return (out or b"").decode(errors="replace"), (err or b"").decode(errors="replace")


def on_terminal(words, more):
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    device = os.fstat(slave)
    child = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave,
                             preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **more)
    text, until = b"", time.monotonic() + SECONDS
    os.set_blocking(master, False)
    while child.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
        text += read_some(master)
    child.kill()
    child.wait()
    text += read_some(master)
    os.set_blocking(slave, False)
    seen = {"typed": TYPED in read_some(slave), "modes": termios.tcgetattr(slave) != before, "raw": text,
            "tty": f"TTY {device.st_dev}:{device.st_rdev}"}
    os.close(slave)
    os.close(master)
    return Arm(STATUS.get(child.returncode, f"status {child.returncode}"), text.decode(errors="replace"), seen=seen)


def read_some(fd):
    try:
        return os.read(fd, 1 << 16)
    except OSError:
        return b""


def into_file(world, words, more):
    with tempfile.NamedTemporaryFile(dir=world.mode.tmp) as file:
        file.write(world.token.encode() + b"\n")
        file.flush()
        world.mode.own(file.name)
        fd = os.open(file.name, os.O_WRONLY | os.O_APPEND)
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=fd, stderr=subprocess.PIPE, **more)
        os.close(fd)
        err = finish(child)[1]
        text = Path(file.name).read_text(encoding="utf-8", errors="replace")[len(world.token):]
    return Arm(STATUS.get(child.returncode, f"status {child.returncode}"), text, err)


def peek(world, row, child):
    """While a probe says SEEN?, looks at whose it is out here."""
    until = time.monotonic() + 5
    while time.monotonic() < until and child.poll() is None:
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            words = lines_of(f"/proc/{entry}/cmdline").split("\0")
            # The try runs in a child of the probe, which has the same command line.
            if words[0].endswith("probe") and words[1:2] == [row.id]:
                status = lines_of(f"/proc/{entry}/status")
                uid = re.search(r"^Uid:\t(\d+)\t(\d+)", status, re.M)
                if uid and "S (sleeping)" in status:
                    time.sleep(0.05)
                    uid = re.findall(r"^Uid:\t(\d+)\t(\d+)", lines_of(f"/proc/{entry}/status"), re.M)
                    return {"uids": {int(u) for pair in uid for u in pair}}
        time.sleep(0.01)
    return {}


# --- what the host sees --------------------------------------------------------------------------
def touched(world):
    path = world.outside / "touched"
    return path.stat().st_mode, path.stat().st_mtime_ns, tuple(os.listxattr(path))


def mounted(world):
    return "escape-leak" in lines_of("/proc/self/mountinfo")


COUNTERS = {
    "accept": lambda w: w.realm.reached("accept"),
    "datagram": lambda w: w.realm.reached("datagram"),
    "signal": lambda w: w.signals_seen(),
    "touched": touched,
    "mounts": mounted,
    "nice": lambda w: (os.getpriority(os.PRIO_PROCESS, w.sentinel.pid), os.sched_getaffinity(w.sentinel.pid)),
}


def file_has(path, text):
    return text in lines_of(path)


def planted_below(top):
    found = []
    for folder, _, files in os.walk(top):
        found += [os.path.join(folder, f) for f in files
                  if f not in (*PROGRAMS, "node") and stat.S_ISREG(os.lstat(os.path.join(folder, f)).st_mode)
                  and file_has(os.path.join(folder, f), PLANTED)]
    return found


def attributes(path):
    try:
        return os.listxattr(path, follow_symlinks=False)
    except OSError:
        return []


HOME_POLICY, POLICY = ".config/tiercel/policy.yaml", "version: 1\n"
HOME_TARGETS = (
    ".bashrc", ".profile", ".zshrc", ".bash_logout", ".inputrc", ".config/systemd/user/x.service",
    ".config/autostart/x.desktop", ".ssh/authorized_keys", ".ssh/config", ".ssh/rc", ".local/bin/git", "bin/ls",
    ".local/state/tiercel/sandboxes/escape/record", ".local/state/tiercel/planted")


def home_targets(scene):
    return [scene.home / name for name in HOME_TARGETS if (scene.home / name).exists()]


def home_changed(scene):
    return bool(home_targets(scene)) or lines_of(scene.home / HOME_POLICY) != POLICY


def whiteout(scene):
    keep = scene.ws / "dir/keep"
    device = os.path.lexists(keep) and stat.S_ISCHR(os.lstat(keep).st_mode)
    return device or any("overlay" in name for name in attributes(scene.ws / "dir"))


def special(scene):
    huge = scene.ws / "huge"
    return (scene.ws / "fifo.new").exists() or (huge.exists() and huge.stat().st_size > 1 << 40)


RAW = re.compile(r"[\x1b\x07\x08\x9b\r\u202a-\u202e\u2066-\u2069\u200b-\u200f]")


ORACLES = {
    "-": lambda w, s, a: a.status == "OPEN",
    "canary": lambda w, s, a: w.token in a.out,
    "canary-or": lambda w, s, a: a.status == "OPEN" or w.token in a.out,
    "marker": lambda w, s, a: w.marker in a.out,
    "pts": lambda w, s, a: w.pts_seen() > 0,
    "keyname": lambda w, s, a: w.outside.name in a.out,
    "group": lambda w, s, a: w.group.name in a.out,
    "euid": lambda w, s, a: bool(re.search(r"^UID (\d+) (?!\1\b)\d+", a.out, re.M)),
    "capeff": lambda w, s, a: bool(re.search(r"^CapEff:\t0*[1-9a-f]", a.out, re.M)),
    "uid": lambda w, s, a: bool(a.seen.get("uids", set()) & {0, w.mode.uid}),
    "rootuid": lambda w, s, a: 0 in a.seen.get("uids", set()),
    "setuid": lambda w, s, a: any(path.stat().st_mode & stat.S_ISUID for path in s.ws.glob("suid.*")),
    "xattr": lambda w, s, a: bool({"security.capability", "trusted.overlay.opaque"} & set(attributes(s.ws / "plain"))),
    "whiteout": lambda w, s, a: whiteout(s),
    "special": lambda w, s, a: special(s),
    "home": lambda w, s, a: home_changed(s),
    "planted": lambda w, s, a: bool(planted_below(s.ws)),
    "readonly": lambda w, s, a: lines_of(s.ws / "readonly") != "kept\n",
    "typed": lambda w, s, a: a.seen.get("typed", False),
    "modes": lambda w, s, a: a.seen.get("modes", False),
    "hosttty": lambda w, s, a: a.seen.get("tty", "?") in a.out,
    "timens": lambda w, s, a: os.readlink("/proc/self/ns/time") in a.out,
    "hostname-said": lambda w, s, a: re.search(r"^OPEN (.*)$", a.out, re.M) and
    re.search(r"^OPEN (.*)$", a.out, re.M)[1].strip() == socket.gethostname(),
    "hostname": lambda w, s, a: a.status == "OPEN",
}
# What an attack leaves in the workspace is judged after a person has applied it without looking.
AFTER_REVIEW = ("setuid", "xattr", "whiteout", "special", "planted", "review-canary", "escapes")


def naive_review(scene):
    """What a reviewer without care would show: names, contents, what links lead to."""
    text = ""
    for folder, _, files in os.walk(scene.ws):
        for name in files:
            text += name + "\n"
            if name == "content.txt" or os.path.islink(os.path.join(folder, name)):
                text += lines_of(os.path.join(folder, name))
    return text


def judge(world, scene, row, arm, before, shown):
    if row.oracle in COUNTERS:
        arm.reached = COUNTERS[row.oracle](world) != before
    elif row.oracle == "review-canary":
        arm.reached = world.token in shown
    elif row.oracle == "escapes":
        arm.reached = bool(RAW.search(shown))
    else:
        arm.reached = bool(ORACLES[row.oracle](world, scene, arm))
    return arm


def before_of(world, row):
    return COUNTERS[row.oracle](world) if row.oracle in COUNTERS else None


# --- the arms ------------------------------------------------------------------------------------
def spaces(world, row):
    if row.control not in ("ns", "userns"):
        return []
    return ["unshare", *([] if world.mode.is_root and row.control == "ns" else ["-Ur"]), *FREE_SPACES]


def control(world, row, more=()):
    """Tries it where nothing holds it: on the host, or in namespaces that are thrown away."""
    scene, before = world.free, before_of(world, row)
    words = [scene.ws / "probe", row.id, *world.args(scene), *more]
    arm = try_it(world, scene, row, [*spaces(world, row), *words])
    judge(world, scene, row, arm, before, naive_review(scene) if row.oracle in AFTER_REVIEW else "")
    if row.oracle in (*AFTER_REVIEW, "mounts", "readonly") or spaces(world, row) or row.area == "resources":
        scene.renew()
    if row.oracle == "home":
        clear_home(world, scene)
    return arm


def clear_home(world, scene):
    for path in home_targets(scene):
        path.unlink()
    world.mode.write(scene.home / HOME_POLICY, POLICY)


def limits_of(row):
    pairs = [x.split("=") for x in row.options.split(",") if "=" in x]
    return [word for name, value in pairs for word in (LIMITS[name], value)]


def boxed(world, row, tiercel):
    """Tries it in a sandbox, then lets the changes be looked at and applied."""
    scene, before = world.boxed, before_of(world, row)
    if row.oracle in AFTER_REVIEW:
        world.mode.run([tiercel, "rm", "-f", "--all"], cwd=scene.ws)
    arm = try_it(world, scene, row, [tiercel, "run", "-q", *limits_of(row), "--", "./probe", row.id, *world.args(scene)])
    shown = ""
    if row.oracle in AFTER_REVIEW:
        for words in (("diff", "--no-pager"), ("apply",)):
            done = world.mode.run([tiercel, *words], cwd=scene.ws)
            shown += done.out + done.err
    judge(world, scene, row, arm, before, shown)
    if row.oracle in AFTER_REVIEW:
        scene.renew()
    if row.oracle in AFTER_REVIEW or row.area == "resources":
        world.mode.run([tiercel, "rm", "-f", "--all"], cwd=scene.ws)
    return arm
