# SPDX-License-Identifier: Apache-2.0
"""Attacks that take more than one step. Each returns (reached where nothing holds it, reached from a sandbox)."""
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

from verdict import lines_of
from world import LAN

MIB = 1 << 20
RESIDUE = ("/tmp", "/var/tmp", "/dev/shm", "/run")
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def start(world, scene, words):
    return subprocess.Popen(world.mode.argv(words), cwd=scene.ws, env=world.env(), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)


def both(world, tiercel, act):
    """The same act with the words of a host's command, then of a sandbox's."""
    return (act(world.free, [world.free.ws / "probe"]),
            act(world.boxed, [tiercel, "run", "-q", "--", "./probe"]))


def end(child):
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.communicate()


def shell_code(lines):
    """Python for the command line of a shell."""
    return "python3 -c '" + "\n".join(lines) + "'"


def pids_of(word):
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and word in lines_of(f"/proc/{p}/cmdline")]


def setuid_in_the_open(world, tiercel):
    """In direct mode what is made lies on the host at once, and there it belongs to whoever started the sandbox."""
    def act(scene, words):
        world.mode.run([*words, "FS-58", f"ws={scene.ws}"], cwd=scene.ws)
        found = any(path.stat().st_mode & stat.S_ISUID for path in scene.ws.glob("suid.*"))
        scene.renew()
        return found
    return act(world.free, [world.free.ws / "probe"]), act(
        world.boxed, [tiercel, "run", "-q", "--mode", "direct", "--", "./probe"])


def disk_in_the_open(world, tiercel):
    """The disk limit where nothing is kept apart: in direct mode, and in a directory that may be written."""
    box, granted = [tiercel, "run", "-q", "--disk", "16m"], world.mode.make_dir(world.boxed.home / "granted")

    def act(scene, words, where):
        done = [world.mode.run([*words, attack, f"ws={where}"], cwd=scene.ws).out for attack in ("R-07", "R-08")]
        for path in granted.iterdir():
            path.unlink() if path.is_file() else shutil.rmtree(path)
        scene.renew()
        return any("OPEN" in out for out in done)
    free = act(world.free, [world.free.ws / "probe"], world.free.ws)
    held = act(world.boxed, [*box, "--mode", "direct", "--", "./probe"], world.boxed.ws)
    held = act(world.boxed, [*box, "--write", granted, "--", "./probe"], granted) or held
    granted.rmdir()
    return free, held


def daemon(world, tiercel):
    def act(scene, words):
        world.mode.run([*words, "daemon", f"name={world.outside.name}"], cwd=scene.ws)
        found = pids_of(f"name={world.outside.name}")
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return bool(found)
    return both(world, tiercel, act)


def own_status(world, tiercel):
    """The status alone does not tell; the report does."""
    done = world.mode.run([tiercel, "run", "-q", "--report", world.outside / "r.json", "--", "sh", "-c", "exit 125"],
                          cwd=world.boxed.ws)
    json.loads(lines_of(world.outside / "r.json"))
    return True, done.rc == 125


def listener(world, tiercel):
    def act(scene, words):
        child = start(world, scene, [*words, "N-33", *world.args(scene)])
        try:
            assert child.stdout.readline() == b"LISTENING\n"
            return any(reaches(where, world.realm.listen) for where in ("127.0.0.1", LAN))
        finally:
            end(child)
    return both(world, tiercel, act)


def reaches(where, port):
    try:
        socket.create_connection((where, port), timeout=0.3).close()
        return True
    except OSError:
        return False


def flood(world, tiercel):
    """Whoever keeps what it reads grows by it; the supervisor must not."""
    greedy = "import sys; sys.stdin.buffer.read()"

    def act(scene, words):
        naive = words[0] != tiercel
        child = start(world, scene, [*words, "R-11"])
        keeper = subprocess.Popen(["/usr/bin/python3", "-c", greedy], stdin=child.stdout) if naive else child
        if not naive:
            while os.read(child.stdout.fileno(), MIB):
                pass
        _, _, used = os.wait4(keeper.pid, 0)
        keeper.returncode = 0
        child.stdout.close()
        child.wait()
        return used.ru_maxrss * 1024 > 96 * MIB
    return both(world, tiercel, act)


def residue(world, tiercel):
    def act(scene, words):
        said = f"residue={world.outside.name}"
        assert world.mode.run([*words, "S-14-leave", said], cwd=scene.ws).rc == 0
        out = world.mode.run([*words, "S-14", said], cwd=scene.ws).out
        for place in RESIDUE:
            Path(place, world.outside.name).unlink(missing_ok=True)
        return world.outside.name in out.replace("residue=", "").split("OPEN")[0]
    return both(world, tiercel, act)


