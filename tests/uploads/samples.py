"""Files of random bytes to upload, each another, and where their objects belong."""

import hashlib
import random
import shutil
import tempfile
from pathlib import Path

MEGABYTE = 1_000_000


class Samples:
    """Files in a folder that goes with the `with`. The same seed makes the same bytes."""

    def __init__(self, count, size, seed):
        self.folder = Path(tempfile.mkdtemp(prefix="candid-samples-"))
        self.size = size
        chance = random.Random(seed)
        self.files, self.digests = [], []
        for number in range(count):
            content = chance.randbytes(size)
            path = self.folder / f"sample-{number}.bin"
            path.write_bytes(content)
            self.files.append(path)
            self.digests.append(hashlib.sha256(content).hexdigest())

    @property
    def objects(self):
        return [object_name(digest) for digest in self.digests]

    def total(self):
        return self.size * len(self.files)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def object_name(digest):
    """As upload::part_object() names a part."""
    return f"parts/{digest[:2]}/{digest}"
