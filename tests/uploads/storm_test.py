#!/usr/bin/env python3
"""Many uploads of 20 MB through a line on which everything goes wrong now and then, into a real S3 server: all arrive,
bit by bit, with at most 1.15 times the bytes, each once, and nothing half-sent stays behind.

In every run brown-outs are shorter by the factor by which the uploader's waits are; --full has them up to 30 seconds long,
on a line of 150 Mbit/s.
"""

import argparse
import os
import random
import sys
import threading
import time

sys.dont_write_bytecode = True

from checks import Checks
from put_files import PutFiles, s3_address, s3_environment
from s3 import S3
from samples import MEGABYTE, Samples
from servers import FaultProxy, Server
from swift_segments import orphans

SIZE = 20 * MEGABYTE
FEW, FULL, FULL_BROWNOUT = 64, 200, 30.0
# A line on which the uploads take some minutes, so that several brown-outs in real time fall into them.
FULL_BITS_PER_SECOND = 150_000_000
TIME_SCALE = 10
MOST_BYTES = 1.15
FAULTS = ({"kind": "slow_down", "chance": 0.05}, {"kind": "reset", "chance": 0.02},
          {"kind": "false_success", "chance": 0.01, "method": "PUT|POST"}, {"kind": "lose", "chance": 0.01})
# The rare ones once for certain, also among few uploads.
FORCED = ({"kind": "false_success", "count": 1, "skip": 20, "method": "PUT|POST"}, {"kind": "lose", "count": 1, "skip": 30})


class BrownOuts(threading.Thread):
    """Of random lengths at random times, in turn refusing and stalling, until stopped; at least one of each."""

    def __init__(self, proxy, longest, chance):
        super().__init__(daemon=True)
        self._proxy, self._longest, self._chance = proxy, longest, chance
        self._stopped = threading.Event()
        self.seconds = []

    def run(self):
        pause = self._longest * 2
        while not self._stopped.wait(self._chance.uniform(pause / 4, pause)):
            seconds = self._chance.uniform(self._longest / 3, self._longest)
            self._proxy.brown_out(seconds, "refuse" if len(self.seconds) % 2 == 0 else "stall")
            self.seconds.append(seconds)
            self._stopped.wait(seconds)

    def stop(self):
        self._stopped.set()
        self.join()


def storm(server, samples, options):
    """What put_files told and what the proxy saw."""
    scale = 1 if options.full else TIME_SCALE
    with FaultProxy(server.url, options.seed) as proxy:
        proxy.rules(*FORCED, *FAULTS)
        if options.full:
            proxy.throttle(FULL_BITS_PER_SECOND)
        brownouts = BrownOuts(proxy, FULL_BROWNOUT / scale, random.Random(options.seed))
        brownouts.start()
        run = PutFiles(s3_address(proxy.url, server.facts), samples.folder / "notes", samples.files,
                       s3_environment(server.facts), "--at-once", options.at_once, "--parallel", options.parallel,
                       "--time-scale", scale, "--abandon")
        run.ended()
        brownouts.stop()
        return run, proxy.stats(), brownouts.seconds


def look_into(server, samples, checks):
    bucket = S3(server.facts)
    checks.equal(bucket.objects(), dict.fromkeys(samples.objects, samples.size), "the objects in the bucket")
    different = [name for name, digest in zip(samples.objects, samples.digests) if bucket.sha256_of(name) != digest]
    checks.equal(different, [], "objects that are not what was sent")
    checks.equal(bucket.unfinished(), [], "uploads left unfinished")
    if server.name == "swift":
        checks.equal(orphans(server.facts, samples.objects), [], "parts that no object uses")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, metavar="N", help=f"how many ({FEW}, {FULL} with --full)")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--server", choices=("swift", "ceph"), default="swift")
    parser.add_argument("--at-once", type=int, default=4, help="uploads (%(default)s)")
    parser.add_argument("--parallel", type=int, default=2, help="parts of one upload (%(default)s)")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"), help="repeats the faults' draws")
    options = parser.parse_args()
    count = options.uploads or (FULL if options.full else FEW)
    checks = Checks()
    with Samples(count, SIZE, options.seed) as samples, Server(options.server) as server:
        began = time.monotonic()
        run, stats, brownouts = storm(server, samples, options)
        sending = time.monotonic() - began
        checks.equal(run.failures(), [], "uploads that failed")
        ratio = stats["body_bytes"] / samples.total()
        checks.that(ratio <= MOST_BYTES, f"{ratio:.3f} times the bytes were sent, and {MOST_BYTES} are allowed")
        checks.equal(sorted(stats["faults"]), sorted(fault["kind"] for fault in FAULTS), "kinds of faults that happened")
        checks.that(len(brownouts) >= 2, "there were fewer than two brown-outs")
        look_into(server, samples, checks)
    print(f"{count} uploads of 20 MB into {options.server}, seed {options.seed}: {sending:.1f} s, {ratio:.4f} times the bytes; "
          f"faults {stats['faults']}, brown-outs {[round(seconds, 1) for seconds in brownouts]} s, "
          f"uploads abandoned at the end: {run.told.get('abandoned')}")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
