"""Candid's server under crowds (tests/load): open pages that report, connections that stall, and an hour of both."""

import sys
import time
from pathlib import Path

from crowd import Crowd, acknowledged_in
from disk_probe import DiskProbe
from measure import BenchError
from place import Place
from report import Figure, table
from serving_peers import cpu_seconds

VIEWERS, VIEWERS_LINKS, BEAT = 10_000, 2_000, 5
RAMP, SETTLED = 20, 30  # seconds until all are there, and until their times count
HEALTHY, HEALTHY_BEAT, VISITS = 200, 1, 50
SLOW, SLOW_EVERY, IDLE = 2_000, 5, 10_000
LISTENING = 1  # of the server's sockets, nobody's connection
STAYING, STAY, SAMPLE_SECONDS = 500, 30, 10
WANTED_P99_MS = 50
WANTED_RATIO = 2.0
# MiB a minute: six in an hour, less than a page of each link would be.
WANTED_GROWTH = 0.1


def say(words):
    print(words, file=sys.stderr, flush=True)


def resident_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise BenchError(f"process {pid} has ended")


def sockets_of(pid):
    """As the server has them: who was cut off notices at the next report."""
    count = 0
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            count += str(file.readlink()).startswith("socket:")
        except FileNotFoundError:
            pass
    return count


def failures(report):
    """Requests that were not answered as they should be, and connections that were refused or cut."""
    wrong = sum(count for status, count in report["statuses"].items() if status not in ("200", "204"))
    return wrong + report["unopened"] + report["broken"] + report["unreadable"]


def watch(options):
    """Goal 2: as many open pages as the issue asks for, each with a report every five seconds."""
    with Place(VIEWERS_LINKS) as place:
        server = place.serve()
        log = place.folder / "acknowledged"
        seconds = SETTLED + options.seconds * options.rounds
        used, began = cpu_seconds(server.pid), time.monotonic()
        with DiskProbe(place.folder) as disk, \
                Crowd(place, "viewers", seconds, count=options.viewers, beat=BEAT, ramp=RAMP, warm_up=SETTLED,
                      acknowledged=log) as crowd:
            time.sleep(seconds - 1)
            memory = resident_mib(server.pid)
            held = sockets_of(server.pid) - LISTENING
            report = crowd.report()
        cpu = (cpu_seconds(server.pid) - used) / (time.monotonic() - began)
        server.end()
        stored = {(session, sequence) for session, sequence, _, _ in place.events()}
        lost = len(set(acknowledged_in(log)) - stored)
    reports = report["reports"]
    print(table(["viewers", "reports", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "sent late p99 ms", "disk p99 ms", "server CPU", "crowd CPU",
                 "RSS MiB"],
                [[str(held), str(reports["count"]), *(f"{reports[name]:.1f}" for name in
                                                                     ("p50_ms", "p99_ms", "p999_ms", "max_ms")),
                  f"{report['lateness']['p99_ms']:.1f}", f"{disk.p99_ms():.1f}", f"{cpu:.2f}", f"{report['cpu_seconds'] / seconds:.2f}",
                  f"{memory:.0f}"]]))
    say(f"statuses {report['statuses']}, {report['unopened']} unopened, {report['broken']} broken")
    figures = [Figure(2, "connections that the server held", (held,), options.viewers, True, digits=0),
               Figure(2, "connections that it ended meanwhile", (report["ended"],), 0, False, digits=0),
               Figure(2, "p99 of a report's answer", (reports["p99_ms"],), WANTED_P99_MS, False, " ms", 1),
               Figure(2, "requests that failed", (failures(report),), 0, False, digits=0),
               Figure(2, "acknowledged reports that the ledger lacks", (lost,), 0, False, digits=0)]
    return figures, report