def neighbour(world, tiercel):
    """While one keeps a secret in its environment, memory and files, another looks for it."""
    said = f"residue={world.outside.name}"

    def act(scene, words):
        shell = words[:-1] + ["sh", "-c"]
        probe = str(words[-1])
        one = start(world, scene, [*shell, f"{probe} S-14-leave {said} >&2; NEXT_TOKEN={world.marker} "
                                           f"exec {probe} sentinel marker=x canary=/etc/hosts"])
        try:
            assert one.stdout.readline().startswith(b"READY")
            pid = max(pids_of("marker=x"))
            out = "".join(world.mode.run([*words, *more], cwd=scene.ws).out for more in (
                ("S-14", said), ("S-06",), ("PR-26", f"pid={pid}")))
        finally:
            end(one)
        for place in RESIDUE:
            Path(place, world.outside.name).unlink(missing_ok=True)
        return world.marker in out or "OPEN" in out
    return both(world, tiercel, act)


def readable_by_others(world, tiercel):
    """The tool's own files lie where everybody may pass, and hold a secret of the workspace."""
    state = world.mode.make_dir(world.outside / "state")
    state.chmod(0o755)
    (state / "plain").write_text(world.token, encoding="utf-8")
    look = [*NOBODY, "grep", "-rl", world.token, str(state)]
    free = subprocess.run(look, capture_output=True, check=False).stdout != b""
    (state / "plain").unlink()
    env = {"XDG_STATE_HOME": str(state)}
    world.mode.run([tiercel, "run", "--", "sh", "-c", f"echo {world.token} >made; echo {world.token}"],
                   cwd=world.boxed.ws, env=env)
    there = subprocess.run(["grep", "-rl", world.token, str(state)], capture_output=True, check=False).stdout
    found = subprocess.run(look, capture_output=True, check=False).stdout
    world.mode.run([tiercel, "rm", "-f", "--all"], cwd=world.boxed.ws, env=env)
    assert there, "nothing was kept"
    return free, found != b""


def bad_names(world, tiercel):
    names = ("../up", "a/b", "..", "x\ny", "x\x1b[31m", "%s%n", "-rf", "a;b", "$(id)", "x" * 300)
    taken = [n for n in names if world.mode.run([tiercel, "run", "-q", f"--name={n}", "--", "true"],
                                                cwd=world.boxed.ws).rc != 125]
    # A name that is put into a path as it is leads out of the folder that it was meant for.
    return os.path.normpath("/store/" + names[0]) == "/up", bool(taken)


def report_injection(world, tiercel):
    word = 'x","exit":0}\n\x1b[31m{"a":'
    naive = '{"command": "' + word + '"}'
    report = world.outside / "r.json"
    box = world.outside.name

    def say(*words):
        done = world.mode.run([tiercel, *words], cwd=world.boxed.ws)
        return done.out + done.err
    shown = say("run", "--name", box, "--report", report, "--", "sh", "-c", 'touch "$1"', "sh", word)
    shown += say("ps", "-a") + say("diff", "--name-only", box)
    inspected = say("inspect", box)
    say("rm", "-f", "--all")
    return not parses(naive), "\x1b" in shown or not (parses(lines_of(report)) and parses(inspected))


def parses(text):
    try:
        return bool(json.loads(text))
    except ValueError:
        return False


SWAP = """
import ctypes, sys
libc, (a, b) = ctypes.CDLL(None), [x.encode() for x in sys.argv[1:]]
print("swapping", flush=True)
while True:
    libc.renameat2(-100, a, -100, b, 2)
"""


def swapped_for_a_link(world, tiercel):
    """While changes are applied, a directory on their way is exchanged with a link to elsewhere, over and over."""
    victim = world.mode.make_dir(world.outside / "victim")

    def act(scene, write):
        where, link = world.mode.make_dir(scene.ws / "swapped"), scene.home / "elsewhere"
        link.symlink_to(victim)
        words = world.mode.argv(["/usr/bin/python3", "-c", SWAP, where, link])
        with subprocess.Popen(words, stdout=subprocess.PIPE) as swapper:
            swapper.stdout.readline()
            for number in range(100):
                write(where / f"new.{number}")
            swapper.kill()
        for path in (where, link):
            if path.is_symlink():
                path.unlink()
        shutil.rmtree(link, ignore_errors=True)
        found = list(victim.iterdir())
        for path in found:
            path.unlink()
        scene.renew()
        return bool(found)

    def apply(path):
        if path.name.endswith("0"):
            world.mode.run([tiercel, "apply"], cwd=world.boxed.ws)

    free = act(world.free, lambda path: path.write_bytes(b"x"))
    world.mode.make_dir(world.boxed.ws / "swapped")
    world.mode.run([tiercel, "run", "-q", "--", "sh", "-c", "for i in $(seq 200); do echo >swapped/$i; done"],
                   cwd=world.boxed.ws)
    held = act(world.boxed, apply)
    world.mode.run([tiercel, "rm", "-f", "--all"], cwd=world.boxed.ws)
    return free, held


