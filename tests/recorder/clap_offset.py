#!/usr/bin/env python3
"""How far sound and picture are apart in a recording of clap_player: for each clap the sound's time minus the
picture's, in milliseconds (positive: the sound comes late).

usage: clap_offset.py RECORDING     a line for each clap, then median and worst; exit 1 where no claps are found

Two figures for each clap. `offset` is the recorder's own: a flash's brightness tells how long before a picture was
taken the flash began (clap_player.cpp), so the time between two pictures does not count. `seen` is what a viewer gets:
the first bright picture is the flash, up to a frame after it.
"""

import array
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from statistics import median

FADE_SECONDS = 0.2  # clap_player.cpp
SAMPLES_PER_MS = 48
# Of white: what is brighter than a coding error. And so bright that black before it makes it a flash's beginning.
LIT = 0.08
# Claps are at least 1.7 s apart.
FARTHEST = 0.8


class NoClaps(Exception):
    """The recording holds no claps, or some without their other half."""


@dataclass(frozen=True)
class Clap:
    flash: float  # seconds in the recording: when it began
    first_bright: float  # of the first picture that shows it
    beep: float

    @property
    def offset_ms(self):
        return (self.beep - self.flash) * 1000

    @property
    def seen_ms(self):
        return (self.beep - self.first_bright) * 1000


@dataclass(frozen=True)
class Offsets:
    claps: list

    def figures(self):
        offsets = [clap.offset_ms for clap in self.claps]
        return {
            "claps": len(offsets),
            "median_ms": round(median(offsets), 1),
            "worst_ms": round(max(offsets, key=abs), 1),
            "spread_ms": round(max(offsets) - min(offsets), 1),
            "seen_median_ms": round(median(clap.seen_ms for clap in self.claps), 1),
            "seen_worst_ms": round(max((clap.seen_ms for clap in self.claps), key=abs), 1),
        }


def measure(recording):
    flashes = flashes_in(brightness(recording))
    beeps = beeps_in(loudness(recording))
    claps = []
    for flash, first_bright in flashes:
        near = [beep for beep in beeps if abs(beep - flash) < FARTHEST]
        if len(near) == 1:
            claps.append(Clap(flash, first_bright, near[0]))
    # A recording may begin or end between a clap's halves.
    if not claps or len(claps) < max(len(flashes), len(beeps)) - 2:
        raise NoClaps(f"{recording}: {len(flashes)} flashes and {len(beeps)} beeps make {len(claps)} claps")
    return Offsets(claps)


def brightness(recording):
    """(time in seconds, 0 black … 1 white) of every picture that the file holds, at its own time."""
    text = _ffmpeg(
        recording,
        *["-map", "0:v:0", "-fps_mode", "passthrough", "-copyts"],
        *["-vf", "scale=32:32:out_range=limited,format=yuv420p,signalstats,metadata=print:file=-", "-f", "null", "-"],
    ).decode()
    times = [float(word) for word in re.findall(r"pts_time:(\S+)", text)]
    levels = [(float(word) - 16) / 219 for word in re.findall(r"YAVG=(\S+)", text)]
    if len(times) != len(levels):
        raise NoClaps(f"{recording}: {len(times)} times for {len(levels)} pictures")
    return list(zip(times, levels))


def flashes_in(pictures):
    """(when it began, when the first picture shows it) of each flash."""
    found = []
    for i in range(1, len(pictures)):
        if pictures[i][1] > LIT and pictures[i - 1][1] <= LIT and pictures[i][1] > 0.5:
            lit = []
            for time, level in pictures[i:]:
                if level <= LIT:
                    break
                lit.append(time - FADE_SECONDS * (1 - min(level, 1)))
            found.append((median(lit), pictures[i][0]))
    return found


def loudness(recording):
    """The loudest sample of each millisecond of the recording."""
    # Silence stands for what is missing between packets, so that a sample's number tells its time.
    sound = array.array(
        "h",
        _ffmpeg(
            recording,
            *["-map", "0:a:0", "-copyts", "-af", "aresample=48000:async=1:min_hard_comp=0.001:first_pts=0"],
            *["-ac", "1", "-f", "s16le", "-"],
        ),
    )
    step = SAMPLES_PER_MS
    return [max(map(abs, sound[i : i + step])) for i in range(0, len(sound) - step + 1, step)]


def beeps_in(levels):
    """When each beep began, in seconds: the first loud millisecond after 100 that were not."""
    threshold = max(levels, default=0) / 4
    if threshold < 75:
        return []
    found = []
    last_loud = -1000
    for i, level in enumerate(levels):
        if level > threshold:
            if i - last_loud > 100:
                found.append(i / 1000)
            last_loud = i
    return found


def _ffmpeg(recording, *words):
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-i", str(recording), *words], capture_output=True
    )
    if done.returncode != 0:
        raise NoClaps(f"{recording} cannot be read:\n{done.stderr.decode(errors='replace')[-1000:]}")
    return done.stdout


def main():
    if len(sys.argv) != 2:
        print("usage: clap_offset.py RECORDING", file=sys.stderr)
        return 2
    try:
        offsets = measure(sys.argv[1])
    except NoClaps as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    for clap in offsets.claps:
        times = f"flash {clap.flash:8.3f} s   beep {clap.beep:8.3f} s"
        print(f"{times}   offset {clap.offset_ms:+6.1f} ms   seen {clap.seen_ms:+6.1f} ms")
    print(json.dumps(offsets.figures()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
