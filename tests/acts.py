# SPDX-License-Identifier: Apache-2.0
"""Random acts on a tree of files: acts.py SEED TOP. The same seed on the same tree does the same."""
import os
import random
import shutil
import sys

NAMES = ("a", "b", "c", "d", "e", ".git", "x y", "-z")
MODES = (0o755, 0o644, 0o700, 0o600)
TEXTS = ("", "x\n", "hello\n" * 3, "\0bytes")


def is_dir(path):
    return os.path.isdir(path) and not os.path.islink(path)


def is_file(path):
    return os.path.isfile(path) and not os.path.islink(path)


def is_below(path, top):
    """Or is it."""
    return (os.path.abspath(path) + "/").startswith(os.path.abspath(top) + "/")


def remove(path):
    if is_dir(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def write(_, old, new):
    if is_dir(new) or os.path.islink(new):
        remove(new)
    with open(new, "w", encoding="ascii") as file:
        file.write(old)


def move(_, old, new):
    if old and not is_below(old, new) and not is_below(new, old):
        remove(new)
        shutil.move(old, new)


def make_dir(dice, _, new):
    if dice.random() < 0.3:
        remove(new)
    os.makedirs(new, exist_ok=True)


def link(dice, _, new):
    remove(new)
    os.symlink(dice.choice(("a", "b/c", "../x", "/etc", "nowhere")), new)


def change_mode(dice, old, _):
    mode = dice.choice(MODES)
    if old and not os.path.islink(old):
        os.chmod(old, mode | (0o100 if is_dir(old) else 0))


def append(_, old, __):
    if old and is_file(old):
        with open(old, "a", encoding="ascii") as file:
            file.write("more\n")


def label(dice, old, _):
    value = dice.choice((b"1", b"2"))
    if old and not os.path.islink(old):
        os.setxattr(old, "user.t", value)


def drop(_, old, __):
    if old:
        remove(old)


def again(_, old, __):
    """The same bytes in a new file."""
    if old and is_file(old):
        with open(old, "rb") as file:
            data = file.read()
        remove(old)
        with open(old, "wb") as file:
            file.write(data)


def create(dice, _, new):
    write(None, dice.choice(TEXTS), new)


ACTS = (create, create, make_dir, drop, move, move, link, change_mode, append, label, again)


def everything():
    found = []
    for folder, names, files in os.walk("."):
        names.sort()
        found += [os.path.join(folder, name) for name in sorted(names + files)]
    return sorted(found)


def main(seed, top):
    os.chdir(top)
    dice = random.Random(seed)
    for _ in range(dice.randint(3, 40)):
        paths = everything()
        act = dice.choice(ACTS)
        new = os.path.join(dice.choice(["."] + [p for p in paths if is_dir(p)]), dice.choice(NAMES))
        old = dice.choice(paths) if paths else None
        try:
            act(dice, old, new)
        except (NotADirectoryError, FileExistsError, IsADirectoryError):
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
