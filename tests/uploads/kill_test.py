#!/usr/bin/env python3
"""Uploads into S3 that are killed (SIGKILL) at random moments and run again. Of each file at most one part is sent twice,
all objects are whole in the end, and nothing half-sent stays in the bucket.
"""

import sys
import time
from collections import Counter
from functools import partial

sys.dont_write_bytecode = True

from checks import Checks
from kills import kill_again_and_again, killed, options_of
from put_files import PutFiles, s3_address, s3_environment
from s3 import S3
from samples import MEGABYTE, Samples
from servers import FaultProxy, Server
from swift_segments import orphans

FULL = 100
# Of six parts each.
FILES, SIZE = 2, 44 * MEGABYTE
# So slow that a run takes about a second, and parts are under way at most moments.
BITS_PER_SECOND = 480_000_000


class Publisher:
    """The same files into the same bucket, again and again."""

    def __init__(self, server, proxy, samples):
        self._server, self._proxy, self._samples = server, proxy, samples
        self._notes = samples.folder / "notes"
        self._bucket = S3(server.facts)

    def start(self):
        return PutFiles(s3_address(self._proxy.url, self._server.facts), self._notes, self._samples.files,
                        s3_environment(self._server.facts), "--at-once", len(self._samples.files), "--parallel", 1, "--abandon")

    def forget(self):
        """As if nothing had ever been sent."""
        for name in self._bucket.objects():
            self._bucket.remove(name)
        self._notes.unlink(missing_ok=True)
        self._proxy.clear()

    def undisturbed_seconds(self):
        began = time.monotonic()
        run = self.start()
        run.ended()
        if run.failures():
            raise RuntimeError(f"an undisturbed run failed: {run.failures()}")
        return time.monotonic() - began

    def look(self, checks, when):
        checks.equal(self._bucket.objects(), dict.fromkeys(self._samples.objects, self._samples.size), f"{when}: objects")
        for name, digest in zip(self._samples.objects, self._samples.digests):
            checks.equal(self._bucket.sha256_of(name), digest, f"{when}: what {name} holds")
        checks.equal(self._bucket.unfinished(), [], f"{when}: uploads left unfinished")
        checks.equal(orphans(self._server.facts, self._samples.objects), [], f"{when}: parts that no object uses")


def parts_sent_twice(requests):
    """Of each object the number of parts of which a byte was sent more than once."""
    sent = Counter((request["path"], request["query"]["partNumber"]) for request in requests
                   if request["kind"] == "PUT part" and request["body"] > 0)
    return Counter(path for (path, _), times in sent.items() for _ in range(times - 1))


def kill_once(publisher, proxy, checks, age, when):
    """Parts that were sent twice over all files, and whether the kill came before the end."""
    publisher.forget()
    was_running = killed(publisher.start().process, age)
    again = publisher.start()
    again.ended()
    checks.equal(again.failures(), [], f"{when}: uploads of the second run that failed")
    twice = parts_sent_twice(proxy.requests())
    checks.that(max(twice.values(), default=0) <= 1, f"{when}: parts sent twice, by object: {dict(twice)}")
    publisher.look(checks, when)
    return sum(twice.values()), was_running


def main():
    options, checks = options_of(__doc__, FULL), Checks()
    with Samples(FILES, SIZE, options.seed) as samples, Server("swift") as server, FaultProxy(server.url) as proxy:
        proxy.throttle(BITS_PER_SECOND)
        publisher = Publisher(server, proxy, samples)
        twice, words = kill_again_and_again(options, publisher.undisturbed_seconds(),
                                            partial(kill_once, publisher, proxy, checks), checks)
    print(f"{FILES} uploads of {SIZE // MEGABYTE} MB, {words}, {twice} parts sent twice in all")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
