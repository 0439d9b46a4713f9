# SPDX-License-Identifier: Apache-2.0
"""Each gate finds what it is for, and lets good code pass."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools"))
from gates import csource, includes, sizes, words  # noqa: E402

HEAD = "/* SPDX-License-Identifier: Apache-2.0 */\n/* A file. */\n"


class Planted:
    """A tree of files that exist only here."""

    def __init__(self, **files):
        self.files = {path.replace("__", "/").replace("_dot_", "."): text for path, text in files.items()}
        self.paths = sorted(self.files)

    def text(self, path):
        return self.files[path]

    def lines(self, path):
        return len(self.files[path].splitlines())

    def exists(self, path):
        return path in self.files

    def c_files(self, *roots, ext=(".c", ".h")):
        return [p for p in self.paths if p.endswith(ext) and (not roots or p.startswith(tuple(r + "/" for r in roots)))]


def offences(gate, **files):
    return "\n".join(gate(Planted(**files)))


def body(code):
    [function] = csource.functions("static int f(int a)\n{\n" + code + "\n}\n")
    return function.body


@pytest.mark.parametrize("depth, code", [
    (0, "return a;"),
    (1, "if (a) return 1; else if (a > 2) return 2; else return 3;"),
    (2, "for (;;) { if (a) break; }"),
    (3, "while (a) switch (a) { case 1: if (a) return 1; }"),
    (4, "do { for (;;) if (a) { if (a > 1) return 2; } } while (a);"),
    (2, "for_each(x, list) { if (x) return 1; }"),
    (0, "struct p x = { .a = 1, .b = { 2, 3 } }; return x.a;"),
])
def test_nesting(depth, code):
    assert csource.nesting(body(code)) == depth


@pytest.mark.parametrize("count, code", [
    (1, "return a;"),
    (4, "if (a && a > 2) return a ? 1 : 2;"),
    (3, "switch (a) { case 1: case 2: return 1; case 3: break; }"),
    (1, 'return "if (a && b)"[0]; /* if while for */'),
])
def test_complexity(count, code):
    assert csource.complexity(body(code)) == count


def test_functions_are_found_and_measured():
    text = ('#define X(a) {\n__attribute__((format(printf, 2, 3))) static void f(int a, const char *fmt, ...)\n{\n}\n'
            "struct s {\n\tint (*call)(int);\n};\nstatic const struct s t = { 0 };\n"
            "int g(void (*cb)(int, int), struct s *s)\n{\n\treturn s->call(1);\n}\n")
    found = [(f.name, f.line, f.lines, f.parameters, f.is_static) for f in csource.functions(text)]
    assert found == [("f", 2, 3, 2, True), ("g", 9, 4, 2, False)]


def test_ceilings_of_functions():
    long = "int f(int a, int b, int c, int d, int e, int g)\n{\n" + "\ta++;\n" * 70 + "}\n"
    said = offences(sizes.functions, src__base__x_dot_c=long)
    assert "f: lines 73" in said and "f: parameters 6" in said


def test_ceilings_of_files_and_headers():
    assert "601 lines" in offences(sizes.files, src__base__x_dot_c="\n" * 601)
    many = "".join(f"/* f{n} */\nint f{n}(void);\n\n" for n in range(9))
    assert "9 functions" in offences(sizes.headers, src__base__x_dot_h=many)
    assert "no header" in offences(sizes.headers, src__base__x_dot_c="")


def test_rooms_keep_to_their_neighbours():
    said = offences(includes.check, src__linux__x_dot_c='#include "plan/op.h"\n', src__plan__op_dot_h="")
    assert 'linux may not include "plan/op.h"' in said
    said = offences(includes.check, src__tier__x_dot_c='#include "linux/host.h"\n', src__linux__host_dot_h="",
                    src__tier__y_dot_c='#include "linux/mount.h"\n', src__linux__mount_dot_h="")
    assert said == 'src/tier/y.c: tier may not include "linux/mount.h"'
    assert "not in the table" in offences(includes.check, src__utils__x_dot_c="")


def test_circles_are_found():
    said = offences(includes.check, src__base__a_dot_h='#include "base/b.h"\n',
                    src__base__b_dot_h='#include "base/a.h"\n')
    assert "headers include each other in a circle: src/base/a.h -> src/base/b.h" in said


@pytest.mark.parametrize("line", ["goto out;", "typedef int x;", "strcpy(a, b);", "x = dup(1);", "/* TO" "DO: more */",
                                  'printf("x");', 'fprintf(stderr, "x");', "exit(1);"])
def test_words_that_may_not_be_written(line):
    assert offences(words.words, src__base__x_dot_c=line)


@pytest.mark.parametrize("line", ['const char *x = "goto";', "_exit(1);", "dup3(a, b, O_CLOEXEC);", "snprintf(a, 1, b);",
                                  "on->exit(1);", "/* says: exit (1) */"])
def test_words_that_may(line):
    assert not offences(words.words, src__base__x_dot_c=line)


def test_heads_globals_and_comments():
    assert offences(words.heads, src__base__x_dot_c="int x;\n")
    assert not offences(words.heads, src__base__x_dot_c=HEAD)
    for bad in ("static int count;\n", "struct s *current;\n", "static struct s t = { 0 };\n", "char x[9];\n"):
        assert offences(words.globals_, src__base__x_dot_c=bad), bad
    for good in ("struct s;\n", "struct s {\n\tint a;\n};\n", "enum e { A };\n", "static const struct s t = { 0 };\n",
                 "static int f(int);\n", "_Static_assert(sizeof(int) == 4, \"int\");\n"):
        assert not offences(words.globals_, src__base__x_dot_c=good), good
    assert "f has no doc comment" in offences(words.comments, src__base__x_dot_h="int f(void);\n")
    assert not offences(words.comments, src__base__x_dot_h="/*\n * f - x.\n */\nint f(void);\nint g(void);\n")
