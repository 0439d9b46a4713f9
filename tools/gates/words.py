# SPDX-License-Identifier: Apache-2.0
"""What may not be written: marks of unfinished work, constructs that the project does without."""
import re

from gates import csource

EVERYWHERE = ((re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "unfinished work belongs in an issue"),)
IN_C = (
    (re.compile(r"\bgoto\b"), "no goto: cleanup attributes"),
    (re.compile(r"\btypedef\b"), "no typedef: struct and enum names"),
    (re.compile(r"\b(?:strcpy|strcat|strncat|v?sprintf|strtok(?:_r)?|ato[ifl]l?|strtou?ll?|system|popen|gets"
                r"|alloca|dup)\s*\("), "banned call: struct buf, num_*, fd_*"),
)
# Only cmd/ and a program's main.c print or end the process; a child ends by _exit.
SPEAKS = re.compile(r"(?<![\w.>])(?:v?printf|puts|putchar|perror|exit|err|errx|warn|warnx)\s*\("
                    r"|\b(?:v?fprintf|fputs|fputc|putc)\s*\([^;]*\bstd(?:err|out)\b")
THESE_GATES = "tools/gates/"
HEAD = re.compile(r"/\* SPDX-License-Identifier: Apache-2\.0 \*/\n/\* \S[^\n]* \*/\n")


def lines_with(path, text, rules):
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, why in rules:
            hit = pattern.search(line)
            if hit:
                yield f"{path}:{number}: {hit.group(0).strip()}: {why}"


def words(tree):
    for path in tree.paths:
        if not path.startswith(THESE_GATES) and path != "LICENSE" and not path.startswith("tests/fuzz/corpus/"):
            yield from lines_with(path, tree.text(path), EVERYWHERE)
    for path in tree.c_files():
        code = csource.without_comments(tree.text(path))
        if path != "src/base/banned.h":
            yield from lines_with(path, code, IN_C)
        if path.startswith("src/") and not path.startswith("src/cmd/") and not path.endswith("/main.c"):
            yield from lines_with(path, code, ((SPEAKS, "only cmd/ and main.c print or exit"),))


def heads(tree):
    for path in tree.c_files():
        if not HEAD.match(tree.text(path)):
            yield f"{path}: begins with the licence line and one comment line on the file's job"


def globals_(tree):
    """A variable at file scope is const, or it is a global; extern ones are what another file owns."""
    for path in tree.c_files("src"):
        for head, body in csource.top_level(tree.text(path)):
            texts = [t.text for t in head]
            if body is not None or len(texts) < 2 or csource.called(head) or "const" in texts:
                continue
            kind = texts[0] if texts[0] != "static" else texts[1]
            defines = kind in ("struct", "enum", "union") and "=" not in texts and (
                len(texts) == 2 or texts[-1] == "{}" or "__attribute__" in texts)
            if not defines and kind not in ("typedef", "_Static_assert", "extern"):
                yield f"{path}:{head[0].line}: {' '.join(texts[:6])}: no globals; module state is static const"


def comments(tree):
    """Each prototype of a header has a comment right above, or stands right below one that has.

    Destructors say all by their name: they take half-built and empty objects and give everything back.
    """
    for path in tree.c_files("src", "include", ext=(".h",)):
        lines = tree.text(path).splitlines()
        documented = -1
        for name, first, last in csource.declarations(tree.text(path)):
            above = lines[first - 2].rstrip() if first > 1 else ""
            if above.endswith("*/") or documented == first - 1:
                documented = last
            elif not name.endswith(("_cleanup", "_done", "_free", "_close")):
                yield f"{path}:{first}: {name} has no doc comment"
