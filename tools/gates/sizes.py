# SPDX-License-Identifier: Apache-2.0
"""Ceilings on files, functions, headers and on what the stage links. There is no exception list."""
import subprocess

from gates import csource, includes

FILE_LINES = 600
MAKEFILE_LINES = 300
HEADER_LINES = 80
HEADER_FUNCTIONS = 8
STAGE_LINES = 6000
FUNCTION = (
    ("lines", 70, lambda f: f.lines),
    ("parameters", 5, lambda f: f.parameters),
    ("levels of nesting", 3, lambda f: csource.nesting(f.body)),
    ("complexity", 15, lambda f: csource.complexity(f.body)),
)
SOURCE = (".c", ".h", ".py", ".sh")


def is_source(tree, path):
    return path.endswith(SOURCE) or ("." not in path.rsplit("/", 1)[-1] and tree.text(path).startswith("#!"))


def files(tree):
    for path in tree.paths:
        limit = MAKEFILE_LINES if path == "Makefile" else FILE_LINES
        if (path == "Makefile" or is_source(tree, path)) and tree.lines(path) > limit:
            yield f"{path}: {tree.lines(path)} lines, at most {limit}"


def functions(tree):
    for path in tree.c_files():
        for f in csource.functions(tree.text(path)):
            for what, limit, measure in FUNCTION:
                if measure(f) > limit:
                    yield f"{path}:{f.line}: {f.name}: {what} {measure(f)}, at most {limit}"


def headers(tree):
    """The public header is the one place that shows everything, so only rooms' headers are held to this.

    A main.c shows nothing, and a command shows its row alone, which stands in cmd/rows.h.
    """
    for path in tree.c_files("src", ext=(".h",)):
        text = tree.text(path)
        count = len(csource.declarations(text)) + len(csource.functions(text))
        if tree.lines(path) > HEADER_LINES:
            yield f"{path}: {tree.lines(path)} lines, a header has at most {HEADER_LINES}"
        if count > HEADER_FUNCTIONS:
            yield f"{path}: {count} functions, a header has at most {HEADER_FUNCTIONS}"
    for path in tree.c_files("src", ext=(".c",)):
        if not path.endswith("/main.c") and not path.startswith("src/cmd/cmd_") and not tree.exists(path[:-1] + "h"):
            yield f"{path}: has no header of the same name"


def stage_files(tree):
    """What the stage is built from, by the Makefile's word, with every header of ours it reaches."""
    said = subprocess.run(["make", "-s", "--no-print-directory", "stage-sources"], cwd=tree.top,
                          capture_output=True, text=True, check=True).stdout.split()
    seen, todo = set(), list(said)
    while todo:
        path = todo.pop()
        if path in seen or not tree.exists(path):
            continue
        seen.add(path)
        todo += ["src/" + name for name in includes.included(tree, path)]
    return sorted(seen)


def stage(tree):
    total = sum(tree.lines(path) for path in stage_files(tree))
    if total > STAGE_LINES:
        yield f"tiercel-stage: {total} lines with all it links, at most {STAGE_LINES}"
