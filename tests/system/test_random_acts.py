# SPDX-License-Identifier: Apache-2.0
"""Random acts inside a sandbox and on a copy of its workspace come to the same, however they are applied."""
import os
import random
import signal
from pathlib import Path

import pytest

from review import changes, ran, snapshot, twin

ACTS = Path(__file__).resolve().parent.parent / "acts.py"
CALLS = (("renameat2", 30), ("unlinkat", 30), ("fsync", 20), ("mkdirat", 3), ("openat2", 150), ("newfstatat", 100))


def act(mode, seed):
    """The words that do the acts of a seed in the directory where they are run."""
    script = mode.home / "acts.py"
    if not script.exists():
        mode.write(script, ACTS.read_bytes())
    return f"/usr/bin/python3 {script} {seed} ."


def made(tiercel, mode, seed):
    """A random tree, and a sandbox that acted on it; (what it was, what it is to be)."""
    ran(mode, act(mode, seed + 1000))
    before, wanted = snapshot(mode.workspace), twin(mode, act(mode, seed))
    done = tiercel("run", "-q", "--read", str(mode.home / "acts.py"), "--", "sh", "-c", act(mode, seed))
    assert done.rc == 0 and snapshot(mode.workspace) == before, done
    return before, wanted


@pytest.mark.modes("root", "user")
@pytest.mark.parametrize("seed", range(5))
def test_in_parts_and_whole(tiercel, mode, seed):
    before, wanted = made(tiercel, mode, seed)
    if wanted != before:
        dice, found = random.Random(seed), sorted(changes(tiercel))
        for path in dice.sample(found, min(len(found), 3)):
            # What came along with an earlier one is no longer pending.
            assert tiercel("apply", "--protected", "./" + path).rc in (0, 125)
        assert tiercel("apply", "--protected").rc in (0, 125)
    assert snapshot(mode.workspace) == wanted
    assert tiercel("ps", "-a", "--json").out == ""


@pytest.mark.modes("user")
@pytest.mark.parametrize("seed", range(20, 28))
def test_killed_anywhere(tiercel, mode, seed):
    before, wanted = made(tiercel, mode, seed)
    dice = random.Random(seed)
    call, most = dice.choice(CALLS)
    done = mode.run(["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                     f"inject={call}:signal=KILL:when={dice.randint(1, most)}", mode.programs / "tiercel", "apply",
                     "--protected"])
    assert done.rc in (-signal.SIGKILL, 137, 0, 125), done
    tiercel("diff", "--stat")
    now = snapshot(mode.workspace)
    assert now in (before, wanted) and not [n for n in os.listdir(mode.workspace) if n.startswith(".tiercel")]
    tiercel("apply", "--protected")
    assert snapshot(mode.workspace) == wanted
    tiercel("rm", "--all")


@pytest.mark.modes("user")
@pytest.mark.parametrize("seed", range(40, 45))
def test_what_the_host_did_stays(tiercel, mode, seed):
    before, _ = made(tiercel, mode, seed)
    ran(mode, act(mode, seed + 5000))
    host = snapshot(mode.workspace)
    done = tiercel("apply", "--protected", "--skip-conflicts")
    assert done.rc in (0, 1) or "no ended sandbox" in done.err, done
    merged = {line.split(": ", 2)[2] for line in done.err.splitlines() if "merged with" in line}
    now = snapshot(mode.workspace)
    for path in set(before) | set(host):
        was, is_now = before.get(path), host.get(path)
        # A new mode goes with new content, and attributes of directories are settled by the later one.
        is_meta = was and is_now and (is_now[0].startswith("0o4") or was[1:] == is_now[1:])
        if was != is_now and not is_meta and os.fsdecode(path) not in merged:
            assert now.get(path) == is_now, path
    tiercel("rm", "--all")
