"""candid_load (candid_load.cpp) as tests and benches run it."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEAVE_SECONDS = 30


def load_program():
    return os.environ.get("CANDID_LOAD", str(ROOT / "build/release/tests/load/candid_load"))


class Crowd:
    """Runs `candid_load KIND` against a place until its time is up. Options: count=300, beat=0.5, video=True, …"""

    def __init__(self, place, kind, seconds, **options):
        words = [load_program(), kind, "--server", place.listen, "--seconds", seconds]
        if kind == "viewers":
            words += ["--links", place.links_file]
        for name, value in options.items():
            words += [f"--{name.replace('_', '-')}"] + ([] if value is True else [value])
        self._seconds = seconds
        self._process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         text=True)

    def wait_until(self, what):
        """Of stallers: until all have been "open" at once, and then until as many were "ended" by the server."""
        line = self._process.stdout.readline()
        if list(json.loads(line or "{}")) != [what]:
            raise RuntimeError(f"the stallers' connections were not all {what}: {line}")

    def has_ended(self):
        return self._process.poll() is not None

    def report(self):
        """What they saw; waits until they have left."""
        told, _ = self._process.communicate(timeout=self._seconds + LEAVE_SECONDS)
        if self._process.returncode != 0:
            raise RuntimeError(f"candid_load ended with {self._process.returncode}")
        return json.loads(told.splitlines()[-1])

    def leave(self):
        """Now; and what they saw."""
        self._process.terminate()
        return self.report()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()


def acknowledged_in(file):
    """Events by (session, sequence), whole lines alone: one may be being written."""
    lines = file.read_text().rpartition("\n")[0].splitlines()
    return [(session, int(sequence)) for session, sequence in (line.split() for line in lines)]
