# SPDX-License-Identifier: Apache-2.0
"""The program starts, says who it is, and refuses what it does not know."""
import re


def test_version(tiercel):
    done = tiercel("--version")
    assert done.rc == 0, done.err
    assert re.fullmatch(r"tiercel \d+\.\d+\.\d+\n", done.out)


def test_unknown_command_is_125(tiercel):
    done = tiercel("fly")
    assert done.rc == 125
    assert done.stdout == b""
    assert done.err.startswith("tiercel: ") and "fly" in done.err


def test_no_command_is_125(tiercel):
    done = tiercel()
    assert done.rc == 125
    assert done.err != ""
