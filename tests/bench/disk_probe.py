"""How long the disk takes to make something durable meanwhile: a report waits for that, whatever the server does."""

import os
import threading
import time

EVERY_SECONDS = 0.1
BYTES = 4096


class DiskProbe:
    """Within the `with`, ten times a second: a page is appended to a file of this folder and made durable."""

    def __init__(self, folder):
        self._file = folder / "disk-probe"
        self._times = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._probe)

    def _probe(self):
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            while not self._over.wait(EVERY_SECONDS):
                began = time.monotonic()
                os.write(descriptor, bytes(BYTES))
                os.fdatasync(descriptor)
                self._times.append(time.monotonic() - began)
        finally:
            os.close(descriptor)
            self._file.unlink()

    def p99_ms(self):
        """Once it has ended; the slowest where there are fewer than a hundred."""
        times = sorted(self._times)
        return 1000 * times[min(len(times) - 1, int(len(times) * 0.99))] if times else 0.0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
