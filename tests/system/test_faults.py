# SPDX-License-Identifier: Apache-2.0
"""Every system call of ours made to fail, every process killed at every step: TIERCEL_SWEEP=full takes all points."""
import errno
import os

import pytest
from conftest import BUILD
from faults import Faults
from modes import skip

IS_FULL = os.environ.get("TIERCEL_SWEEP") == "full"
SAMPLE = 28  # points a test, spread over all steps
STAGE = ("stage", "helper", "init", "command")
STAGE_FAILS = (errno.ENOMEM, errno.EPERM, errno.EINTR)
OUR_FAILS = (errno.ENOMEM, errno.EMFILE, errno.EINTR)
REVIEW, DIRECT, TERMINAL = (), ("--mode", "direct"), ("-t",)


@pytest.fixture
def faults(mode, request):
    folder = BUILD / "faults"
    if not (folder / "inject").exists():
        skip(f"the injector is not built in {folder}")
    return Faults(mode, folder, request.param)


def sampled(points):
    """All of them, or some at a stride that walks through every step and every error."""
    if IS_FULL or len(points) <= SAMPLE:
        return points
    return [points[i * len(points) // SAMPLE] for i in range(SAMPLE)]


def swept(faults, roles, errors, first=0):
    points = [(role, at, error) for role in roles for at in range(first + 1, faults.steps(role) + 1)
              for error in errors]
    wrong, missed = [], 0
    for point in sampled(points):
        found = faults.wrong(point)
        missed += found is None
        wrong += found or []
    print(f"{len(sampled(points))} of {len(points)} points, {missed} not reached, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)


modes = pytest.mark.modes("root", "user")
both = pytest.mark.parametrize("faults", [REVIEW, DIRECT], indirect=True, ids=["review", "direct"])
terminal = pytest.mark.parametrize("faults", [REVIEW, TERMINAL], indirect=True, ids=["review", "terminal"])
review = pytest.mark.parametrize("faults", [REVIEW], indirect=True, ids=["review"])


@modes
@terminal
def test_a_failing_call_of_the_stage(faults):
    """Works with every wall, or 125, one line, and no payload."""
    swept(faults, STAGE, STAGE_FAILS)


@modes
@both
def test_a_failing_call_of_the_supervisor(faults):
    """The same; before main there is nobody who could say a word."""
    swept(faults, ("supervisor",), OUR_FAILS, faults.main)


@modes
@both
def test_kill_of_the_supervisor(faults):
    """Alone, and together with the process that cleans up after it."""
    swept(faults, ("supervisor", "supervisor+guard"), (0,))


@modes
@review
def test_kill_of_the_others(faults):
    swept(faults, ("guard", "spawn", *STAGE), (0,))
