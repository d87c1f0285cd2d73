#!/usr/bin/env python3
"""`candid record` where nothing is lost: what ends it, what it makes, and what it refuses."""

import os
import shutil
import sys
import tempfile
import unittest
from contextlib import contextmanager

sys.dont_write_bytecode = True

from desk import MICROPHONE, MICROPHONE_NAME, Desk
from recorder import CANDID, Recording, look_at, record, sidecar, sidecar_path
from takes import TakeTest, now

PRESENTER = ["--camera", "test:live", "--mic", "none", "--size", "320x180"]
NOBODY = 65534


@contextmanager
def nobody():
    """Arguments of record() for a user to whom not all is allowed, as it is to root."""
    if os.getuid() != 0:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="candid-nobody-") as folder:
        # The program may lie where only root can go.
        os.chmod(folder, 0o755)
        yield {"program": shutil.copy(CANDID, folder), "user": NOBODY}


def without_zeros(frames):
    """Reasons that did not occur may be missing."""
    return {**frames, "dropped": {reason: count for reason, count in frames["dropped"].items() if count}}


class Record(TakeTest):
    def test_an_interrupt_ends_it_well(self):
        take = self.folder / "a.mkv"
        with Recording(take, *PRESENTER, "--json") as recording:
            recording.wait_until_recorded(1)
            asked_at = now()
            recording.interrupt()
            end = recording.end()
        self.assertEqual(end.code, 0, end.stderr)
        self.assertLess(end.at - asked_at, 10, "seconds until it ended")
        self.assert_final(take)
        told = end.json()
        self.assertEqual(told["take"], str(take))
        self.assertEqual(told["ended_by"], "stopped")
        self.assertEqual(told["duration_s"], sidecar(take)["duration_s"])
        self.assertEqual(without_zeros(told["frames"]), without_zeros(sidecar(take)["frames"]))

    def test_a_length_ends_it(self):
        take = self.folder / "a.mkv"
        end = record(take, *PRESENTER, "--max", "1.5s")
        self.assertEqual(end.code, 0, end.stderr)
        self.assert_final(take)
        self.assertAlmostEqual(look_at(take).end, 1.5, delta=0.05)
        self.assertEqual(sidecar(take)["ended_by"], "max_length")

    def test_an_earlier_take_is_never_touched(self):
        take = self.folder / "a.mkv"
        take.write_bytes(b"somebody's only take")
        end = record(take, *PRESENTER, "--max", "1s")
        self.assertNotEqual(end.code, 0)
        self.assertIn("exists", end.stderr)
        self.assertEqual(take.read_bytes(), b"somebody's only take")
        self.assertFalse(sidecar_path(take).exists())

    def test_an_earlier_takes_sidecar_is_never_touched(self):
        take = self.folder / "a.mkv"
        sidecar_path(take).write_bytes(b"{}")
        end = record(take, *PRESENTER, "--max", "1s")
        self.assertNotEqual(end.code, 0)
        self.assertIn("exists", end.stderr)
        self.assertEqual(sidecar_path(take).read_bytes(), b"{}")
        self.assertFalse(take.exists())

    def test_a_folder_that_cannot_be_written(self):
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        with nobody() as user:
            end = record(self.folder / "a.mkv", *PRESENTER, "--max", "1s", **user)
        self.assertEqual(end.code, 1)
        self.assertRegex(end.stderr, "(?i)permission")
        self.assertIn(str(self.folder), end.stderr)
        self.assert_nothing_left()

    def test_a_camera_that_is_not_there(self):
        end = record(self.folder / "a.mkv", "--camera", "Hasselblad", "--mic", "none", "--max", "1s")
        self.assertIn(end.code, (1, 2))
        self.assertIn("Hasselblad", end.stderr)
        self.assertIn("try:", end.stderr)
        self.assert_nothing_left()


class RecordDesk(TakeTest):
    @classmethod
    def setUpClass(cls):
        cls.desk = cls.enterClassContext(Desk((320, 240)))

    def record(self, name, *devices, max="1.5s"):
        return record(self.folder / name, *devices, "--max", max, environment=self.desk.environment)

    def test_a_screen_alone(self):
        end = self.record("a.mkv", "--camera", "none", "--mic", "none", "--screen", self.desk.display, "--fps", "30")
        self.assertEqual(end.code, 0, end.stderr)
        take = self.folder / "a.mkv"
        self.assert_final(take)
        found = look_at(take)
        self.assertEqual((found.pictures, found.samples), (45, 0))
        self.assertEqual(sidecar(take)["size"], {"width": 320, "height": 240})

    def test_a_microphone_alone(self):
        end = self.record("a.mka", "--camera", "none", "--mic", "default")
        self.assertEqual(end.code, 0, end.stderr)
        take = self.folder / "a.mka"
        self.assert_final(take)
        found = look_at(take)
        self.assertEqual(found.pictures, 0)
        self.assertAlmostEqual(found.samples / 48000, 1.5, delta=0.05)

    def test_a_screen_with_a_microphone_by_a_part_of_its_name(self):
        name = MICROPHONE_NAME.split()[0].lower() + " micro"
        end = self.record("a.mkv", "--camera", "none", "--mic", name, "--screen", self.desk.display)
        self.assertEqual(end.code, 0, end.stderr)
        self.assert_final(self.folder / "a.mkv")
        self.assertIn(MICROPHONE_NAME, sidecar(self.folder / "a.mkv")["device"])

    def test_a_presenter_with_a_real_microphone(self):
        end = self.record("a.mkv", "--camera", "test:live", "--size", "320x180", "--mic", f"pulse:{MICROPHONE}")
        self.assertEqual(end.code, 0, end.stderr)
        self.assert_final(self.folder / "a.mkv")

    def test_a_microphone_that_is_not_there(self):
        end = self.record("a.mka", "--camera", "none", "--mic", "pulse:nobodys")
        self.assertIn(end.code, (1, 2))
        self.assertIn("nobodys", end.stderr)
        self.assertIn(MICROPHONE, end.stderr, "those that are there are named")
        self.assert_nothing_left()

    def test_a_display_that_is_not_there(self):
        end = self.record("a.mkv", "--camera", "none", "--mic", "none", "--screen", ":4711")
        self.assertIn(end.code, (1, 2))
        self.assertIn(":4711", end.stderr)
        self.assert_nothing_left()

    def test_no_sound_server(self):
        with Desk(screen=None, sound=False) as silent:
            devices = ["--camera", "none", "--mic", "default"]
            end = record(self.folder / "a.mka", *devices, "--max", "1s", environment=silent.environment)
        self.assertEqual(end.code, 1)
        self.assertRegex(end.stderr, "(?i)sound server|microphone")
        self.assert_nothing_left()

    def test_nothing_to_record(self):
        end = self.record("a.mkv", "--camera", "none", "--mic", "none")
        self.assertEqual(end.code, 2, end.stderr)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
