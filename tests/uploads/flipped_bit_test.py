#!/usr/bin/env python3
"""One bit that changes on the way, 50 times for each kind of store: no upload of a changed body ever counts as done. What
fails says that it is corrupt and leaves nothing under its name; what succeeds is what was sent.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

from checks import Checks
from put_files import PutFiles
from samples import Samples
from targets import TARGETS

FLIPS = 50
# Half of the bodies are changed until there were enough, so that repeated ones may be changed again: some 120 would be.
FILES, SIZE, CHANCE = 120, 200_000, 0.5
# S3's uploads in parts begin above 8 MiB.
LARGE_FILES, LARGE_SIZE, LARGE_FLIPS, LARGE_CHANCE = 3, 18_000_000, 3, 1


def put(target, samples):
    run = PutFiles(target.store, samples.folder / f"notes-{target.name}", samples.files, target.variables, "--at-once", 3,
                   "--time-scale", 20)
    run.ended()
    return run


def flipped(target, samples, flips, chance, checks, what):
    target.proxy.clear()
    target.proxy.rules({"kind": "flip", "method": "PUT|PATCH", "min_body": 1000, "chance": chance, "count": flips})
    before, told, runs = target.stored(), 0, 0
    wanted = dict(zip(map(str, samples.files), samples.digests))
    while True:
        run = put(target, samples)
        runs += 1
        stored = target.stored()
        for file in run.told["files"]:
            if "error" not in file:
                checks.that(wanted[file["file"]] in stored, f"{what}: {file['file']} counts as sent, and is not there")
                continue
            told += 1
            checks.equal(file["error"]["kind"], "corrupt", f"{what}: what went wrong ({file['error']['message']})")
        if not run.failures() or runs > flips:
            break
    done = target.proxy.stats()["faults"].get("flip", 0)
    checks.equal(done, flips, f"{what}: flipped bits")
    checks.equal(run.failures(), [], f"{what}: failures of the last run")
    checks.equal(target.stored() - before - set(samples.digests), set(), f"{what}: objects that nobody sent")
    return f"{done} flips, {told} told, the others sent again; {runs} runs"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=[target.name for target in TARGETS], action="append", help="only this kind")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"), help="repeats the faults' draws")
    options = parser.parse_args()
    checks = Checks()
    with Samples(FILES, SIZE, options.seed) as small, Samples(LARGE_FILES, LARGE_SIZE, options.seed) as large:
        def try_store(kind):
            with kind(options.seed) as target:
                results = [flipped(target, small, FLIPS, CHANCE, checks, kind.name),
                           flipped(target, large, LARGE_FLIPS, LARGE_CHANCE, checks, f"{kind.name}, large")]
            print(f"{kind.name}: {results[0]}; large: {results[1]}")

        kinds = [kind for kind in TARGETS if not options.store or kind.name in options.store]
        with ThreadPoolExecutor(len(kinds)) as pool:
            for done in [pool.submit(try_store, kind) for kind in kinds]:
                done.result()
    print(f"seed {options.seed}")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
