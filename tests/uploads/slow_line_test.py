#!/usr/bin/env python3
"""One upload of 4 MB over 256 kbit/s that is cut three times, into each kind of store. Every run is over a line that is
faster by the factor by which the uploader's waits are shorter; --full takes the real time, two minutes for each store.
"""

import argparse
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

from checks import Checks
from put_files import PutFiles
from samples import MEGABYTE, Samples
from targets import TARGETS

SIZE = 4 * MEGABYTE
BITS_PER_SECOND = 256_000
TIME_SCALE = 20
CUTS = 3
# What may be sent at most, as times the bytes. tus keeps what came before a cut. S3 takes no parts below 5 MB, a candid
# server gets pieces of up to 8 MiB, and WebDAV knows none: there a cut costs all that came before it.
MOST_BYTES = {"tus": 1.15, "candid": CUTS + 1, "s3": CUTS + 1, "dav": CUTS + 1}


def upload(kind, samples, options, checks):
    scale = 1 if options.full else TIME_SCALE
    with kind(options.seed) as target:
        chance = random.Random(options.seed)
        target.proxy.throttle(BITS_PER_SECOND * scale)
        # Of all bytes that come in, so that each lies in another attempt, whether or not those go on from where they were.
        cuts = [int(SIZE * (number + chance.uniform(0.2, 0.8)) / CUTS) for number in range(CUTS)]
        target.proxy.cuts(*cuts)
        began = time.monotonic()
        run = PutFiles(target.store, samples.folder / f"notes-{kind.name}", samples.files, target.variables, "--time-scale", scale)
        run.ended()
        seconds = time.monotonic() - began
        stats = target.proxy.stats()
        checks.equal(run.failures(), [], f"{kind.name}: failures")
        checks.equal(stats["cuts"], CUTS, f"{kind.name}: cuts")
        checks.that(samples.digests[0] in target.stored(), f"{kind.name}: the object is not what was sent")
        ratio = stats["body_bytes"] / SIZE
        checks.that(ratio <= MOST_BYTES[kind.name], f"{kind.name}: {ratio:.2f} times the bytes were sent")
        print(f"{kind.name}: {seconds:.1f} s, {ratio:.3f} times the bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"), help="repeats the cuts")
    options = parser.parse_args()
    checks = Checks()
    with Samples(1, SIZE, options.seed) as samples:
        # Side by side: each has a line of its own, and all of them mostly wait.
        with ThreadPoolExecutor(len(TARGETS)) as pool:
            for done in [pool.submit(upload, kind, samples, options, checks) for kind in TARGETS]:
                done.result()
    print(f"seed {options.seed}")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
