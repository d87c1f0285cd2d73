#!/usr/bin/env python3
"""Once `candid revoke` has ended, no page of its link is given out, by a server of another process that has just looked the link
up, however often it is asked for."""

import http.client
import sys
import threading

sys.dont_write_bytecode = True

from place import Place
from checks import Checks

LINKS = 8
READERS = 3  # of each link; the server answers them from its memory


class Readers:
    """Ask for one page all the time; every answer's status is noted, and whether it was asked for after `mark`."""

    def __init__(self, listen, path):
        self._listen, self._path = listen, path
        self._ended, self._marked = threading.Event(), threading.Event()
        self.statuses, self.late = [], []
        self._threads = [threading.Thread(target=self._read) for _ in range(READERS)]
        for thread in self._threads:
            thread.start()

    def _read(self):
        connection = http.client.HTTPConnection(self._listen, timeout=60)
        while not self._ended.is_set():
            is_late = self._marked.is_set()
            connection.request("GET", self._path)
            answer = connection.getresponse()
            answer.read()
            (self.late if is_late else self.statuses).append(answer.status)
            if answer.status != 200:
                break
        connection.close()

    def wait_until_served(self, times):
        while len(self.statuses) < times and any(thread.is_alive() for thread in self._threads):
            threading.Event().wait(0.001)

    def mark(self):
        self._marked.set()

    def end(self):
        for thread in self._threads:
            thread.join()


def main():
    checks = Checks()
    with Place(LINKS) as place:
        for path in place.paths:
            place.serve()  # anew: each reader that is refused is a miss, and twenty in a minute make an address wait
            readers = Readers(place.listen, path)
            readers.wait_until_served(50)
            place.revoke(f"http://{place.listen}{path}")
            readers.mark()
            readers.end()  # each when it is first refused
            checks.that(readers.statuses.count(200) >= 50, f"only {readers.statuses.count(200)} pages were served before, {readers.statuses[-3:]}")
            checks.that(200 not in readers.late, f"{readers.late.count(200)} pages were served after the link had ended")
            checks.equal(set(readers.statuses + readers.late) - {200}, {404}, "what refused them")
            checks.equal(place.server.end(), 0, "the server's exit code")
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
