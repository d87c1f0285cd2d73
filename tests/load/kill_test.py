#!/usr/bin/env python3
"""The server is killed (SIGKILL) at random moments while hundreds of open pages report, and started again on the same port.
The pages send again what was not acknowledged. In the end the ledger holds every event that was ever acknowledged, once.
"""

import random
import sys
import time

sys.dont_write_bytecode = True

from crowd import Crowd, acknowledged_in
from place import Place, raise_open_files
from viewers_test import look_at_ledger
from checks import Checks
from kills import options_of

FEW, FULL = 5, 50
VIEWERS, BEAT = 300, 0.6
LONGEST_RUN = 1.5  # seconds of reports before a kill
PATIENCE = 120
LONGEST_TEST = 3600


def lines_in(log):
    return log.read_bytes().count(b"\n") if log.exists() else 0


def wait_for_reports(log, beyond):
    """Until more was acknowledged than that."""
    deadline = time.monotonic() + PATIENCE
    while lines_in(log) <= beyond:
        if time.monotonic() > deadline:
            raise RuntimeError(f"after {PATIENCE} s no report was acknowledged")
        time.sleep(0.01)


def main():
    options, checks = options_of(__doc__, FULL, FEW), Checks()
    chance = random.Random(options.seed)
    raise_open_files()
    with Place(VIEWERS) as place:
        place.serve()
        log = place.folder / "acknowledged"
        with Crowd(place, "viewers", LONGEST_TEST, count=VIEWERS, beat=BEAT, visits=10, acknowledged=log) as crowd:
            counts = []
            for _ in range(options.kills):
                # Some are always under way: hundreds of reports a second are acknowledged in groups of a few.
                wait_for_reports(log, counts[-1] if counts else 0)
                time.sleep(chance.uniform(0, LONGEST_RUN))
                place.server.kill()
                counts.append(lines_in(log))
                place.serve()
            wait_for_reports(log, counts[-1])
            report = crowd.leave()
        checks.equal(place.server.end(), 0, "the exit code of the last server")
        acknowledged = acknowledged_in(log)
        checks.equal(len(acknowledged), report["acknowledged"], "events in the file of acknowledged ones")
        checks.that(report["broken"] > 0, "no request was under way at any kill")
        look_at_ledger(checks, place.events(), acknowledged)
    print(f"{options.kills} kills, seed {options.seed}: {len(acknowledged)} events acknowledged, {report['broken']} requests cut")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
