"""Stores of every kind, each a real server behind the fault proxy, and what lies in them, found without Candid's code."""

import hashlib
from pathlib import Path

from product import Workplace
from put_files import environment, s3_address, s3_environment
from s3 import S3
from servers import FaultProxy, Server


def digests_below(folder, besides=()):
    """SHA-256 of every file, but for those whose names end so."""
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in Path(folder).rglob("*")
            if path.is_file() and path.suffix not in besides}


class Target:
    """`store` and `variables` for a publisher; `stored()` is the digests of all whole objects."""

    def __init__(self, upstream, seed=1):
        self.proxy = FaultProxy(upstream, seed)

    def end(self):
        self.proxy.end()
        self.server.end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class S3Target(Target):
    name = "s3"

    def __init__(self, seed=1):
        self.server = Server("swift")
        super().__init__(self.server.url, seed)
        self.store = s3_address(self.proxy.url, self.server.facts)
        self.variables = s3_environment(self.server.facts)

    def stored(self):
        bucket = S3(self.server.facts)
        return {bucket.sha256_of(name) for name in bucket.objects()}


class DavTarget(Target):
    name = "dav"

    def __init__(self, seed=1):
        self.server = Server("nginx_dav")
        super().__init__(self.server.url, seed)
        self.store = self.proxy.url.replace("http://", "dav+http://")
        self.variables = environment(CANDID_STORE_USER=self.server.user, CANDID_STORE_PASSWORD=self.server.password)

    def stored(self):
        return digests_below(self.server.folder)


class TusTarget(Target):
    name = "tus"

    def __init__(self, seed=1):
        self.server = Server("tus")
        super().__init__(self.server.url.removesuffix("/files/"), seed)
        self.store = self.proxy.url.replace("http://", "tus+http://") + "/files"
        self.variables = environment()

    def stored(self):
        return digests_below(self.server.folder, besides=(".json",))  # what the server knows about an upload


class CandidTarget(Target):
    name = "candid"

    def __init__(self, seed=1):
        self._workplace = Workplace()
        self._data = self._workplace.folder / "data"
        token = self._workplace.token(self._data)
        self.server = self._workplace.serve(self._data)
        super().__init__(self.server.url, seed)
        self.store = self.proxy.url.replace("http://", "candid+http://")
        self.variables = environment(CANDID_API_TOKEN=token)

    def stored(self):
        return digests_below(self._data / "store")

    def end(self):
        super().end()
        self._workplace.__exit__()


TARGETS = (S3Target, DavTarget, TusTarget, CandidTarget)
