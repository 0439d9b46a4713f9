# SPDX-License-Identifier: Apache-2.0
"""Attacks of tests/escape, each first shown to work where nothing holds it, then tried in a sandbox."""
import os
import secrets
import shutil
import tempfile
from pathlib import Path

import pytest

from conftest import BUILD
from flows import FLOWS
from modes import Mode, skip
from verdict import Arm, boxed, catalogue, control
from world import Disk, Realm, World

ROWS = catalogue(Path(__file__).resolve().parent.parent / "escape/catalogue.tsv")
ENOUGH = 120
# Walls of tests/ablate taken away, as whom, and the attacks that each of them alone holds off.
MISSED = (
    ("seccomp", "root", "PV-07 PV-14 K-03 K-04 K-11 K-13 K-18 K-28 K-30 K-32"),
    ("mask", "root", "FS-14"),
    ("hide", "root", "PR-10 PR-13 S-09"),
    ("fds", "root", "S-08"),
    ("limits", "root", "R-09 R-18 FS-63"),
    ("group", "root", "PR-17 R-04"),
    ("pid", "root", "PR-07 PR-19 PR-26"),
    ("net", "root", "N-01 N-04 N-11 K-13-route"),
    ("ipc", "root", "PR-23"),
    ("uts", "root", "S-12"),
    ("cgroup", "root", "FS-76"),
    ("time", "root", "X-01"),
    ("pivot", "user", "FS-01 S-02 N-08"),
    # Two walls stand here: either one alone still holds, which is tried as well.
    ("readonly+landlock", "root", "PV-12 FS-66 K-38"),
    ("keyring+seccomp", "root", "PV-16"),
    ("fds+landlock", "root", "FS-03 FS-74"),
    ("pivot+landlock", "user", "FS-09 FS-22"),
    # The supervisor looks at these before it lets anything start, so it has to be blind as well.
    ("caps+gate", "root", "PV-02 PV-19"),
    ("nnp+caps+gate", "root", "PV-01 PR-20"),
)
HOLDS_ALONE = (
    ("landlock", "root", "PV-12 FS-66 K-38 FS-03 FS-74"),
    ("readonly", "root", "PV-12 FS-66 K-38"),
    ("keyring", "root", "PV-16"),
    ("seccomp", "root", "PV-16"),
    ("fds", "root", "FS-03 FS-74"),
    ("pivot", "user", "FS-09 FS-22"),
)
# Without these nothing can be set up, or the supervisor sees that they are missing.
NEVER_STARTS = ("user", "mount", "caps", "nnp")


@pytest.fixture(scope="module", name="worlds")
def worlds_(programs, account):
    """One world for root and one for an ordinary user, in a network of their own."""
    if os.geteuid() != 0:
        skip("needs root, to show that each attack works where nothing holds it")
    if not (programs / "escape/probe").exists():
        skip("the probes are not built: make escape")
    token = "CANARY" + secrets.token_hex(8)
    realm, made, disk = Realm(token), {}, Disk()
    try:
        for who in ("root", "user"):
            home = disk.folder / who
            home.mkdir(mode=0o700)
            made[who] = World(Mode(who, account, programs, home), realm, token)
        yield made
    finally:
        for world in made.values():
            world.close()
        realm.leave()
        disk.remove()


def arms(worlds, who, row, tiercel):
    world = worlds[who]
    if row.oracle == "flow":
        free, held = FLOWS[row.id](world, tiercel)
        return Arm("flow", "", reached=free), Arm("flow", "", reached=held)
    free = control(worlds["user"] if row.control == "user" else world, row)
    return free, boxed(world, row, tiercel)


def settle(row, who, free, held):
    """One word for a row. Held means that it was reached where nothing holds it, and not from the sandbox."""
    expected = row.expects(who)
    # What ran and could not be kept for review is no failure to start.
    if held.status == "BROKEN" or (held.status == "status 125" and "the command ended" not in held.err):
        return "broken"
    if expected == "WORKS":
        return "works" if held.status == "OPEN" else "broken"
    if held.reached:
        return "hole" if expected == "HELD" else "gap"
    if free.reached:
        return "held"
    return "absent" if free.status == "ABSENT" else "outer layer"


