# SPDX-License-Identifier: Apache-2.0
"""What the tests of diff, apply and discard share: trees, acts on them, and how they are compared."""
import json
import os

GIT = "git -c user.name=t -c user.email=t@example.org -c init.defaultBranch=main -c protocol.file.allow=always"


def snapshot(top, skip_git=False):
    """{path: what it is}, with bytes as names: modes, contents, link targets, attributes."""
    found = {}
    for folder, names, files in os.walk(os.fsencode(top)):
        if skip_git:
            names[:] = [n for n in names if n != b".git"]
        for name in names + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            what = [oct(st.st_mode)]
            if os.path.islink(path):
                what.append(os.readlink(path))
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    what.append(file.read() if st.st_size < 1 << 20 else st.st_size)
                what.append({n: os.getxattr(path, n) for n in os.listxattr(path) if n.startswith("user.")})
            found[os.path.relpath(path, os.fsencode(top))] = what
    return found


def shell(tiercel, script, *options, rc=0):
    done = tiercel("run", "-q", *options, "--", "bash", "-c", script)
    assert done.rc == rc, done
    return done


def ran(mode, script, **more):
    """The same on the host, as the same user."""
    done = mode.run(["bash", "-c", script], **more)
    assert done.rc == 0, done
    return done


def twin(mode, script):
    """What the script makes of a copy of the workspace, without any sandbox."""
    ran(mode, f"cp -a {mode.workspace} {mode.home}/twin && cd {mode.home}/twin && {script}", cwd=mode.home)
    return snapshot(mode.home / "twin")


def changes(tiercel, *args):
    return {c["path"]: c for c in json.loads(tiercel("diff", "--json", *args).out)["changes"]}


def kinds(tiercel):
    return {path: c["kind"] for path, c in changes(tiercel).items()}


def nothing_pending(tiercel):
    return tiercel("ps", "-a", "--json").out.strip() in ("", "[]")


# Each does something to the tree of `grown`; the sandbox and the host must come to the same.
ACTS = {
    "opaque": "rm -rf d; mkdir d; echo new >d/new; mkdir -p e; rm -rf e/sub; mkdir -p e/sub/deep",
    "opaque over nothing new": "rm -rf d; mkdir d",
    "kinds": "rm -r d; echo file >d; rm a; mkdir a; echo x >a/x; rm l; echo y >l; rm x; ln -s a x",
    "modes": "chmod 700 a; chmod 755 d; chmod 600 d/one; chmod -x x; mkdir -m 500 closed; chmod 1777 e",
    "links": "ln -sfn b l; ln -s /etc/passwd out; ln -s nowhere dangling; ln -s \"$(printf 'x%.0s' {1..2000})\" long",
    "empty directories": "mkdir -p p/q/r; rmdir empty",
    "attributes": "setfattr -n user.a -v 1 a; setfattr -x user.old x; setfattr -n user.old -v changed e/f; "
                  "echo >n; setfattr -n user.n -v 2 n",
    "odd names": "rm -- -dash $'new\\nline'; echo 1 >$'new\\nline'; echo 2 >$'\\xff\\xfe'; echo 3 >-; echo 4 >'-rf *'; mkdir "
                 "'  '; echo 5 >'  /\\'; echo 6 >$'\\e[31m'; echo 7 >'.. '; mkdir ...; echo 8 >.../.x",
    "big deletion": "rm -rf deep",
    "renames": "mv a b2; mv d d2; mkdir k; mv e/f k/f2; cp x k/; rm x",
    "renames to before": "mv d b0; mv e/f a0; rmdir e/sub e; mv deep/1 -- -1; rm -r deep",
    "swap": "mv a t; mv x a; mv t x; mv d t; mv e d; mv t e",
    "empty files": ": >a; : >n; truncate -s 0 e/f",
    "same again": "cp a t; rm a; cp t a; rm t; touch x; chmod 755 x; mkdir t; rmdir t",
}


def grown(mode):
    """A workspace with a bit of everything."""
    ran(mode, r"""mkdir -p d/sub e/sub empty deep; echo a >a; echo one >d/one; echo two >d/sub/two; echo f >e/f; ln -s a l
        echo x >x; chmod 755 x; setfattr -n user.old -v 1 x; echo dash >-dash; echo nl >$'new\nline'; echo bad >$'\xfe'
        for i in {1..20}; do mkdir -p deep/$i/{a,b,c}; for j in {1..20}; do echo $j >deep/$i/a/$j; done; done""")
