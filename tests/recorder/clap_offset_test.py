#!/usr/bin/env python3
"""Proves that clap_offset.py measures: recordings whose sound is off by a known time, and some that are none."""

import math
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
from pathlib import Path

sys.dont_write_bytecode = True

from clap_offset import FADE_SECONDS, NoClaps, measure

CLAPS = (0.507, 2.2, 4.213)
LENGTH = 5
RATE = 30
SIDE = 32


def draw(path, claps, size=SIDE):
    """The pictures of a camera that is never late: each shows its own instant."""
    with open(path, "wb") as file:
        for frame in range(LENGTH * RATE):
            ages = [frame / RATE - clap for clap in claps if 0 <= frame / RATE - clap < FADE_SECONDS]
            grey = round(255 * (1 - ages[0] / FADE_SECONDS)) if ages else 0
            file.write(bytes([grey]) * (size * size * 3))


def beep(path, claps):
    samples = [0] * (LENGTH * 48000)
    for clap in claps:
        begin = round(clap * 48000)
        for i in range(2880):
            samples[begin + i] = round(16000 * math.sin(2 * math.pi * 2000 * i / 48000))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


class ClapOffset(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="candid-claps-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def recording(self, flashes, beeps):
        draw(self.folder / "picture", flashes)
        beep(self.folder / "sound.wav", beeps)
        path = self.folder / "recording.mkv"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-nostdin", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIDE}x{SIDE}"]
            + ["-r", str(RATE), "-i", self.folder / "picture", "-i", self.folder / "sound.wav"]
            + ["-c:v", "libx264", "-preset", "superfast", "-crf", "18", "-pix_fmt", "yuv420p"]
            + ["-c:a", "pcm_s16le", path],
            check=True,
        )
        return path

    def test_a_known_offset_is_found(self):
        for offset in (0, 0.040, -0.120):
            figures = measure(self.recording(CLAPS, [clap + offset for clap in CLAPS])).figures()
            self.assertEqual(figures["claps"], len(CLAPS))
            self.assertAlmostEqual(figures["median_ms"], offset * 1000, delta=3)
            self.assertAlmostEqual(figures["worst_ms"], offset * 1000, delta=4)
            # A viewer sees a flash up to a frame after it was.
            self.assertLess(figures["seen_worst_ms"], figures["worst_ms"] + 1)

    def test_one_clap_that_is_off_is_the_worst(self):
        beeps = [CLAPS[0], CLAPS[1] + 0.2, CLAPS[2]]
        figures = measure(self.recording(CLAPS, beeps)).figures()
        self.assertAlmostEqual(figures["median_ms"], 0, delta=3)
        self.assertAlmostEqual(figures["worst_ms"], 200, delta=4)

    def test_sound_without_flashes_is_refused(self):
        with self.assertRaises(NoClaps):
            measure(self.recording([], CLAPS))

    def test_flashes_without_sound_are_refused(self):
        with self.assertRaises(NoClaps):
            measure(self.recording(CLAPS, []))


if __name__ == "__main__":
    unittest.main()
