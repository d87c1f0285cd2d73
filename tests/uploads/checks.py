"""What a test claims: all claims are looked at, and those that do not hold are told together at the end."""

import threading


class Checks:
    """From any thread."""

    def __init__(self):
        self._lock = threading.Lock()
        self._count = 0
        self._failed = []

    def that(self, holds, words):
        with self._lock:
            self._count += 1
            if not holds:
                self._failed.append(words)
        return holds

    def equal(self, found, wanted, words):
        self.that(found == wanted, f"{words}: {found!r}, not {wanted!r}")

    def result(self):
        """The exit code, after the failures were printed."""
        for words in self._failed:
            print(f"FAILED: {words}")
        print(f"{self._count - len(self._failed)} of {self._count} claims hold")
        return 1 if self._failed else 0
