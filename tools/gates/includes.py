# SPDX-License-Identifier: Apache-2.0
"""Who may include whom, and that nobody includes in circles."""
import re

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)

# room: rooms, or single headers, that it may include beside its own.
# cmd and serve are to use tiercel.h and base alone. Until the public library is published, cmd stands
# where the library will stand and drives the rooms itself; its row shrinks when tiercel.h exists.
MAY = {
    "base": set(),
    "linux": {"base"},
    "policy": {"base"},
    "plan": {"base"},
    "tier": {"base", "policy", "plan", "linux/host.h"},
    "stage": {"base", "plan", "linux"},
    # A run prepares what the review will read, so sandbox stands on review and never the other way.
    "sandbox": {"base", "linux", "policy", "plan", "tier", "review"},
    "review": {"base", "linux", "policy", "plan", "tier"},
    "image": {"base", "plan"},
    "proxy": {"base", "plan"},
    "vm": {"base", "plan"},
    "serve": {"base", "tiercel.h"},
    "cmd": {"base", "tiercel.h", "sandbox", "review", "policy", "plan", "tier", "linux/host.h"},
}


def included(tree, path):
    return [name for mark, name in INCLUDE.findall(tree.text(path)) if mark == '"']


def circles(graph):
    """Each cycle of a graph once, as a list of names."""
    found, done = [], set()

    def visit(node, trail):
        if node in trail:
            cycle = trail[trail.index(node):]
            if set(cycle) not in [set(c) for c in found]:
                found.append(cycle)
            return
        if node in done:
            return
        for other in sorted(graph.get(node, ())):
            visit(other, trail + [node])
        done.add(node)

    for node in sorted(graph):
        visit(node, [])
    return found


def one_file(tree, path, rooms, headers):
    room = path.split("/")[1]
    may = MAY.get(room)
    if may is None:
        yield f"{path}: room '{room}' is not in the table of tools/gates/includes.py"
        return
    for name in included(tree, path):
        other = name.split("/")[0]
        if not (tree.exists("src/" + name) or tree.exists("include/" + name)):
            yield f'{path}: "{name}" is no path from src/ or include/'
        elif other != room and other not in may and name not in may:
            yield f'{path}: {room} may not include "{name}"'
        rooms.setdefault(room, set()).update({other} - {room} if "/" in name else ())
        if path.endswith(".h"):
            headers.setdefault("src/" + name, set())
            headers.setdefault(path, set()).add("src/" + name)


def own_first(tree, path):
    own = path[len("src/"):-1] + "h"
    names = [name for _, name in INCLUDE.findall(tree.text(path))]
    if path.endswith(".c") and tree.exists("src/" + own) and names[:1] != [own]:
        yield f'{path}: "{own}" is to be its first include'


def check(tree):
    rooms, headers = {}, {}
    for path in tree.c_files("src"):
        yield from one_file(tree, path, rooms, headers)
        yield from own_first(tree, path)
    for cycle in circles(rooms):
        yield "rooms include each other in a circle: " + " -> ".join(cycle)
    for cycle in circles(headers):
        yield "headers include each other in a circle: " + " -> ".join(cycle)
