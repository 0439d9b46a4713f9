# SPDX-License-Identifier: Apache-2.0
"""Who runs the program in a system test: root, an ordinary user, or that user inside a user namespace of his own."""
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

TIMEOUT = 60
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MODES = ("root", "user", "userns")


def skip(why):
    """Skips the test that calls it, with the reason in the report."""
    pytest.skip(f"SKIP {why}")


def remove_tree(top):
    """Also what was left without permission to enter it, as overlay's work folders are."""
    for folder, names, _ in os.walk(top):
        for path in (os.path.join(folder, name) for name in names):
            if not os.path.islink(path):
                os.chmod(path, 0o700)
    shutil.rmtree(top)


@dataclass
class Result:
    rc: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self):
        return self.stdout.decode(errors="replace")

    @property
    def err(self):
        return self.stderr.decode(errors="replace")


class Account:
    """An ordinary user, made for the tests and removed after them; without root, whoever runs the tests."""

    def __init__(self):
        self.made = os.geteuid() == 0
        if self.made:
            self.name = "tiercel-test-" + secrets.token_hex(3)
            subprocess.run(["useradd", "-m", "-s", "/bin/bash", self.name], check=True, capture_output=True)
        entry = pwd.getpwnam(self.name) if self.made else pwd.getpwuid(os.geteuid())
        self.name, self.uid, self.gid, self.home = entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir

    def remove(self):
        if self.made:
            subprocess.run(["userdel", "-r", "-f", self.name], check=False, capture_output=True)


class Mode:
    """One way to run the program, with a home of its own for one test."""

    def __init__(self, name, account, programs, home):
        self.name, self.account, self.programs, self.home = name, account, Path(programs), Path(home)
        self.is_root = name == "root"
        self.uid, self.gid = (0, 0) if self.is_root else (account.uid, account.gid)
        self.workspace = self.home / "work"
        self.tmp, self.runtime = self.home / "tmp", self.home / "run"
        self.own(self.home)
        # The store's own folders are made at the first run and stay, as they do for every user.
        store = self.home / ".local/state/tiercel/sandboxes"
        for folder in (self.home, self.workspace, self.tmp, self.runtime, store):
            self.make_dir(folder)

    # --- files that belong to whoever runs ---
    def own(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        return path

    def make_dir(self, path):
        path = Path(path)
        if not path.exists():
            self.make_dir(path.parent)
            path.mkdir(mode=0o700)
            self.own(path)
        return path

    def write(self, path, data, mode=0o644):
        """Writes a file of the user's, relative to the workspace or absolute."""
        path = self.workspace / path
        self.make_dir(path.parent)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        path.chmod(mode)
        return self.own(path)

    @property
    def state_dirs(self):
        """Everything that a sandbox may leave behind in files; what it keeps for review is there too."""
        mine = [self.home / ".local", self.home / ".cache", self.tmp, self.runtime]
        return mine + [Path("/var/lib/tiercel"), Path("/run/tiercel")] if self.is_root else mine

    # --- running ---
    def env(self, extra=None):
        env = {"HOME": str(self.home), "PATH": PATH, "LANG": "C.UTF-8", "TERM": "dumb", "TMPDIR": str(self.tmp),
               "USER": "root" if self.is_root else self.account.name, "SHELL": "/bin/bash"}
        if self.is_root:
            env["XDG_STATE_HOME"] = str(self.home / ".local/state")
        else:
            env["XDG_RUNTIME_DIR"] = str(self.runtime)
        return {k: v for k, v in {**env, **(extra or {})}.items() if v is not None}

    def argv(self, args):
        """The words that run `args` as this mode's user; args[0] is a program or a path."""
        drop = []
        if not self.is_root and os.geteuid() == 0:
            drop = ["setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--init-groups"]
        inside = ["unshare", "-Ur"] if self.name == "userns" else []
        return [*drop, *inside, *map(str, args)]

    def tiercel_argv(self, args):
        return self.argv([self.programs / "tiercel", *args])

    def popen(self, args, cwd=None, env=None, **more):
        """A process in a session of its own; the caller waits for it."""
        return subprocess.Popen(self.argv(args), cwd=cwd or self.workspace, env=self.env(env),
                                start_new_session=True, **more)

    # pylint: disable=redefined-builtin
    def run(self, args, cwd=None, input=None, timeout=TIMEOUT, env=None):
        data = input.encode() if isinstance(input, str) else input
        child = self.popen(args, cwd=cwd, env=env, stdin=subprocess.PIPE if data is not None else subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = child.communicate(data, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            raise AssertionError(f"{args} did not end within {timeout} s\nstdout: {out!r}\nstderr: {err!r}") from None
        return Result(child.returncode, out, err)

    def tiercel(self, args, **more):
        return self.run([self.programs / "tiercel", *args], **more)

    def missing(self):
        """Why this mode cannot be had here, or None."""
        if self.is_root and os.geteuid() != 0:
            return "needs root"
        if self.name == "userns" and self.run(["true"], cwd="/").rc != 0:
            return "an ordinary user may not make user namespaces here"
        return None
