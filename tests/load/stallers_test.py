#!/usr/bin/env python3
"""Many connections that say nothing, and many that send a byte of their header now and then: nobody else is turned away, and
each of those who begin a request loses the connection before they end it.
"""

import argparse
import sys

sys.dont_write_bytecode = True

from crowd import Crowd
from place import Place, raise_open_files
from viewers_test import look_at_answers
from checks import Checks

VIEWERS, BEAT, SECONDS = 100, 0.6, 6
IDLE, SLOW, SLOW_EVERY = 600, 200, 1
FULL_IDLE, FULL_SLOW, FULL_SLOW_EVERY = 10_000, 2_000, 5
FULL_SECONDS = 60
RAMP = 5  # seconds: well within the server's time limit for an idle connection, so that all are open at once
PATIENCE = 300  # for the server's time limits


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL_IDLE} idle and {FULL_SLOW} slow ones")
    full = parser.parse_args().full
    idle, slow, slow_every, seconds = ((FULL_IDLE, FULL_SLOW, FULL_SLOW_EVERY, FULL_SECONDS) if full
                                       else (IDLE, SLOW, SLOW_EVERY, SECONDS))
    checks = Checks()
    raise_open_files()
    with Place(VIEWERS) as place:
        place.serve()
        long = seconds + PATIENCE
        with Crowd(place, "stallers", long, count=idle, ramp=min(seconds / 3, RAMP), **{"from": "127.3.0.1"}) as silent, \
                Crowd(place, "stallers", long, count=slow, ramp=1, byte_every=slow_every, **{"from": "127.4.0.1"}) as dripping:
            silent.wait_until("open")
            dripping.wait_until("open")
            with Crowd(place, "viewers", seconds, count=VIEWERS, beat=BEAT, visits=20) as crowd:
                report = crowd.report()
            # None of the slow requests ever comes to its end: the server's time limit for one ends them all.
            dripping.wait_until("ended")
        look_at_answers(checks, report, VIEWERS)
        checks.equal(place.server.end(), 0, "the server's exit code")
    print(f"beside {idle} idle and {slow} slow connections: p99 of reports {report['reports']['p99_ms']:.1f} ms, of pages "
          f"{report['pages']['p99_ms']:.1f} ms")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
