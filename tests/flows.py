# SPDX-License-Identifier: Apache-2.0
"""Attacks that take more than one step. Each returns (reached where nothing holds it, reached from a sandbox)."""
import json
import os
import signal
import socket
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


def pids_of(word):
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and word in lines_of(f"/proc/{p}/cmdline")]


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
        return used.ru_maxrss * 1024 > 128 * MIB
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


FLOWS = {"PR-15": daemon, "PR-30": own_status, "N-33": listener, "R-11": flood, "S-14": residue, "S-15": neighbour,
         "S-17": readable_by_others, "P-13": bad_names, "P-14": report_injection}
