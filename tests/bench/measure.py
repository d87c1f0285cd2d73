"""Runs a command and tells what it cost."""

import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass


class BenchError(Exception):
    """Told to the user as it stands."""


@dataclass(frozen=True)
class Cost:
    cpu: float  # seconds, user and system, of the process and all it waited for
    wall: float  # seconds
    peak: int  # bytes of memory, resident, of the largest single process

    def as_json(self):
        return asdict(self)


def run(command, *, environment=None, log):
    """Runs `command` to its end, its output in the file `log`. A failure is a BenchError with the end of the log."""
    begin = time.monotonic()
    child = _start(command, environment, log)
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:
        os.killpg(child.pid, signal.SIGTERM)
        raise
    wall = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise BenchError(f"{command[0]} ended with {child.returncode}:\n{_end_of(log)}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)


def run_until_killed(command, seconds, *, log):
    """Starts `command` and kills it (SIGKILL) after so long; says whether it was still at work."""
    child = _start(command, None, log)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return True
    if child.returncode != 0:
        raise BenchError(f"{command[0]} ended with {child.returncode}:\n{_end_of(log)}")
    return False


def _start(command, environment, log):
    with open(log, "wb") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )


def pipe(producer, consumer, *, environment=None):
    """Runs `producer | consumer`, unmeasured; either failing is a BenchError."""
    environment = {**os.environ, **(environment or {})}
    with subprocess.Popen(
        [str(word) for word in producer], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as first:
        second = subprocess.run([str(word) for word in consumer], stdin=first.stdout, capture_output=True, text=True)
        first.stdout.close()
        words = first.stderr.read().decode(errors="replace")
    if second.returncode != 0:
        raise BenchError(f"{consumer[0]} ended with {second.returncode}:\n{second.stderr[-2000:]}")
    if first.returncode != 0:
        raise BenchError(f"{producer[0]} ended with {first.returncode}:\n{words[-2000:]}")


def answer(command):
    """What a command says on stdout, unmeasured."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def _end_of(log):
    with open(log, "rb") as file:
        return file.read()[-2000:].decode(errors="replace")
