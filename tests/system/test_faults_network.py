# SPDX-License-Identifier: Apache-2.0
"""The start of a sandbox whose every port leads to a proxy: each system call made to fail, each process killed."""
import pytest
from test_faults import OUR_FAILS, STAGE, STAGE_FAILS, faults, modes, swept  # pylint: disable=unused-import # noqa: F401

network = pytest.mark.parametrize("faults", [("--allow", "any.example:*")], indirect=True, ids=["network"])
user = pytest.mark.modes("user")


@modes
@network
def test_a_failing_call_of_a_stage(faults):  # noqa: F811
    """Of the sandbox's or of the proxy's."""
    swept(faults, STAGE, STAGE_FAILS)


@user
@network
def test_a_failing_call_of_the_supervisor(faults):  # noqa: F811
    swept(faults, ("supervisor",), OUR_FAILS, faults.main)


@user
@network
def test_kill_of_the_supervisor(faults):  # noqa: F811
    swept(faults, ("supervisor", "supervisor+guard"), (0,))


@user
@network
def test_kill_of_the_others(faults):  # noqa: F811
    swept(faults, ("guard", "spawn", *STAGE), (0,))
