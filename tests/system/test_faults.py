# SPDX-License-Identifier: Apache-2.0
"""Every system call of the stage made to fail, every process killed at every step; TIERCEL_SWEEP=full takes them all."""
import errno
import os

import pytest
from conftest import BUILD
from faults import FAILS, Faults
from modes import skip

IS_FULL = os.environ.get("TIERCEL_SWEEP") == "full"
SAMPLE = 40  # points a test, spread over all steps


@pytest.fixture
def faults(mode):
    folder = BUILD / "faults"
    if not (folder / "inject").exists():
        skip(f"the injector is not built in {folder}")
    return Faults(mode, folder)


def sampled(points):
    """All of them, or some at a stride that walks through every step and every error."""
    if IS_FULL or len(points) <= SAMPLE:
        return points
    return [points[i * len(points) // SAMPLE] for i in range(SAMPLE)]


def swept(faults, points):
    wrong, missed = [], 0
    for point in sampled(points):
        found = faults.wrong(point)
        missed += found is None
        wrong += found or []
    print(f"{len(sampled(points))} of {len(points)} points, {missed} not reached, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)


def points_of(faults, roles, errors):
    return [(role, at, error) for role in roles for at in range(1, len(faults.calls.get(role, ())) + 1)
            for error in errors]


@pytest.mark.modes("root", "user")
def test_a_failing_call_of_the_stage(faults):
    """Works with every wall, or 125, one line, and no payload."""
    swept(faults, points_of(faults, ("stage", "helper", "init", "command"), FAILS))


@pytest.mark.modes("root", "user")
def test_a_failing_call_of_the_supervisor(faults):
    """The same; before main there is nobody who could say a word."""
    points = points_of(faults, ("supervisor",), (errno.ENOMEM, errno.EMFILE, errno.EINTR))
    swept(faults, [point for point in points if point[1] > faults.main])


@pytest.mark.modes("root", "user")
def test_kill_of_the_supervisor(faults):
    swept(faults, points_of(faults, ("supervisor",), (0,)))


@pytest.mark.modes("root", "user")
def test_kill_of_the_stage(faults):
    swept(faults, points_of(faults, ("guard", "spawn", "stage", "helper", "init", "command"), (0,)))
