#!/usr/bin/env python3
"""A tone that is played without a break is recorded without one: no silence is put in, nothing is cut out."""

import array
import math
import subprocess
import sys
import unittest
import wave

sys.dont_write_bytecode = True

from desk import LOUDSPEAKER, MONITOR, Desk
from recorder import record, sidecar
from takes import TakeTest

SECONDS = 5
PITCH = 440
LOUD = 12000  # of 32767


def write_tone(path, seconds):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        second = array.array("h", (round(LOUD * math.sin(2 * math.pi * PITCH * i / 48000)) for i in range(48000)))
        file.writeframes(second.tobytes() * seconds)


def breaks(samples):
    """Where a sample is not what the two before it say a sine goes on with, seconds; at most ten."""
    bend = 2 * math.cos(2 * math.pi * PITCH / 48000)
    found = (
        i / 48000
        for i in range(2, len(samples))
        if abs(samples[i] - (bend * samples[i - 1] - samples[i - 2])) > LOUD / 20
    )
    return [round(at, 3) for at, _ in zip(found, range(10))]


class Tone(TakeTest):
    def test_it_has_no_breaks_from_the_first_sample_on(self):
        tone = self.folder / "tone.wav"
        write_tone(tone, SECONDS + 20)
        take = self.folder / "a.mka"
        with Desk(screen=None) as desk:
            player = subprocess.Popen(["paplay", f"--device={LOUDSPEAKER}", str(tone)], env=desk.environment)
            try:
                devices = ["--camera", "none", "--mic", f"pulse:{MONITOR}"]
                end = record(take, *devices, "--max", f"{SECONDS}s", environment=desk.environment)
            finally:
                player.kill()
                player.wait()
        self.assertEqual(end.code, 0, end.stderr)
        decode = ["ffmpeg", "-v", "error", "-i", str(take), "-ac", "1", "-f", "s16le", "-"]
        samples = array.array("h", subprocess.run(decode, capture_output=True, check=True).stdout)
        self.assertEqual(len(samples), SECONDS * 48000)
        self.assertGreater(max(samples), LOUD / 2, "the tone is not heard at all")
        self.assertEqual(breaks(samples), [])
        self.assertEqual(sidecar(take)["missing_sound_s"], 0)


class Breaks(unittest.TestCase):
    def test_a_hole_is_found(self):
        tone = array.array("h", (round(LOUD * math.sin(2 * math.pi * PITCH * i / 48000)) for i in range(48000)))
        self.assertEqual(breaks(tone), [])
        tone[24000:24500] = array.array("h", [0] * 500)
        self.assertIn(round(24500 / 48000, 3), breaks(tone))


if __name__ == "__main__":
    unittest.main()
