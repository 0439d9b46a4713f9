# SPDX-License-Identifier: Apache-2.0
"""Machines for tests of what this host's kernel lacks. Run by `make vm-test`, not by ./test: see CONTRIBUTING.md."""
import os
import tempfile
from pathlib import Path

import pytest

from machine import Kernel, Machine

IMAGE = os.environ.get("TIERCEL_VM")
BUILD = Path(os.environ.get("TIERCEL_BUILD", Path(__file__).resolve().parent.parent.parent / "build"))
collect_ignore_glob = [] if IMAGE else ["test_*.py"]


def booted(has_systemd):
    programs = [BUILD / "tiercel", BUILD / "tiercel-stage"]
    with tempfile.TemporaryDirectory(prefix="tiercel-vm-") as folder:
        machine = Machine(folder, Kernel(Path(IMAGE, "kernel")), Path(IMAGE, "root.img"), programs, has_systemd)
        print(f"\nmachine {'with' if has_systemd else 'without'} systemd: up after {machine.took:.1f} s")
        try:
            yield machine
        finally:
            machine.stop()


@pytest.fixture(scope="session")
def plain():
    """A machine whose process 1 is a script: nobody but us uses control groups."""
    yield from booted(False)


@pytest.fixture(scope="session")
def systemd():
    """A machine with systemd, and a user manager for "user"."""
    yield from booted(True)
