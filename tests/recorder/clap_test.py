#!/usr/bin/env python3
"""What is seen and heard at one instant is at one instant in the take (clap_player.cpp, clap_offset.py)."""

import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True

from clap_offset import measure
from desk import MONITOR, Desk
from recorder import record
from takes import TakeTest

PLAYER = os.environ.get("CANDID_CLAP_PLAYER", "clap_player")
SECONDS = 12
PEER_SECONDS = 5
FRAME_MS = 1000 / 30


class Clap(TakeTest):
    def setUp(self):
        super().setUp()
        self.desk = self.enterContext(Desk())
        self.player = subprocess.Popen(
            [PLAYER, str(SECONDS + PEER_SECONDS + 5)], env=self.desk.environment, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(self.player.communicate)
        self.addCleanup(self.player.kill)
        self.assertIn("steady", self.player.stdout.readline(), "the player did not start")

    def test_sound_and_picture_are_within_a_frame(self):
        take = self.folder / "claps.mkv"
        devices = ["--camera", "none", "--screen", self.desk.display, "--mic", f"pulse:{MONITOR}"]
        end = record(take, *devices, "--max", f"{SECONDS}s", environment=self.desk.environment)
        self.assertEqual(end.code, 0, end.stderr)
        self.assert_final(take)
        figures = measure(take).figures()
        print("candid:", json.dumps(figures))
        peer = measure(self.record_with_ffmpeg()).figures()
        print("ffmpeg:", json.dumps(peer), "(two inputs, each from its own start)")
        self.assertGreaterEqual(figures["claps"], 4)
        self.assertLessEqual(abs(figures["median_ms"]), FRAME_MS)
        self.assertLessEqual(abs(figures["worst_ms"]), FRAME_MS)

    def record_with_ffmpeg(self):
        recording = self.folder / "ffmpeg.mkv"
        queue = ["-thread_queue_size", "1024"]
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin"]
            + [*queue, "-f", "x11grab", "-framerate", "30", "-i", self.desk.display]
            + [*queue, "-f", "pulse", "-i", MONITOR]
            + ["-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"]
            + ["-t", str(PEER_SECONDS), str(recording)],
            env=self.desk.environment,
            check=True,
        )
        return recording


if __name__ == "__main__":
    unittest.main()