def renamed_out(world, tiercel):
    """A working directory is moved from under its mount; .. would then lead past it (CVE-2015-2925)."""
    code = ("import os, sys; os.makedirs('a/b/c'); os.chdir('a/b/c'); os.rename(sys.argv[1] + '/a/b', sys.argv[2]);"
            "print(os.getcwd(), open('../../canary').read())")
    words = ["/usr/bin/python3", "-c", code]
    free = world.mode.run([*words, world.free.ws, world.outside / "b"], cwd=world.free.ws).out
    shutil.rmtree(world.outside / "b", ignore_errors=True)
    held = ""
    for place in ("/tmp/b", "/var/tmp/b", world.outside / "b"):
        held += world.mode.run([tiercel, "run", "-q", "--", *words, world.boxed.ws, place], cwd=world.boxed.ws).out
    world.mode.run([tiercel, "rm", "-f", "--all"], cwd=world.boxed.ws)
    world.free.renew()
    return str(world.outside) in free, world.token in held or "/b/c" in held


def passed_descriptor(world, tiercel):
    """A careless caller gives a socket as standard input, and a descriptor lies in it."""
    code = ("import array, os, socket; s = socket.socket(fileno=0); a = s.recvmsg(9, 99)[1];"
            "print(os.pread(array.array('i', a[0][2])[0], 99, 0))")

    def act(scene, words):
        ours, theirs = socket.socketpair()
        with ours, theirs, open(world.outside / "canary", "rb") as secret:
            socket.send_fds(ours, [b"x"], [secret.fileno()])
            ours.shutdown(socket.SHUT_WR)
            child = subprocess.Popen(world.mode.argv([*words, "/usr/bin/python3", "-c", code]), cwd=scene.ws,
                                     env=world.env(), stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            return world.token.encode() in child.communicate()[0]
    return act(world.free, []), act(world.boxed, [tiercel, "run", "-q", "--"])


def hidden_file(world, tiercel):
    """A file that is hidden is sought under other names: moved along, copied, linked, taken away."""
    ways = ("cat d/key; mv d e; cat e/key; cp -r d f; cat f/key; ln d/key g; cat g; mv d/key h; cat h; rm -f d/key; "
            "cat d/key; cat /proc/self/cwd/d/key; ln -s d/key i; cat i")
    for scene in (world.free, world.boxed):
        world.mode.write(scene.ws / "d/key", world.token)
    free = world.mode.run(["sh", "-c", ways], cwd=world.free.ws).out
    held = world.mode.run([tiercel, "run", "-q", "--hide", world.boxed.ws / "d/key", "--", "sh", "-c", ways],
                          cwd=world.boxed.ws).out
    world.mode.run([tiercel, "rm", "-f", "--all"], cwd=world.boxed.ws)
    for scene in (world.free, world.boxed):
        scene.renew()
    return world.token in free, world.token in held


def stuck_terminal(world, tiercel):
    """Nobody reads the terminal; what floods it has to end when its time is over all the same."""
    name = f"name={world.outside.name}"

    def act(scene, words):
        master, slave = os.openpty()
        child = subprocess.Popen(world.mode.argv([*words, "R-11", name]), cwd=scene.ws, env=world.env(), stdin=slave,
                                 stdout=slave, stderr=slave, start_new_session=True)
        time.sleep(0.9)
        alive = [p for p in pids_of(name) if lines_of(f"/proc/{p}/comm").strip() == "probe"]
        os.close(slave)
        os.close(master)
        end(child)
        return bool(alive)
    return act(world.free, [world.free.ws / "probe"]), act(world.boxed, [tiercel, "run", "--timeout", "500ms", "--", "./probe"])


def flooded_log(world, tiercel):
    """Each denial is an event; a hundred thousand of them must not fill the host's disk."""
    code = shell_code((
        "import socket", "for i in range(20000):", "  s = socket.socket(); s.settimeout(1)",
        "  try: s.connect((f\"10.9.{i >> 8 & 255}.{i & 255}\", 1 + i))", "  except OSError: pass", "  s.close()"))
    state = world.mode.home / ".local/state/tiercel"
    size = sum(p.stat().st_size for p in state.rglob("*") if p.is_file())
    world.mode.run([tiercel, "run", "-q", "--", "sh", "-c", f"touch kept; {code}"], cwd=world.boxed.ws)
    grown = sum(p.stat().st_size for p in state.rglob("*") if p.is_file()) - size
    world.mode.run([tiercel, "rm", "-f", "--all"], cwd=world.boxed.ws)
    # A line of a hundred bytes for each, as a log would have it.
    return 20000 * 100 > MIB, grown > MIB


FLOWS = {"R-07-direct": disk_in_the_open, "FS-58-direct": setuid_in_the_open, "PR-15": daemon, "PR-30": own_status, "N-33": listener, "R-11": flood, "S-14": residue, "S-15": neighbour,
         "S-17": readable_by_others, "P-13": bad_names, "P-14": report_injection,
         "FS-11": swapped_for_a_link, "FS-35": renamed_out, "N-36": passed_descriptor, "S-04": hidden_file,
         "T-07": stuck_terminal, "R-12": flooded_log}
