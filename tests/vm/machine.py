# SPDX-License-Identifier: Apache-2.0
"""A virtual machine with a kernel of its own, which runs scripts that a test sends to it."""
import base64
import lzma
import os
import re
import select
import shutil
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = ("virtio_pci", "virtio_blk", "overlay")
GUEST_FILES = ("guest-agent", "guest-plain")
BOOT_SECONDS = 180


class Result:
    def __init__(self, rc, out, err):
        self.rc, self.out, self.err = rc, out, err

    def __repr__(self):
        return f"status {self.rc}\nstdout: {self.out}\nstderr: {self.err}"


class Kernel:
    """A kernel package of the distribution, unpacked: boot/vmlinuz-V and lib/modules/V."""

    def __init__(self, folder):
        folder = Path(folder)
        self.image = next(iter(sorted(folder.glob("boot/vmlinuz-*"))), None)
        self.files = {}
        for path in folder.glob("**/lib/modules/*/kernel/**/*.ko*"):
            self.files[path.name.split(".ko")[0].replace("-", "_")] = path

    def module(self, name):
        data = self.files[name].read_bytes()
        return lzma.decompress(data) if self.files[name].suffix == ".xz" else data

    def with_needed(self, names):
        """The modules in the order in which they can be loaded; what is built in is left out."""
        order = []
        for name in names:
            if name not in self.files or name in order:
                continue
            found = re.search(rb"\0depends=([^\0]*)\0", self.module(name))
            needed = [n.replace("-", "_") for n in found[1].decode().split(",") if n] if found else []
            order += [n for n in [*self.with_needed(needed), name] if n not in order]
        return order


def write_initrd(folder, kernel, programs, following):
    """A folder packed as the first file system: busybox, modules, what is tested, who comes next."""
    tree = Path(folder, "initrd")
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("bin", "modules", "payload"):
        Path(tree, name).mkdir(parents=True)
    shutil.copy(HERE / "guest-init", tree / "init")
    shutil.copy("/usr/bin/busybox" if os.path.exists("/usr/bin/busybox") else "/bin/busybox", tree / "bin/busybox")
    os.symlink("busybox", tree / "bin/sh")
    order = kernel.with_needed(MODULES)
    for name in order:
        (tree / "modules" / (name + ".ko")).write_bytes(kernel.module(name))
    (tree / "modules/order").write_text("".join(name + "\n" for name in order))
    (tree / "next").write_text(following)
    for path in [*programs, *(HERE / name for name in GUEST_FILES)]:
        shutil.copy(path, tree / "payload")
    for path in (tree / "init", *tree.glob("payload/*")):
        path.chmod(0o755)
    names = "".join(str(p.relative_to(tree)) + "\n" for p in [tree, *sorted(tree.rglob("*"))])
    with open(Path(folder, "initrd.cpio"), "wb") as packed:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], cwd=tree, input=names.encode(),
                       stdout=packed, check=True)
    return Path(folder, "initrd.cpio")


class Machine:
    """@folder: for its files. @disk: the system's image, which is not written to. @has_systemd: who is process 1."""

    def __init__(self, folder, kernel, disk, programs, has_systemd):
        following = "/lib/systemd/systemd" if has_systemd else "/opt/tiercel/guest-plain"
        initrd = write_initrd(folder, kernel, programs, following)
        self.console = Path(folder, "console.log")
        self.took = None
        self.buffer = b""
        self.process = subprocess.Popen(
            # Without cx16: emulated, that instruction can lose flags, and the kernel's allocator stumbles.
            ["qemu-system-x86_64", "-M", "pc", "-accel", "tcg", "-cpu", "qemu64,-cx16", "-m", "1024", "-smp", "1",
             "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-nic", "none",
             "-serial", f"file:{self.console}", "-serial", "stdio",
             "-kernel", str(kernel.image), "-initrd", str(initrd),
             "-drive", f"if=virtio,format=raw,snapshot=on,file={disk}",
             "-append", "console=ttyS0 quiet panic=-1 cryptomgr.notests systemd.show_status=0 rw"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ, TMPDIR=str(folder)))
        try:
            begin = time.monotonic()
            self.answer(BOOT_SECONDS, rb"@@ready\n")
            self.took = time.monotonic() - begin
        except AssertionError:
            self.stop()
            raise

    def answer(self, seconds, pattern):
        until = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.buffer)
            if found:
                self.buffer = self.buffer[found.end():]
                return found
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert more, self.last_words("the machine is silent")
            self.buffer += more

    def last_words(self, what):
        return f"{what}, status {self.process.poll()}; its console:\n{self.console.read_text(errors='replace')[-3000:]}"

    def run(self, script, timeout=120):
        """Runs a shell script as root in the machine."""
        assert self.process.poll() is None, self.last_words("the machine is gone")
        self.process.stdin.write(base64.b64encode(script.encode()) + b"\n")
        self.process.stdin.flush()
        found = self.answer(timeout, rb"@@ (\d+) ([A-Za-z0-9+/=]*)\. ([A-Za-z0-9+/=]*)\.\n")
        out, err = (base64.b64decode(x).decode(errors="replace") for x in found.groups()[1:])
        return Result(int(found[1]), out, err)

    def stop(self):
        self.process.kill()
        self.process.wait()
