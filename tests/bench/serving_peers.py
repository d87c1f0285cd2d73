"""Candid's server and nginx under the same requests, in turn: what each gets done in a second, and what it costs."""

import json
import os
import subprocess
import sys
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from measure import BenchError
from place import Place
from product import Campaign
from report import Figure, table
from servers import Server

SCRIPT = Path(__file__).with_name("serving.lua")
LINKS = 2_000  # so that each page load and fetch is recorded: a link has a quota
THREADS, CONNECTIONS = 2, 64  # of wrk; one address may have 100 connections
SMALL, LARGE = 64 * 1024, 1024 * 1024
GRAIN_SECONDS = 20
WANTED = 0.70
# nginx's own, or added by it as they are here.
OWN_HEADERS = {"content-length", "content-type", "connection", "etag", "accept-ranges", "content-range", "date"}


@dataclass(frozen=True)
class Work:
    name: str
    addresses: str  # of which kind
    range_bytes: int = 0


# With a line in a log for each request, as Candid records each visit.
LOGGING = "nginx, logging"
WORKS = (Work("pages", "v"), Work("ranges of 64 KiB", "m", SMALL), Work("ranges of 1 MiB", "m", LARGE))
# Beyond its link's quota, a page load is answered and not recorded: what recording costs shows beside the others.
UNRECORDED = Work("pages of one link", "one")


@dataclass(frozen=True)
class Result:
    requests: int
    seconds: float
    bytes: int
    failed: int
    p99_ms: float
    cpu: float  # seconds of the server

    @property
    def rate(self):
        return self.requests / self.seconds

    @property
    def megabytes_a_second(self):
        return self.bytes / self.seconds / 1e6


def make_campaign(workplace):
    """A video that is long enough for ranges of 1 MiB: grain, which no encoder can make small."""
    folder = workplace.folder / "campaign"
    folder.mkdir()
    graph = f"testsrc2=size=640x360:rate=30:duration={GRAIN_SECONDS},noise=alls=60:allf=t,format=yuv420p"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", graph, "-f", "lavfi", "-i",
                    f"sine=duration={GRAIN_SECONDS}", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-c:a", "aac",
                    folder / "take.mp4"], check=True)
    (folder / "campaign.toml").write_text(
        'name = "Sample"\nroster = "candidates.csv"\ntake = "take.mp4"\n[video]\nsize = "640x360"\npreset = "superfast"\n'
        '[[layer]]\nkind = "lower_third"\ntext = "{{name}}"\nend = "2s"\n')
    (folder / "candidates.csv").write_text("id,name,email\nsample-1,Sample 1,sample-1@example.com\n")
    workplace.must("render", folder)
    return Campaign(folder)


class Peers:
    """The servers, of the same page and the same video."""

    def __init__(self, place, nginx, logging_nginx, video_size, addresses):
        self._urls = {"candid": f"http://{place.listen}", "nginx": nginx.url, LOGGING: logging_nginx.url}
        self._pids = {"candid": place.server.pid, "nginx": nginx.pid, LOGGING: logging_nginx.pid}
        self._video_size, self._addresses = video_size, addresses

    def run(self, name, work, seconds):
        words = ["wrk", "-t", THREADS, "-c", CONNECTIONS, "-d", max(1, round(seconds)), "-s", SCRIPT, self._urls[name], "--",
                 self._addresses[work.addresses]]
        if work.range_bytes:
            words += [work.range_bytes, self._video_size]
        before = cpu_seconds(self._pids[name])
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
        cpu = cpu_seconds(self._pids[name]) - before
        if done.returncode != 0:
            raise BenchError(f"wrk ended with {done.returncode}: {done.stderr or done.stdout}")
        result = Result(cpu=cpu, **json.loads(done.stdout.splitlines()[-1]))
        if result.failed:
            raise BenchError(f"{name}: {result.failed} of {result.requests} requests for {work.name} failed")
        return result


def cpu_seconds(pid):
    """Of a process and of those that it started."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(entry.parent.name) == pid or int(fields[1]) == pid:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read(), [f"{name}: {value}" for name, value in answer.getheaders() if name.lower() not in OWN_HEADERS]


def header_words(option, lines):
    return [word for line in lines for word in (option, line)]


def compare(options):
    """Figures of goal 1, and all that was measured."""
    with Place(LINKS, make_campaign) as place:
        place.serve()
        media = place.media_paths(LINKS)
        addresses = {"v": place.links_file, "m": place.folder / "media", "one": place.folder / "one"}
        addresses["one"].write_text(f"{place.paths[0]}\n")
        addresses["m"].write_text("".join(f"{path}\n" for path in media))
        page, page_headers = get(f"http://{place.listen}{place.paths[0]}")
        video, video_headers = get(f"http://{place.listen}{media[0]}")
        page_file, video_file = place.folder / "page.html", place.folder / "video.mp4"
        page_file.write_bytes(page)
        video_file.write_bytes(video)
        words = ["--page", page_file, "--video", video_file, *header_words("--page-header", page_headers),
                 *header_words("--video-header", video_headers)]
        with Server("nginx_pages", *words) as nginx, Server("nginx_pages", *words, "--log") as logging_nginx:
            peers = Peers(place, nginx, logging_nginx, len(video), addresses)
            results = take_turns(peers, options.rounds, options.seconds)
        place.server.end()
        loaded = sum(result.requests for result in results["candid", "pages"])
        # Those of one link are at most 120 a minute, and the warm-up's are not in `loaded`.
        recorded = place.count_events("page") - LINKS
    print(f"a page of {len(page)} bytes, a video of {len(video)}; {min(1, recorded / loaded):.0%} of the page loads are in the ledger")
    print(table(["work", "server", "requests/s", "MB/s", "p99 ms", "CPU ms/request"], list(rows_of(results))))
    return figures_of(results), [{"server": name, "work": work, **asdict(result)}
                                 for (name, work), runs in results.items() for result in runs]


def take_turns(peers, rounds, seconds):
    """By (server, work). The servers take turns; every other round backwards. The first round warms up and is not counted."""
    results = {}
    for number in range(rounds + 1):
        for work in (*WORKS, UNRECORDED):
            names = ("candid", "nginx", LOGGING) if work.addresses == "v" else ("candid", "nginx")
            for name in names if number % 2 else reversed(names):
                result = peers.run(name, work, seconds if number else 1)
                print(f"{f'round {number}' if number else 'warm-up'}: {work.name}, {name} {result.rate:.0f} requests/s",
                      file=sys.stderr, flush=True)
                results.setdefault((name, work.name), []).extend([result] if number else [])
    return results


def rows_of(results):
    for (name, work), runs in sorted(results.items(), key=lambda item: [work.name for work in (*WORKS, UNRECORDED)].index(item[0][1])):
        rates = [run.rate for run in runs]
        yield [work, name, f"{median(rates):.0f} ({min(rates):.0f} … {max(rates):.0f})",
               f"{median(run.megabytes_a_second for run in runs):.0f}", f"{median(run.p99_ms for run in runs):.1f}",
               f"{median(1000 * run.cpu / run.requests for run in runs):.3f}"]


def figures_of(results):
    return [Figure(1, f"{work.name} a second: candid / nginx that logs nothing",
                   tuple(ours.rate / theirs.rate for ours, theirs in
                         zip(results["candid", work.name], results["nginx", work.name])), WANTED, True)
            for work in WORKS]