def healthy(place, seconds):
    """What they saw, and how the disk was meanwhile."""
    with DiskProbe(place.folder) as disk, \
            Crowd(place, "viewers", seconds + 3, count=HEALTHY, beat=HEALTHY_BEAT, visits=VISITS, warm_up=3) as crowd:
        report = crowd.report()
    return {**report, "disk": {"p99_ms": disk.p99_ms()}}


def stall(options):
    """Goal 3: what healthy visitors see beside connections that stall, against just before. In pairs."""
    kinds = {"slow headers": {"count": options.slow, "byte_every": SLOW_EVERY}, "idle sockets": {"count": options.idle}}
    rows, ratios, failed, told = [], {}, 0, []
    with Place(HEALTHY) as place:
        place.serve()
        for _ in range(options.rounds):
            for kind, stallers in kinds.items():
                before = healthy(place, options.seconds)
                with Crowd(place, "stallers", 600, ramp=5, **{"from": "127.3.0.1"}, **stallers) as crowd:
                    crowd.wait_until("open")
                    during = healthy(place, options.seconds)
                    crowd.leave()
                failed += failures(before) + failures(during)
                told.append({"kind": kind, "before": before, "during": during})
                disks = " ".join(f"{report['disk']['p99_ms']:.1f}" for report in (before, during))
                for what in ("pages", "reports"):
                    was, became = before[what]["p99_ms"], during[what]["p99_ms"]
                    ratios.setdefault((kind, what), []).append(became / was)
                    rows.append([kind, what, f"{was:.1f}", f"{became:.1f}", f"{during[what]['count']}", disks])
                    say(f"{kind}, {what}: p99 {was:.1f} ms before, {became:.1f} ms beside them; {during['statuses']}")
    print(table(["beside", "of", "p99 ms before", "p99 ms beside", "count", "disk p99 ms before, beside"], rows))
    figures = [Figure(3, f"p99 of {what} beside {kind} / before", tuple(values), WANTED_RATIO, False)
               for (kind, what), values in ratios.items()]
    return [*figures, Figure(3, "healthy requests that failed", (failed,), 0, False, digits=0)], told


def growth(samples):
    """MiB a minute: the straight line through (seconds, MiB), by least squares."""
    mean_time = sum(moment for moment, _ in samples) / len(samples)
    mean = sum(memory for _, memory in samples) / len(samples)
    rise = sum((moment - mean_time) * (memory - mean) for moment, memory in samples)
    return 60 * rise / sum((moment - mean_time) ** 2 for moment, _ in samples)


def last(options):
    """Goal 4: memory while people come, watch for half a minute and leave."""
    seconds = options.minutes * 60
    settled = min(600, seconds / 3)  # caches that are bounded fill until then
    samples = []
    with Place(VIEWERS_LINKS) as place:
        server = place.serve()
        with Crowd(place, "viewers", seconds, count=STAYING, beat=BEAT, ramp=STAY, stay=STAY, visits=10, video=True) as crowd:
            began = time.monotonic()
            while not crowd.has_ended() and time.monotonic() - began < seconds:
                samples.append((time.monotonic() - began, resident_mib(server.pid)))
                time.sleep(SAMPLE_SECONDS)
            report = crowd.report()
    later = [(moment, memory) for moment, memory in samples if moment >= settled]
    say(f"statuses {report['statuses']}, {report['unopened']} unopened, {report['broken']} broken")
    print(table(["minutes", "pages", "reports", "MiB at first", "settled", "at last", "most"],
                [[f"{options.minutes:g}", str(report["pages"]["count"]), str(report["reports"]["count"]),
                  *(f"{memory:.1f}" for memory in (samples[0][1], later[0][1], samples[-1][1], max(m for _, m in samples)))]]))
    return [Figure(4, f"growth of memory over {options.minutes:g} minutes", (growth(later),), WANTED_GROWTH, False, " MiB/min", 3),
            Figure(4, "requests that failed", (failures(report),), 0, False, digits=0)], {"samples": samples, "report": report}
