"""What the scripts of this folder share: a server in a temporary folder, on free loopback ports, that leaves nothing behind.

A script calls serve(start). `start` gets a Harness, starts what it needs, and returns the facts that go to stdout as one
line of JSON when everything answers. All ends when stdin closes, on SIGTERM, when a process of the server dies, and also
when the script itself is killed: a guardian process of its own waits for that and cleans up.
"""

import ctypes
import json
import os
import pwd
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
# Where Debian keeps servers, which an ordinary user's PATH lacks.
os.environ["PATH"] += ":/usr/sbin:/sbin"

START_SECONDS = 60
# Below what the kernel gives to connections and to port 0 (net.ipv4.ip_local_port_range), so that no test's own server
# takes a port between its choice here and its use.
PORTS = range(12000, 32000)
SMALL_DISK_NEEDS_ROOT = "only root can mount a small disk"


class StartFailed(Exception):
    pass


class Guardian:
    """A process that waits for ours to end, however it ends, and then ends the process groups it was told of, unmounts
    and removes."""

    def __init__(self):
        reading, self.writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.writing)
            self._guard(reading)
        os.close(reading)

    def remember(self, kind, value, end_signal=0):
        os.write(self.writing, (json.dumps([kind, str(value), int(end_signal)]) + "\n").encode())

    def clean_up(self):
        os.close(self.writing)
        os.waitpid(self.pid, 0)

    @staticmethod
    def _guard(reading):
        os.setsid()
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        with os.fdopen(reading) as lines:
            entries = [json.loads(line) for line in lines]
        groups = [(int(value), number) for kind, value, number in entries if kind == "group"]
        for group, number in reversed(groups):
            _end_group(group, number)
        for group, _ in groups:
            _wait_for_group(group)
        for kind, value, _ in reversed(entries):
            if kind == "mount":
                ctypes.CDLL(None).umount2(value.encode(), 2)  # MNT_DETACH
            elif kind == "folder":
                shutil.rmtree(value, ignore_errors=True)
        os._exit(0)


def _end_group(group, number):
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass


def _wait_for_group(group):
    """Until none of it runs; what does not listen is killed after five seconds."""
    deadline = time.monotonic() + 5
    while _runs(group):
        if time.monotonic() > deadline:
            _end_group(group, signal.SIGKILL)
        time.sleep(0.01)


def _runs(group):
    """Whether a process of the group is more than a zombie."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            return True
    return False


class Process:
    """One that was started; never reaped, so that its number stays its own until all is cleaned up."""

    def __init__(self, name, pid, log):
        self.name = name
        self.pid = pid
        self.log = log
        self.descriptor = os.pidfd_open(pid)

    def has_ended(self):
        return bool(select.select([self.descriptor], [], [], 0)[0])


class Harness:
    def __init__(self, name):
        self._guardian = Guardian()
        self.folder = Path(tempfile.mkdtemp(prefix=f"candid-{name}-"))
        self._guardian.remember("folder", self.folder)
        self._processes = []
        self._held_ports = []

    def port(self):
        """A port that is free, and that no other script of these takes while this one runs."""
        while True:
            number = random.choice(PORTS)
            holder = socket.socket(socket.AF_UNIX)
            try:
                holder.bind(f"\0candid-test-port-{number}")
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            except OSError:
                holder.close()
                continue
            self._held_ports.append(holder)
            return number

    def make_folder(self, name, user=None):
        folder = self.folder / name
        folder.mkdir(parents=True)
        if user:
            self.give(folder, user)
        return folder

    def give(self, path, user):
        """To another user, who may then pass through the server's folder, which is closed to all others otherwise."""
        os.chown(path, user.pw_uid, user.pw_gid)
        self.folder.chmod(0o711)

    def small_disk(self, name, kilobytes):
        """A folder that is a disk of its own of so many kilobytes."""
        folder = self.make_folder(name)
        options = f"size={kilobytes}k".encode()
        if ctypes.CDLL(None).mount(b"candid", str(folder).encode(), b"tmpfs", 0, options) != 0:
            raise StartFailed(SMALL_DISK_NEEDS_ROOT)
        self._guardian.remember("mount", folder)
        return folder

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *command, user=None, text_in=None, **options):
        """To its end; what it printed."""
        done = subprocess.run([str(word) for word in command], input=text_in or "", text=True, capture_output=True,
                              preexec_fn=become(user), **options)
        if done.returncode != 0:
            raise StartFailed(f"{command[0]} ended with {done.returncode}: {done.stderr or done.stdout}")
        return done.stdout

    def start(self, name, *command, user=None, end_signal=signal.SIGKILL, **options):
        """In the background, its output in NAME.log. What it is ended with need not be kind: nothing of it is kept."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                     start_new_session=True, preexec_fn=become(user), **options)
        self._guardian.remember("group", child.pid, end_signal)
        process = Process(name, child.pid, log)
        child.returncode = 0  # keeps Popen from reaping it
        self._processes.append(process)
        return process

    def wait_until(self, answers, what):
        """Until answers() is true; as long as all that was started runs."""
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            for process in self._processes:
                if process.has_ended():
                    raise StartFailed(f"{process.name} ended: {tail(process.log)}")
            if time.monotonic() > deadline:
                logs = "\n".join(f"{process.name}: {tail(process.log)}" for process in self._processes)
                raise StartFailed(f"{what} does not answer after {START_SECONDS} s\n{logs}")
            time.sleep(0.02)

    def wait_for_port(self, number, what):
        self.wait_until(lambda: accepts(number), what)

    def wait_for_end(self):
        """Until stdin closes, or a process dies by itself, which is told on stderr."""
        watched = {process.descriptor: process for process in self._processes}
        while True:
            for ready in select.select([0, *watched], [], [])[0]:
                if ready in watched:
                    raise StartFailed(f"{watched[ready].name} ended: {tail(watched[ready].log)}")
                if not os.read(0, 4096):
                    return

    def clean_up(self):
        self._guardian.clean_up()


def tail(log, length=1500):
    return log.read_text(errors="replace")[-length:].strip()


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def become(user):
    """What a child does before it runs: nothing, or it turns into another user."""
    if not user:
        return None

    def turn():
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    return turn


def this_user():
    return pwd.getpwuid(os.geteuid()).pw_name


def without_root(*names):
    """The first of these users that exists, where this is root; for programs that refuse to run as root."""
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StartFailed(f"none of the users {', '.join(names)} exists")


def serve(name, start):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    harness = Harness(name)
    try:
        print(json.dumps(start(harness)), flush=True)
        harness.wait_for_end()
    except StartFailed as failure:
        print(f"error: {name}: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        harness.clean_up()
