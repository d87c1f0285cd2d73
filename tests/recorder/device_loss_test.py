#!/usr/bin/env python3
"""A device that goes away ends the recording: at once, with its reason, and with a final take of what came before. Then
one can record again."""

import sys
import unittest

sys.dont_write_bytecode = True

from desk import MICROPHONE, Desk
from recorder import Recording, look_at, record, sidecar
from takes import TakeTest, now

SMALL = ["--camera", "none", "--fps", "15"]


class DeviceLoss(TakeTest):
    def setUp(self):
        super().setUp()
        self.desk = self.enterContext(Desk((320, 240)))

    def recording(self, take, microphone=f"pulse:{MICROPHONE}"):
        devices = ["--screen", self.desk.display, "--mic", microphone]
        return Recording(take, *SMALL, *devices, environment=self.desk.environment)

    def lose(self, take, loss, *words):
        """Records, has `loss` happen, and claims what must hold then."""
        with self.recording(take) as recording:
            recording.wait_until_recorded(1.5)
            lost_at = now()
            loss()
            end = recording.end(within=10)
        self.assert_told(end, lost_at, *words)
        self.assert_final(take)
        self.assertGreater(look_at(take).end, 1.5)
        self.assertNotIn(sidecar(take)["ended_by"], ("finished", "stopped", "max_length", "source_ended", "disk_low"))

    def assert_records_again(self, take):
        end = record(take, *SMALL, "--screen", self.desk.display, "--mic", "default", "--max", "1s", environment=self.desk.environment)
        self.assertEqual(end.code, 0, end.stderr)
        self.assert_final(take)
        self.assertGreater(look_at(take).samples, 40000)

    def test_a_microphone_that_is_unplugged(self):
        self.lose(self.folder / "a.mkv", self.desk.unplug_microphone, "microphone")
        self.desk.plug_microphone()
        self.assert_records_again(self.folder / "b.mkv")

    def test_a_sound_server_that_dies(self):
        self.lose(self.folder / "a.mkv", self.desk.kill_sound, "sound server|microphone")
        self.desk.start_sound()
        self.assert_records_again(self.folder / "b.mkv")

    def test_a_sound_server_that_hangs(self):
        take = self.folder / "a.mkv"
        with self.recording(take) as recording:
            recording.wait_until_recorded(1.5)
            frozen_at = now()
            self.desk.freeze_sound()
            try:
                end = recording.end(within=10)
            finally:
                self.desk.thaw_sound()
        # Its silence is a failure only after a while (source.h), and is told as soon as another device's would be.
        self.assertEqual(end.code, 1, end.stderr)
        print(f"{self.id()}: told after {end.at - frozen_at:.2f} s: {end.stderr.strip()}")
        self.assertLess(end.at - frozen_at, 2 + 2)
        self.assertRegex(end.stderr, "(?i)microphone|sound")
        self.assert_final(take)
        self.assert_records_again(self.folder / "b.mkv")

    def test_a_screen_that_goes_away(self):
        self.lose(self.folder / "a.mkv", self.desk.kill_screen, "screen|display")


if __name__ == "__main__":
    unittest.main()
