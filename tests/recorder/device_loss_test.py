#!/usr/bin/env python3
"""A device that goes away ends the recording: at once, with its reason, and with a final take of what came before. Then
one can record again."""

import sys
import unittest

sys.dont_write_bytecode = True

from desk import MICROPHONE, Desk
from recorder import STALL_SECONDS, TOLD_WITHIN, Recording, look_at, record, sidecar
from takes import TakeTest, now


class DeviceLoss(TakeTest):
    def setUp(self):
        super().setUp()
        self.desk = self.enterContext(Desk((320, 240)))

    def devices(self, microphone):
        return ["--camera", "none", "--fps", "15", "--screen", self.desk.display, "--mic", microphone]

    def lose(self, take, loss, *words, within=TOLD_WITHIN):
        """Records, has `loss` happen, and claims what must hold then."""
        devices = self.devices(f"pulse:{MICROPHONE}")
        with Recording(take, *devices, environment=self.desk.environment) as recording:
            recording.wait_until_recorded(1.5)
            lost_at = now()
            loss()
            end = recording.end(within=10)
        self.assert_told(end, lost_at, *words, within=within)
        self.assert_final(take)
        self.assertGreater(look_at(take).end, 1.5)
        self.assertNotIn(sidecar(take)["ended_by"], ("finished", "stopped", "max_length", "source_ended", "disk_low"))

    def assert_records_again(self, take):
        end = record(take, *self.devices("default"), "--max", "1s", environment=self.desk.environment)
        self.assertEqual(end.code, 0, end.stderr)
        self.assert_final(take)
        self.assertGreater(look_at(take).samples, 40000)

    def test_a_microphone_that_is_unplugged(self):
        # A sound server would rather move the recording to another source: the machine's own sound, here.
        self.lose(self.folder / "a.mkv", self.desk.unplug_microphone, "microphone")
        self.desk.plug_microphone()
        self.assert_records_again(self.folder / "b.mkv")

    def test_a_sound_server_that_dies(self):
        self.lose(self.folder / "a.mkv", self.desk.kill_sound, "sound server|microphone")
        self.desk.start_sound()
        self.assert_records_again(self.folder / "b.mkv")

    def test_a_sound_server_that_hangs(self):
        self.addCleanup(self.desk.thaw_sound)
        # Silence is a failure only after a while, and is told as soon as another.
        within = STALL_SECONDS + TOLD_WITHIN
        self.lose(self.folder / "a.mkv", self.desk.freeze_sound, "sound server|microphone", within=within)
        self.desk.thaw_sound()
        self.assert_records_again(self.folder / "b.mkv")

    def test_a_screen_that_goes_away(self):
        self.lose(self.folder / "a.mkv", self.desk.kill_screen, "screen|display")


if __name__ == "__main__":
    unittest.main()
