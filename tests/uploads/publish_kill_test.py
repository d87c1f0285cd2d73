#!/usr/bin/env python3
"""`candid publish` into S3, killed (SIGKILL) at random moments and run again. What one run sent the next one does not send
again, but for what was on its way; a link that was given out stays; in the end every video is there and every row has one
link, and the bucket holds nothing else.
"""

import shutil
import sqlite3
import sys
import time
from collections import Counter
from functools import partial

sys.dont_write_bytecode = True

from checks import Checks
from kills import kill_again_and_again, killed, options_of
from product import Campaign, Workplace
from put_files import s3_address, s3_environment
from s3 import S3
from servers import FaultProxy, Server

FULL = 100
ROWS, PARALLEL = 6, 3
# So slow that a run takes more than a second, most of it sending.
BITS_PER_SECOND = 12_000_000


class Publisher:
    def __init__(self, workplace, server, proxy):
        self._workplace, self._proxy = workplace, proxy
        self._bucket = S3(server.facts)
        self._original = Campaign.make(workplace, "original", rows=ROWS, size="640x360")
        self._original.publish_to(store=s3_address(proxy.url, server.facts), server="http://127.0.0.1:9")
        self._keys = s3_environment(server.facts)
        self._folder = workplace.folder / "work"
        self.campaign = None

    def forget(self):
        for name in self._bucket.objects():
            self._bucket.remove(name)
        shutil.rmtree(self._folder, ignore_errors=True)
        self.campaign = self._original.copy(self._folder / "campaign")
        self._proxy.clear()

    def start(self):
        return self._workplace.start("publish", self.campaign.folder, "--data", self._folder / "data", "--parallel", PARALLEL,
                                     **self._keys)

    def undisturbed_seconds(self):
        self.forget()
        began = time.monotonic()
        if self.start().wait() != 0:
            raise RuntimeError("an undisturbed run failed")
        self.objects = self._bucket.objects()
        return time.monotonic() - began

    def given_out(self):
        return {row["id"]: row["link"] for row in self.campaign.links() if row["link"]}

    def look(self, checks, when):
        found = self._bucket.objects()
        checks.equal(sorted(found), sorted(self.objects), f"{when}: objects in the bucket")
        different = [name for name in found if name.startswith("parts/") and self._bucket.sha256_of(name) != name[-64:]]
        checks.equal(different, [], f"{when}: parts that are not what their names say")
        checks.equal(self._bucket.unfinished(), [], f"{when}: uploads left unfinished")
        with sqlite3.connect(f"file:{self._folder / 'data/ledger.db'}?mode=ro", uri=True) as database:
            links = Counter(message for (message,) in database.execute("SELECT message_id FROM link"))
        checks.equal(sorted(links.values()), [1] * ROWS, f"{when}: links of each message in the ledger")


def sent_twice(requests):
    """Objects of which bytes were sent by more than one request."""
    sent = Counter(request["path"] for request in requests if request["method"] == "PUT" and request["body"] > 0)
    return [path for path, times in sent.items() if times > 1]


def kill_once(publisher, proxy, checks, age, when):
    publisher.forget()
    was_running = killed(publisher.start(), age)
    before = publisher.given_out()
    checks.equal(publisher.start().wait(), 0, f"{when}: exit code of the second run")
    twice = sent_twice(proxy.requests())
    checks.that(len(twice) <= PARALLEL, f"{when}: objects sent twice: {twice}")
    after = publisher.given_out()
    checks.equal(len(after), ROWS, f"{when}: links given out")
    checks.that(before.items() <= after.items(), f"{when}: a link that was given out is another now")
    publisher.look(checks, when)
    return len(twice), was_running


def main():
    options, checks = options_of(__doc__, FULL), Checks()
    with Workplace() as workplace, Server("swift") as server, FaultProxy(server.url) as proxy:
        proxy.throttle(BITS_PER_SECOND)
        publisher = Publisher(workplace, server, proxy)
        twice, words = kill_again_and_again(options, publisher.undisturbed_seconds(),
                                            partial(kill_once, publisher, proxy, checks), checks)
    print(f"candid publish ({ROWS} videos, {len(publisher.objects)} objects), {words}, {twice} objects sent twice in all")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
