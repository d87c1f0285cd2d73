#!/usr/bin/env python3
"""The fault proxy does what its rules say: each kind of fault, seen from both sides of it."""

import http.client
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

sys.dont_write_bytecode = True

from checks import Checks
from servers import FaultProxy

BODY = bytes(range(256)) * 4000


class Keeper(BaseHTTPRequestHandler):
    """Keeps the last body of each path and answers with what it has."""

    protocol_version = "HTTP/1.1"
    bodies = {}

    def do_PUT(self):
        self.bodies[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, b"kept")

    def do_GET(self):
        self._answer(200, self.bodies.get(self.path, b""))

    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.bodies.get(self.path, b""))))
        self.end_headers()

    def _answer(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Upstream(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Connections that the proxy breaks are what this is about."""


def ask(proxy, method, path, body=None):
    """Status and body, or nothing when no answer came."""
    connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=20)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def bits_between(a, b):
    return sum((x ^ y).bit_count() for x, y in zip(a, b)) + 8 * abs(len(a) - len(b))


def try_rules(proxy, checks):
    kept = Keeper.bodies
    checks.equal(ask(proxy, "PUT", "/plain", BODY), (201, b"kept"), "a request without a fault")
    checks.equal(kept["/plain"], BODY, "its body")
    checks.equal(ask(proxy, "GET", "/plain"), (200, BODY), "its answer's body")
    checks.equal(ask(proxy, "HEAD", "/plain"), (200, b""), "the answer to HEAD")

    proxy.rules({"kind": "slow_down", "method": "PUT", "count": 1})
    answer = ask(proxy, "PUT", "/slow", BODY)
    checks.that(answer and answer[0] == 503 and b"<Code>SlowDown</Code>" in answer[1], f"slow_down: {answer}")
    checks.that("/slow" not in kept, "slow_down was forwarded")
    checks.equal(ask(proxy, "PUT", "/slow", BODY), (201, b"kept"), "the second one, beyond the count")

    proxy.rules({"kind": "false_success", "skip": 1})
    checks.equal(ask(proxy, "PUT", "/skipped", BODY), (201, b"kept"), "a skipped request")
    answer = ask(proxy, "PUT", "/false", BODY)
    checks.that(answer and answer[0] == 200 and b"<Error>" in answer[1], f"false_success: {answer}")
    checks.that("/false" not in kept, "false_success was forwarded")

    proxy.rules({"kind": "lose"})
    checks.equal(ask(proxy, "PUT", "/lost", BODY), None, "lose: the answer")
    checks.equal(kept.get("/lost"), BODY, "lose: what arrived")

    proxy.rules({"kind": "reset"})
    checks.equal(ask(proxy, "PUT", "/reset", BODY), None, "reset: the answer")
    checks.that(kept.get("/reset") != BODY, "reset: all of it arrived")

    proxy.rules({"kind": "flip", "min_body": 1000})
    checks.equal(ask(proxy, "PUT", "/flip", BODY), (201, b"kept"), "flip: the answer")
    checks.equal(bits_between(kept["/flip"], BODY), 1, "flip: bits that differ")
    proxy.rules({"kind": "flip_answer"})
    checks.equal(bits_between(ask(proxy, "GET", "/plain")[1], BODY), 1, "flip_answer: bits that differ")

    proxy.rules({"kind": "answer", "status": 400, "code": "ExpiredToken", "path": "^/only"})
    checks.equal(ask(proxy, "GET", "/plain"), (200, BODY), "a path that no rule is for")
    checks.that(b"ExpiredToken" in ask(proxy, "GET", "/only")[1], "answer: its code")


def try_line(proxy, checks):
    proxy.clear()
    proxy.cuts(len(BODY) + 1000)
    checks.equal(ask(proxy, "PUT", "/before", BODY), (201, b"kept"), "before the cut")
    checks.equal(ask(proxy, "PUT", "/cut", BODY), None, "at the cut")
    checks.equal(ask(proxy, "PUT", "/after", BODY), (201, b"kept"), "after the cut")
    checks.equal(proxy.stats()["cuts"], 1, "cuts")

    proxy.throttle(8 * len(BODY))
    began = time.monotonic()
    checks.equal(ask(proxy, "PUT", "/slow-line", BODY), (201, b"kept"), "over a slow line")
    checks.that(time.monotonic() - began > 0.8, "a second's worth of bytes came in no time")
    proxy.throttle(0)

    for mode, wanted in (("refuse", None), ("stall", (201, b"kept"))):
        proxy.brown_out(0.5, mode)
        began = time.monotonic()
        checks.equal(ask(proxy, "PUT", "/brown-out", BODY), wanted, f"brown-out: {mode}")
        if mode == "stall":
            checks.that(time.monotonic() - began > 0.3, "nothing stalled")
        deadline = time.monotonic() + 20
        while ask(proxy, "GET", "/plain") is None and time.monotonic() < deadline:
            pass
        checks.equal(ask(proxy, "GET", "/plain"), (200, BODY), f"after the brown-out: {mode}")


def try_chances(proxy, checks):
    proxy.clear()
    proxy.rules({"kind": "slow_down", "chance": 0.3}, {"kind": "answer", "status": 418, "body": "", "chance": 0.2})
    statuses = [ask(proxy, "GET", "/plain")[0] for _ in range(400)]
    checks.that(80 <= statuses.count(503) <= 160, f"{statuses.count(503)} of 400 at a chance of 0.3")
    checks.that(45 <= statuses.count(418) <= 115, f"{statuses.count(418)} of 400 at a chance of 0.2")
    noted = proxy.requests()
    checks.equal((len(noted), noted[0]["method"], noted[0]["path"]), (400, "GET", "/plain"), "what was noted")


def main():
    checks = Checks()
    upstream = Upstream(("127.0.0.1", 0), Keeper)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    with FaultProxy(f"http://127.0.0.1:{upstream.server_address[1]}") as proxy:
        try_rules(proxy, checks)
        try_line(proxy, checks)
        try_chances(proxy, checks)
    upstream.shutdown()
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
