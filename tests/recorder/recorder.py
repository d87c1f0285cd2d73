"""Runs `candid record` as people do and looks at what it leaves."""

import json
import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk import wait_for

CANDID = os.environ.get("CANDID", "candid")
# How soon a device that failed is told.
TOLD_WITHIN = 2.0
# For as long a device may give nothing before it counts as failed (capture/source.h).
STALL_SECONDS = 2.0


@dataclass(frozen=True)
class End:
    """How a recording ended."""

    code: int
    stdout: str
    stderr: str
    at: float  # time.monotonic()

    def json(self):
        return json.loads(self.stdout)


class Recording:
    """`candid record -o TAKE ARGUMENTS` at work; killed when its block is left before it ended."""

    def __init__(self, take, *arguments, environment=None, user=None, program=CANDID):
        self.take = Path(take)
        self._process = subprocess.Popen(
            [program, "record", "-o", str(take), "--countdown", "0", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            user=user,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def wait_until_recorded(self, seconds, within=20):
        """Returns when that much is in the file."""

        def recorded():
            if self._process.poll() is not None:
                _, words = self._process.communicate()
                raise AssertionError(f"the recording ended with {self._process.returncode}:\n{words}")
            return recorded_in(self.take) >= seconds

        wait_for(recorded, f"{seconds} s in {self.take.name}", within)

    def is_at_work(self):
        return self._process.poll() is None

    def work_for(self, seconds):
        """Returns after that time, or when it ended before."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)

    def kill(self):
        self._process.kill()

    @contextmanager
    def held_still(self):
        """Nothing moves in it meanwhile."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def end(self, within=30):
        """Waits for it."""
        try:
            out, err = self._process.communicate(timeout=within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{within} s later {self.take.name} is still being recorded") from None
        return End(self._process.returncode, out, err, time.monotonic())


def record(take, *arguments, within=30, **how):
    """A whole recording, to its own end."""
    with Recording(take, *arguments, **how) as recording:
        return recording.end(within)


def sidecar_path(take):
    return Path(take).with_suffix(".take.json")


def sidecar(take):
    return json.loads(sidecar_path(take).read_text())


# A cluster's id, its length of 1 to 8 bytes, its checksum, and its timestamp in milliseconds.
CLUSTER = re.compile(rb"\x1f\x43\xb6\x75(?:[\x01-\xff].{0,7}?)(?:\xbf\x84.{4})?\xe7([\x81-\x88])(.{8})", re.S)


def recorded_in(take):
    """Up to when whole clusters are in a file that is being written, in seconds; 0: none, or no file. Looks at their
    heads alone, as it is asked again and again, on slow machines, too."""
    try:
        data = Path(take).read_bytes()
    except FileNotFoundError:
        return 0
    times = [int.from_bytes(time[: length[0] & 0x0F], "big") for length, time in CLUSTER.findall(data)]
    return max(times, default=0) / 1000


@dataclass(frozen=True)
class Take:
    """What is in a file, by its packets."""

    pictures: int
    samples: int  # a channel
    end: float  # seconds, of its last picture or sound
    whole_until: float  # seconds: up to there it has all that it holds, pictures and sound
    began: float | None  # time.time() of its first moment, as the header says


def look_at(take):
    wanted = "packet=codec_type,pts_time,duration_time:stream=codec_type,sample_rate:format_tags=creation_time"
    command = ["ffprobe", "-v", "quiet", "-show_entries", wanted, "-of", "json", str(take)]
    facts = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    spans = {"video": [], "audio": []}
    for packet in facts["packets"]:
        begin = float(packet["pts_time"])
        spans[packet["codec_type"]].append((begin, begin + float(packet.get("duration_time", 0))))
    rates = [int(stream["sample_rate"]) for stream in facts["streams"] if stream["codec_type"] == "audio"]
    ends = [max(end for _, end in track) for track in spans.values() if track]
    began = facts["format"].get("tags", {}).get("creation_time")
    return Take(
        pictures=len(spans["video"]),
        samples=round(sum(end - begin for begin, end in spans["audio"]) * rates[0]) if rates else 0,
        end=max(ends, default=0),
        whole_until=min(ends, default=0),
        began=datetime.fromisoformat(began.replace("Z", "+00:00")).timestamp() if began else None,
    )


def problems_in(take):
    """What a decoder has to say against a file, from its first byte to its last; empty: nothing."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-xerror", "-nostdin", "-i", str(take), "-map", "0", "-f", "null", "-"],
        capture_output=True,
        text=True,
        errors="replace",
    )
    return done.stderr.strip() or ("" if done.returncode == 0 else f"ffmpeg ended with {done.returncode}")


def count_problems(take):
    """Where the sidecar's counts contradict each other or the file; empty: nowhere."""
    frames = sidecar(take)["frames"]
    dropped = sum(frames["dropped"].values())
    found = []
    if frames["captured"] != frames["encoded"] + dropped:
        found.append(f"{frames['captured']} captured are not {frames['encoded']} encoded and {dropped} dropped")
    pictures = look_at(take).pictures
    if frames["encoded"] + frames["repeated"] != pictures:
        found.append(f"{frames['encoded']} encoded and {frames['repeated']} repeated are not {pictures} in the file")
    return "; ".join(found)
