#!/usr/bin/env python3
"""A report is answered with 204 only once it is durable. The kernel's own record of the server's calls (strace) shows it:
between the request's last byte and the first of its 204 lies a whole fdatasync of the ledger that began after the request was
read. And where the disk refuses to sync, no report is answered with 204.
"""

import re
import subprocess
import sys
from dataclasses import dataclass

sys.dont_write_bytecode = True

from crowd import Crowd
from place import Place, raise_open_files
from checks import Checks

SKIPPED = 77
VIEWERS, BEAT, SECONDS = 30, 0.6, 5
READS, WRITES = {"recvfrom", "recvmsg", "read", "readv"}, {"sendto", "sendmsg", "write", "writev"}
SYNCS = {"fdatasync", "fsync"}
# "123 fdatasync(9</…/ledger.db-wal>) = 0", or the same in two lines, "<unfinished ...>" and "<... fdatasync resumed>".
BEGIN = re.compile(r"(\d+) +(\w+)\((\d+)(.*)")
RESUMED = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")


@dataclass
class Call:
    name: str
    file: int
    words: str
    began: int  # the line of the record
    ended: int = -1

    @property
    def succeeded(self):
        return re.search(r"= \d+(\s|$)", self.words) is not None


def calls_in(lines):
    """Calls by the moment they ended; those that never ended are left out."""
    under_way, calls = {}, []
    for number, line in enumerate(lines):
        if begun := BEGIN.match(line):
            thread, name, file, words = begun.groups()
            call = Call(name, int(file), words, number)
            if words.endswith("<unfinished ...>"):
                under_way[thread] = call
                continue
        elif resumed := RESUMED.match(line):
            call = under_way.pop(resumed[1], None)
            if call is None:
                continue
            call.words += resumed[3]
        else:
            continue
        call.ended = number
        calls.append(call)
    return calls


def reports_and_syncs(calls):
    """Of each 204 when its request had been read and when its answer began; and the ledger's syncs that succeeded."""
    read_at, reports, syncs = {}, [], []
    for call in calls:
        if call.name in READS and call.succeeded and '"POST /v/' in call.words:
            read_at[call.file] = call.ended
        elif call.name in WRITES and "HTTP/1.1 204" in call.words:
            reports.append((read_at.pop(call.file), call.began))
        elif call.name in SYNCS and call.succeeded and "/ledger.db" in call.words:
            syncs.append((call.began, call.ended))
    return reports, syncs


def traced(place, *options):
    """The server under strace, whose record goes to the file. It stays the process that was started (-D)."""
    record = place.folder / "calls"
    record.unlink(missing_ok=True)
    names = ",".join(sorted(READS | WRITES | SYNCS))
    place.serve(wrapper=["strace", "-D", "-f", "-y", "-s", "24", "-e", f"trace={names}", "-e", "signal=none", *options,
                         "-o", record])
    return record


def visit(place):
    with Crowd(place, "viewers", SECONDS, count=VIEWERS, beat=BEAT) as crowd:
        report = crowd.report()
    place.server.end()
    return report


def look_at_order(place, checks):
    record = traced(place)
    report = visit(place)
    reports, syncs = reports_and_syncs(calls_in(record.read_text(errors="replace").splitlines()))
    checks.equal(len(reports), report["statuses"].get("204"), "answers with 204 in the record of calls")
    early = [read for read, written in reports if not any(read < begun and ended < written for begun, ended in syncs)]
    checks.equal(len(early), 0, f"reports answered with 204 before they were synced, of {len(reports)}")
    return len(reports), len(syncs)


def look_at_refusal(place, checks):
    # The ledger alone: the server has other files, without which it does not start.
    traced(place, "-P", place.data / "ledger.db-wal", "-e", f"inject={','.join(sorted(SYNCS))}:error=EIO")
    statuses = visit(place)["statuses"]
    checks.equal(set(statuses), {"200", "503"}, f"statuses while nothing can be synced ({statuses})")
    return statuses.get("503", 0)


def may_trace():
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def main():
    allowed, words = may_trace()
    if not allowed:
        print(f"skipped: this machine lets nobody trace a program ({words.strip()})")
        return SKIPPED
    checks = Checks()
    raise_open_files()
    with Place(VIEWERS) as place:
        reports, syncs = look_at_order(place, checks)
        refused = look_at_refusal(place, checks)
    print(f"{reports} reports answered after {syncs} syncs; {refused} refused while the disk did not sync")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
