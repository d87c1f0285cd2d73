#!/usr/bin/env python3
"""Many pages that are open at once and report, while visitors come and go: all are answered, and what was acknowledged is in
the ledger, once and as it was sent. How fast, tests/bench/serving tells.
"""

import argparse
import json
import sys

sys.dont_write_bytecode = True

from crowd import Crowd, acknowledged_in
from place import Place, raise_open_files
from checks import Checks

VIEWERS, BEAT, SECONDS = 300, 0.6, 6  # a link may report 120 times a minute
FULL_VIEWERS, FULL_BEAT, FULL_SECONDS = 10_000, 5, 60
FULL_LINKS = 2_000
BEAT_SECONDS_OF_VIDEO = 5


def body_wanted(sequence):
    """What candid_load reports under this number, as the ledger keeps it; None where that is told by its kind alone."""
    if sequence < 3:
        return None
    return [[sequence * BEAT_SECONDS_OF_VIDEO, (sequence + 1) * BEAT_SECONDS_OF_VIDEO]]


def look_at_ledger(checks, events, acknowledged):
    """Every acknowledged event is there, and nothing twice, nor changed."""
    reported = [event for event in events if event[1] is not None]
    keys = [(session, sequence) for session, sequence, _, _ in reported]
    checks.equal(len(keys) - len(set(keys)), 0, "events that are twice in the ledger")
    lost = set(acknowledged) - set(keys)
    checks.equal(len(lost), 0, f"acknowledged events that the ledger does not hold, of {len(acknowledged)}")
    changed = [(session, sequence) for session, sequence, _, body in reported
               if body_wanted(sequence) and json.loads(body)["ranges"] != body_wanted(sequence)]
    checks.equal(len(changed), 0, "events that say something else than was reported")


def look_at_answers(checks, report, viewers):
    checks.equal(set(report["statuses"]), {"200", "204"}, f"statuses of all answers ({report['statuses']})")
    for kind in ("unopened", "broken", "ended", "unreadable"):
        checks.equal(report[kind], 0, f"{kind} connections, requests or pages")
    checks.that(report["most_open"] >= viewers, f"only {report['most_open']} connections were open at once")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL_VIEWERS} viewers")
    full = parser.parse_args().full
    viewers, beat, seconds, links = ((FULL_VIEWERS, FULL_BEAT, FULL_SECONDS, FULL_LINKS) if full
                                     else (VIEWERS, BEAT, SECONDS, VIEWERS))
    checks = Checks()
    raise_open_files()
    with Place(links) as place:
        place.serve()
        log = place.folder / "acknowledged"
        with Crowd(place, "viewers", seconds, count=viewers, beat=beat, ramp=seconds / 3, visits=20, video=True,
                   acknowledged=log) as crowd:
            report = crowd.report()
        checks.equal(place.server.end(), 0, "the server's exit code")
        acknowledged = acknowledged_in(log)
        look_at_answers(checks, report, viewers)
        checks.that(report["acknowledged"] >= viewers * 3, f"only {report['acknowledged']} events were acknowledged")
        checks.equal(len(acknowledged), report["acknowledged"], "events in the file of acknowledged ones")
        look_at_ledger(checks, place.events(), acknowledged)
    print(f"{viewers} viewers, {report['acknowledged']} events: p99 {report['reports']['p99_ms']:.1f} ms (pages "
          f"{report['pages']['p99_ms']:.1f} ms)")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
