# SPDX-License-Identifier: Apache-2.0
"""Attacks of tests/escape, each first shown to work where nothing holds it, then tried in a sandbox."""
import os
import secrets
from collections import Counter
from pathlib import Path

import pytest

from flows import FLOWS
from modes import Mode, remove_tree, skip
from verdict import Arm, boxed, catalogue, control
from world import Realm, World

ROWS = catalogue(Path(__file__).resolve().parent.parent / "escape/catalogue.tsv")
ENOUGH = 120


@pytest.fixture(scope="module", name="worlds")
def worlds_(programs, account):
    """One world for root and one for an ordinary user, in a network of their own."""
    if os.geteuid() != 0:
        skip("needs root, to show that each attack works where nothing holds it")
    if not (programs / "escape/probe").exists():
        skip("the probes are not built: make escape")
    token = "CANARY" + secrets.token_hex(8)
    realm, made, homes = Realm(token), {}, []
    try:
        for who in ("root", "user"):
            home = Path("/root" if who == "root" else account.home) / ("escape-" + secrets.token_hex(4))
            homes.append(home)
            home.mkdir(mode=0o700)
            made[who] = World(Mode(who, account, programs, home), realm, token)
        yield made
    finally:
        for world in made.values():
            world.close()
        realm.leave()
        for home in homes:
            remove_tree(home)


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
    if held.status in ("status 125", "BROKEN"):
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
