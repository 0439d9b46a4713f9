# SPDX-License-Identifier: Apache-2.0
"""The host that escape probes aim at: secrets, services, processes, terminals, all of them made for the test.

A Realm is the network that everything happens in, a namespace of its own. A World is what one user owns in it; it
has two scenes, one for attacks that nothing holds and one for those from inside a sandbox.
"""
import ctypes
import os
import secrets
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
IPC_CREAT, IPC_RMID = 0o1000, 0
TCP_FASTOPEN = 23
DISK_BYTES = 4 << 30
LAN, META, META6, FAR = "192.0.2.77", "169.254.169.254", "fd00:ec2::254", "203.0.113.9"
LINK = "escape-link"
CREDENTIALS = (".ssh/id_ed25519", ".aws/credentials", ".netrc", ".git-credentials", ".npmrc", ".docker/config.json",
               ".bash_history", ".gnupg/secring.gpg", ".password-store/site.gpg", ".mozilla/firefox/logins.json")
PROGRAMS = ("probe", "setuid", "filecap")
# CAP_SETUID, permitted and effective, as capabilities(7) lays out version 2.
FILE_CAPABILITY = bytes.fromhex("01000002" "80000000" "00000000" "00000000" "00000000")


def sys_call(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), what)
    return result


class Realm:
    """Services on every address of a network namespace; `count` says how often each was reached."""

    def __init__(self, token):
        self.token, self.count, self.sockets = token.encode(), {"accept": 0, "datagram": 0}, selectors.DefaultSelector()
        self.pulse = None
        self.home_fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        sys_call(LIBC.unshare(CLONE_NEWNET), "unshare")
        for words in (f"link add {LINK} type bridge", "link set lo up", f"addr add {LAN}/32 dev lo",
                      f"addr add {META}/32 dev lo", f"addr add {FAR}/32 dev lo", f"addr add {META6}/128 dev lo nodad"):
            subprocess.run(["ip", *words.split()], check=True)
        Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647\n")
        tcp = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        tcp.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 16)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("0.0.0.0", 0))
        self.port, self.udp = tcp.getsockname()[1], udp.getsockname()[1]
        self.listen = self.port + 1 if self.port < 65535 else self.port - 1
        self.abstract = "escape-" + secrets.token_hex(6)
        self.serve(tcp)
        self.serve(udp)
        self.serve_unix("\0" + self.abstract)
        self.pulse = self.serve_unix("\0" + self.abstract + "-pulse")
        threading.Thread(target=self.run, daemon=True).start()

    def serve(self, sock):
        sock.setblocking(False)
        self.sockets.register(sock, selectors.EVENT_READ)

    def serve_unix(self, name, uid=0):
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(name)
        if name[0] != "\0":
            os.chmod(name, 0o600)
            os.chown(name, uid, -1)
        sock.listen(16)
        self.serve(sock)
        return sock

    def run(self):
        while True:
            for key, _ in self.sockets.select():
                try:
                    self.answer(key.fileobj)
                except OSError:
                    pass  # whoever called is gone again

    def answer(self, sock):
        if sock.type == socket.SOCK_DGRAM:
            _, caller = sock.recvfrom(512)
            self.count["datagram"] += 1
            sock.sendto(self.token, caller)
            return
        caller, _ = sock.accept()
        self.count["accept"] += sock is not self.pulse
        with caller:
            caller.sendall(self.token)

    def reached(self, kind):
        """How often; whoever called before this is counted, for two rounds of the server have passed since."""
        for _ in range(2):
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(self.pulse.getsockname())
                caller.recv(64)
        return self.count[kind]

    def leave(self):
        LIBC.setns(self.home_fd, CLONE_NEWNET)
        os.close(self.home_fd)
        for key in list(self.sockets.get_map().values()):
            self.sockets.unregister(key.fileobj)
            key.fileobj.close()


