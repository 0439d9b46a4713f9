# SPDX-License-Identifier: Apache-2.0
"""The project's files as the gates see them, each read once."""
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent


class Tree:
    def __init__(self, top=TOP):
        self.top = top
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=top,
                                capture_output=True, check=True).stdout.decode(errors="replace")
        self.paths = sorted(p for p in set(listed.split("\0")) if p and (top / p).is_file())
        self.cache = {}

    def text(self, path):
        if path not in self.cache:
            self.cache[path] = (self.top / path).read_text(errors="replace")
        return self.cache[path]

    def lines(self, path):
        return len(self.text(path).splitlines())

    def c_files(self, *roots, ext=(".c", ".h")):
        """C files below the given folders (all of the project when none is given)."""
        return [p for p in self.paths if p.endswith(ext)
                and (not roots or p.startswith(tuple(r + "/" for r in roots)))]

    def exists(self, path):
        return (self.top / path).is_file()
