# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the system tests.

`mode` is a Mode (tests/modes.py), once for each of root, user, userns; `@pytest.mark.modes("user")` chooses some.
Every test with a mode is counted before and after (tests/census.py): what it leaves behind fails it.
`@pytest.mark.keeps_state` says that files in the state folders are left on purpose.
"""
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from census import Census, adopt_orphans  # noqa: E402
from modes import MODES, Account, Mode, remove_tree, skip  # noqa: E402

TOP = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("TIERCEL_BUILD", TOP / "build"))
PROGRAMS = ("tiercel", "tiercel-stage", "tiercel-proxy")


def pytest_configure(config):
    config.addinivalue_line("markers", "modes(*names): the modes that a test runs in; all when not given")
    config.addinivalue_line("markers", "keeps_state: sandboxes are left in the state folders on purpose")
    adopt_orphans()


def pytest_generate_tests(metafunc):
    if "mode" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("modes")
        metafunc.parametrize("mode", marker.args if marker else MODES, indirect=True)


@pytest.fixture(scope="session")
def programs():
    """A folder that every user can read, with copies of what was built."""
    lacking = [name for name in PROGRAMS if not (BUILD / name).exists()]
    if lacking:
        skip(f"{' and '.join(lacking)} not built in {BUILD}")
    folder = Path(tempfile.mkdtemp(prefix="tiercel-test-"))
    folder.chmod(0o755)
    for name in PROGRAMS:
        shutil.copy(BUILD / name, folder / name)
    for name in ("escape", "tests"):
        if (BUILD / name).is_dir():
            shutil.copytree(BUILD / name, folder / name)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def account():
    user = Account()
    yield user
    user.remove()


def assert_nothing_left(counted, keeps_state=False):
    left = [x for x in counted.left_over() if not (keeps_state and x.startswith("file "))]
    counted.end_left_over()
    assert not left, "left behind: " + ", ".join(left)
    assert not counted.missing(), "gone from the host: " + ", ".join(counted.missing())


@pytest.fixture
def census():
    """For tests without a mode: asserts that nothing is left over."""
    counted = Census()
    yield counted
    assert_nothing_left(counted)


@pytest.fixture
def mode(request, programs, account):
    name = request.param
    if name == "root" and os.geteuid() != 0:
        skip("needs root")
    home = Path(tempfile.mkdtemp(prefix="tiercel-test-", dir="/root" if name == "root" else account.home))
    try:
        who = Mode(name, account, programs, home)
        why = who.missing()
        if why:
            skip(why)
        counted = Census(who.state_dirs)
        yield who
        assert_nothing_left(counted, request.node.get_closest_marker("keeps_state"))
    finally:
        remove_tree(home)


@pytest.fixture
def tiercel(mode):
    """tiercel(ARG…, cwd=, input=, timeout=, env=) -> Result(rc, stdout, stderr)."""
    def run(*args, **more):
        return mode.tiercel(args, **more)
    return run