def summary(who, found):
    """found: {word: [row…]}"""
    meaningful = len(found["held"]) + len(found["hole"]) + len(found["gap"])
    vacuous = found["absent"] + found["outer layer"]
    yield (f"escape as {who}: {len(found['held'])} of {meaningful} meaningful held, {len(vacuous)} vacuous, "
           f"{len(found['gap'])} documented gaps")
    for word in ("absent", "outer layer", "gap", "hole", "broken"):
        if found[word]:
            yield f"  {word}: {' '.join(row.id for row in found[word])}"


@pytest.mark.parametrize("who", ("root", "user"))
def test_attacks_come_to_what_the_catalogue_says(worlds, who, census, capsys):
    world, tiercel, found = worlds[who], worlds[who].mode.programs / "tiercel", {}
    words = ("held", "works", "gap", "absent", "outer layer", "hole", "broken")
    found, told = {word: [] for word in words}, []
    for row in ROWS:
        free, held = arms(worlds, who, row, tiercel)
        word = settle(row, who, free, held)
        found[word].append(row)
        if word in ("hole", "broken"):
            told.append(f"{row.id} {row.technique}: {word}\n{held.status}: {held.out[-500:]}{held.err[-500:]}")
    world.mode.run([tiercel, "rm", "-f", "--all"], cwd=world.boxed.ws)
    with capsys.disabled():
        print("", *summary(who, found), sep="\n")
    assert not told, "\n".join(told)
    assert world.sentinel.poll() is None
    assert (world.outside / "canary").read_text() == world.token + "\n"
    assert who != "root" or len(found["held"]) >= ENOUGH


def test_no_attack_is_blind(worlds, census):
    """Where nothing but writing is allowed, no attack may say that it got through, unless it needs nothing at all."""
    exempt = {"K-39", "K-40", "PR-26"}  # two need no system call; one takes EPERM as the answer it was after
    world = worlds["root"]
    rows = [row for row in ROWS if row.oracle == "-" and row.control in ("self", "root") and "=" not in row.options
            and row.area != "resources" and row.id not in exempt]
    fooled = [row.id for row in rows if control(world, row, more=("tight=1",)).status == "OPEN"]
    assert not fooled


@pytest.fixture(name="weakened")
def weakened_(programs):
    """weakened("a+b"): the program beside a stage that lacks these walls."""
    if not (BUILD / "ablate").is_dir():
        skip("the programs without walls are not built: make ablate")
    folder = Path(tempfile.mkdtemp(prefix="tiercel-test-"))
    folder.chmod(0o755)

    def make(walls):
        made = folder / walls
        if not made.exists():
            made.mkdir()
            shutil.copy(BUILD / "ablate" / walls / "tiercel-stage", made)
            blind = "gate" in walls.split("+")
            shutil.copy(BUILD / "ablate/tiercel-gate" if blind else programs / "tiercel", made / "tiercel")
        return made / "tiercel"
    yield make
    shutil.rmtree(folder)


def reached(world, tiercel, ids):
    rows = [row for row in ROWS if row.id in ids.split()]
    found = [row.id for row in rows if boxed(world, row, tiercel).reached]
    world.boxed.renew()
    return found


def stands(world, tiercel, walls):
    """Whether this host has the wall at all."""
    if walls == "group":
        return "\ncgroup" in world.mode.run([tiercel, "plan", "--", "true"], cwd=world.boxed.ws).out
    return walls != "cgroup" or world.has_group


def test_each_wall_is_missed(worlds, weakened, programs, census, capsys):
    told = []
    for walls, who, ids in MISSED:
        world = worlds[who]
        if not stands(world, programs / "tiercel", walls):
            told.append(f"  {walls}: SKIP not to be had on this host")
            continue
        found = reached(world, weakened(walls), ids)
        assert found, f"without {walls} every one of {ids} is still held"
        assert not reached(world, programs / "tiercel", ids), f"{walls}: the attacks get through with it as well"
        told.append(f"  {walls}: {' '.join(found)}")
    with capsys.disabled():
        print(f"\nescape ablation: {len(told)} times walls taken away, newly open:", *told, sep="\n")


def test_where_two_walls_stand_either_holds(worlds, weakened, census):
    for walls, who, ids in HOLDS_ALONE:
        assert not reached(worlds[who], weakened(walls), ids), walls


@pytest.mark.parametrize("walls", NEVER_STARTS)
def test_nothing_starts_without(worlds, weakened, census, walls):
    for world in worlds.values():
        done = world.mode.run([weakened(walls), "run", "--", "echo", "started"], cwd=world.boxed.ws)
        assert done.rc == 125 and done.out == "" and done.err.startswith("tiercel: "), done