class Disk:
    """A file system of its own where one can be had: what others write on the machine then changes no figure."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="escape-disk-", dir="/srv"))
        self.folder.chmod(0o755)
        self.image = Path(tempfile.mkdtemp(prefix="escape-disk-", dir="/var/tmp")) / "image"
        with open(self.image, "wb") as file:
            file.truncate(DISK_BYTES)
        steps = (["mkfs.ext4", "-q", "-F", "-m", "0", self.image], ["mount", "-o", "loop", self.image, self.folder])
        self.is_mounted = all(subprocess.run(step, capture_output=True, check=False).returncode == 0 for step in steps)

    def remove(self):
        if self.is_mounted:
            subprocess.run(["umount", self.folder], check=True)
        shutil.rmtree(self.folder)
        shutil.rmtree(self.image.parent)


class Scene:
    """A home directory with secrets in it, and a workspace below it with bait."""

    def __init__(self, mode, home, probe, token):
        self.mode, self.home, self.ws, self.token = mode, Path(home), Path(home) / "work", token
        for name in CREDENTIALS:
            mode.write(self.home / name, token + "\n", 0o600)
        mode.write(self.home / "secret", token + "\n", 0o600)
        mode.write(self.home / ".config/tiercel/policy.yaml", "version: 1\n")
        mode.make_dir(self.ws)
        self.programs(probe)
        self.bait()

    def programs(self, probe):
        """Set-user-id, with a capability, a device node: what no attack changes stays from one to the next."""
        for name in PROGRAMS:
            shutil.copy(probe, self.ws / name)
        self.mode.own(self.ws / "probe")
        os.chmod(self.ws / "setuid", 0o4755)
        os.setxattr(self.ws / "filecap", "security.capability", FILE_CAPABILITY)
        os.mknod(self.ws / "node", 0o20666, os.makedev(1, 3))
        os.chmod(self.ws / "node", 0o666)

    def bait(self):
        for name, text in ((".env", self.token), ("plain", "x"), ("dir/keep", "x"), (".git/config", "[core]\n"),
                           (".git/HEAD", "ref: refs/heads/main\n"), ("readonly", "kept\n")):
            self.mode.write(self.ws / name, text)
        self.mode.make_dir(self.ws / ".git/hooks")
        os.chmod(self.ws / "readonly", 0o444)

    def renew(self):
        """What an attack left in the workspace goes; the mounts of a control too."""
        while LIBC.umount2(os.fsencode(self.ws / "mnt"), 2) == 0:
            pass
        for path in self.ws.iterdir():
            if path.name in (*PROGRAMS, "node"):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        self.bait()


class World:
    """One user's part of the host. `args` are what the probes are told."""

    def __init__(self, mode, realm, token):
        self.mode, self.realm, self.token = mode, realm, token
        self.marker = "MARKER" + secrets.token_hex(8)
        self.outside = Path(tempfile.mkdtemp(prefix="escape-", dir=mode.home.parent))
        self.outside.chmod(0o755)
        mode.own(self.outside)
        for name in ("canary", "touched"):
            mode.write(self.outside / name, token + "\n")
        realm.serve_unix(str(self.outside / "sock"), mode.uid)
        self.control_socket = mode.make_dir(mode.runtime / "tiercel") / "control"
        realm.serve_unix(str(self.control_socket), mode.uid)
        self.devshm = Path("/dev/shm") / self.outside.name
        mode.write(self.devshm, token)
        probe = mode.programs / "escape/probe"
        self.free = Scene(mode, mode.make_dir(mode.home / "free"), probe, token)
        self.boxed = Scene(mode, mode.home, probe, token)
        self.pts_master, self.pts = os.openpty()
        os.set_blocking(self.pts_master, False)
        mode.own(os.ttyname(self.pts))
        self.ipc_make()
        self.group = Path("/sys/fs/cgroup/systemd", self.outside.name)
        self.has_group = Path("/sys/fs/cgroup/systemd/cgroup.procs").exists()
        if self.has_group:
            self.group.mkdir()
        self.signals = 0
        self.sentinel_start(probe)

    def ipc_make(self):
        self.shm_key = secrets.randbelow(1 << 30) + 1
        self.shm = sys_call(LIBC.shmget(self.shm_key, 4096, IPC_CREAT | 0o666), "shmget")
        LIBC.shmat.restype = ctypes.c_void_p
        at = LIBC.shmat(self.shm, None, 0)
        ctypes.memmove(at, self.token.encode(), len(self.token))
        LIBC.shmdt(ctypes.c_void_p(at))

    def sentinel_start(self, probe):
        self.sentinel = subprocess.Popen(
            self.mode.argv([probe, "sentinel", f"marker={self.marker}", f"canary={self.outside / 'canary'}"]),
            cwd=self.outside, stdout=subprocess.PIPE, env=self.env(), start_new_session=True)
        _, self.addr, self.fd = self.sentinel.stdout.readline().decode().split()

    def env(self):
        """What a careless user has in his environment."""
        return {**self.mode.env(), "AWS_SECRET_KEY": self.token, "GITHUB_TOKEN": self.token,
                "http_proxy": f"http://user:{self.token}@proxy:1/", "SSH_AUTH_SOCK": str(self.outside / "sock"),
                "GPG_AGENT_INFO": str(self.outside / "sock")}

    def args(self, scene):
        said = {"canary": self.outside / "canary", "home_canary": scene.home / "secret", "ws": scene.ws,
                "home": scene.home, "pid": self.sentinel.pid, "fd": self.fd, "addr": self.addr,
                "touched": self.outside / "touched", "devshm": self.devshm, "pts": os.ttyname(self.pts),
                "group": self.outside.name, "shm": self.shm_key, "mq": "/none", "port": self.realm.port,
                "udp": self.realm.udp, "listen": self.realm.listen, "lan": LAN, "meta": META, "meta6": META6,
                "far": FAR, "abstract": self.realm.abstract, "sock": self.outside / "sock", "link": LINK,
                "control": self.control_socket, "key": self.outside.name, "token": self.outside.name,
                "residue": self.outside.name, "files": 17000, "log": "/var/log/dpkg.log"}
        return [f"{name}={value}" for name, value in said.items()]

    def signals_seen(self):
        """How many reached the sentinel; one of our own, which it hears last, says that it has caught up."""
        last, said = b"SIGNAL %d\n" % signal.SIGWINCH, b""
        self.sentinel.send_signal(signal.SIGWINCH)
        while not said.endswith(last):
            more = os.read(self.sentinel.stdout.fileno(), 1 << 16)
            assert more, "the sentinel is gone"
            said += more
        self.signals += said.count(b"SIGNAL") - said.count(last)
        return self.signals

    def pts_seen(self):
        try:
            return os.read(self.pts_master, 4096).count(b"pts-reached")
        except BlockingIOError:
            return 0

    def close(self):
        self.sentinel.kill()
        self.sentinel.wait()
        self.sentinel.stdout.close()
        LIBC.shmctl(self.shm, IPC_RMID, None)
        for fd in (self.pts_master, self.pts):
            os.close(fd)
        self.devshm.unlink(missing_ok=True)
        if self.has_group:
            self.group.rmdir()
        shutil.rmtree(self.outside)
