#!/usr/bin/env python3
"""A disk that fills up during a recording (root alone: it is mounted for the test)."""

import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True

from recorder import Recording, look_at, problems_in, sidecar
from takes import TakeTest, now

MEGABYTE = 1_000_000
# It may not begin with less than 500 MB, and ends by itself below.
DISK_MEGABYTES = 600
PRESENTER = ["--camera", "test:live", "--size", "320x180"]


@unittest.skipUnless(os.geteuid() == 0, "only root can mount a small disk")
class Disk(TakeTest):
    def setUp(self):
        super().setUp()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES * MEGABYTE}", "candid", str(self.folder)], check=True
        )
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.folder)], check=True)
        self.take = self.folder / "a.mkv"
        self.filler = self.folder / "filler"

    def free(self):
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def fill(self, megabytes):
        with open(self.filler, "ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), megabytes * MEGABYTE)

    def fill_all(self):
        with open(self.filler, "ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), self.free())

    def test_it_ends_by_itself_while_there_is_room(self):
        with Recording(self.take, *PRESENTER) as recording:
            recording.wait_until_recorded(1)
            while recording.is_at_work() and self.free() > 400 * MEGABYTE:
                self.fill(10)
                recording.work_for(0.3)
            end = recording.end()
        self.assertEqual(end.code, 0, end.stderr)
        self.assert_final(self.take)
        self.assertEqual(sidecar(self.take)["ended_by"], "disk_low")
        self.assertGreater(self.free(), 400 * MEGABYTE)

    def test_a_disk_that_is_full_at_once(self):
        with Recording(self.take, *PRESENTER) as recording:
            recording.wait_until_recorded(2)
            # Filling takes a moment, in which it could see that the disk runs low and end well.
            with recording.held_still():
                self.fill_all()
            filled_at = now()
            recorded = look_at(self.take).end
            end = recording.end()
        self.assert_told(end, filled_at, "space|disk")
        self.assertEqual(problems_in(self.take), "")
        kept = look_at(self.take)
        print(f"{self.id()}: {recorded:.2f} s were on the disk when it filled up, {kept.end:.2f} s are kept")
        self.assertGreaterEqual(kept.end, recorded - 1)

    def test_too_little_room_to_begin(self):
        self.fill(150)
        with Recording(self.take, *PRESENTER, "--max", "1s") as recording:
            end = recording.end()
        self.assertEqual(end.code, 1, end.stderr)
        self.assertRegex(end.stderr, "MB are free")
        self.assertFalse(self.take.exists())


if __name__ == "__main__":
    unittest.main()
