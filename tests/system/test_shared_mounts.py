# SPDX-License-Identifier: Apache-2.0
"""Where mounts are shared, as systemd makes them on every host that it runs: nothing of ours may spread from the sandbox."""
import os
import shlex
import subprocess

import pytest

from modes import skip


@pytest.mark.modes("root", "user")
def test_no_mount_reaches_a_host_whose_mounts_are_shared(mode):
    if os.geteuid() != 0:
        skip("needs root, to share the mounts of a namespace made for this test")
    run = shlex.join(mode.tiercel_argv(["run", "--", "cat", "/etc/hostname"]))
    script = f"""mount --make-rshared /
        before=$(cat /proc/self/mountinfo)
        {run} || exit 3
        {run} || exit 4
        [ "$before" = "$(cat /proc/self/mountinfo)" ] || {{ cat /proc/self/mountinfo; exit 5; }}"""
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=mode.workspace, env=mode.env(), timeout=60,
                          capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
