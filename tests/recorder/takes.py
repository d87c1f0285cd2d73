"""What every recorder test claims of the takes it finds."""

import shutil
import tempfile
import time
import unittest
from pathlib import Path

from recorder import TOLD_WITHIN, count_problems, look_at, problems_in, sidecar


class TakeTest(unittest.TestCase):
    """`self.folder` is there for one test."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="candid-takes-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def assert_final(self, take):
        """It plays to its end, and its sidecar tells the truth."""
        self.assertEqual(problems_in(take), "", take)
        self.assertEqual(count_problems(take), "")
        self.assertAlmostEqual(look_at(take).end, sidecar(take)["duration_s"], delta=0.1)

    def assert_told(self, end, since, *words, within=TOLD_WITHIN):
        """It failed soon after `since` (time.monotonic()), and its error has all of the words."""
        self.assertEqual(end.code, 1, end.stderr)
        print(f"{self.id()}: told after {end.at - since:.2f} s: {end.stderr.strip()}")
        self.assertLess(end.at - since, within, end.stderr)
        for word in words:
            self.assertRegex(end.stderr, f"(?i){word}")

    def assert_nothing_left(self):
        self.assertEqual([path.name for path in self.folder.iterdir()], [])


def now():
    return time.monotonic()
