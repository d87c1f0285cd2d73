#!/usr/bin/env python3
"""Recordings that are killed (SIGKILL) at random moments. Each must leave a take that plays to its end, and that lacks
at most the last second before the kill."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean

sys.dont_write_bytecode = True

from desk import wait_for
from recorder import Recording, look_at, problems_in, sidecar_path

FULL = 200
SIDE_BY_SIDE = 4
MOST_LOST = 1.0
# Seconds of recording before the kill. A younger one may have nothing on the disk yet, and has no second to lose.
YOUNGEST, OLDEST = 1.0, 5.0


def killed(folder, number, age):
    """Seconds that one kill cost; what is wrong with the take, or nothing."""
    take = folder / f"{number}.mkv"
    with Recording(take, "--camera", "test:live", "--size", "320x180") as recording:
        wait_for(lambda: take.exists() or not recording.is_at_work(), "the take's file", 20)
        recording.work_for(age)
        if not recording.is_at_work():
            return None, f"it ended by itself: {recording.end().stderr}"
        killed_at = time.time()
        recording.kill()
    problems = problems_in(take)
    if problems:
        return None, problems
    if sidecar_path(take).exists():
        return None, "it has a sidecar, as if it had been finished"
    found = look_at(take)
    lost = killed_at - (found.began + found.whole_until)
    take.unlink()
    # A take that ends after its kill has a wrong clock, and then all of these figures are worth nothing.
    return lost, "" if 0 <= lost <= MOST_LOST else f"{lost:.2f} s are lost of {age:.2f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=8, metavar="N", help="how many (%(default)s)")
    parser.add_argument("--full", action="store_true", help=f"{FULL} kills")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"), help="repeats a run")
    options = parser.parse_args()
    count = FULL if options.full else options.kills
    chance = random.Random(options.seed)
    ages = [chance.uniform(YOUNGEST, OLDEST) for _ in range(count)]
    folder = Path(tempfile.mkdtemp(prefix="candid-kills-"))
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        results = list(pool.map(lambda job: killed(folder, *job), enumerate(ages)))
    failures = [(number, words) for number, (_, words) in enumerate(results) if words]
    for number, words in failures:
        print(f"kill {number} after {ages[number]:.2f} s: {words}")
    lost = [seconds for seconds, _ in results if seconds is not None]
    print(f"{count} kills, seed {options.seed}: {len(lost)} takes play")
    if lost:
        print(f"lost: at most {max(lost):.2f} s, {mean(lost):.2f} s in the mean")
    if failures:
        print(f"the takes that failed are in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
