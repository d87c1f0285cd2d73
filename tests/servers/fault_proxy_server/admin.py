"""How a test speaks with the proxy: JSON over HTTP on a port of its own.

  GET  /stats      body bytes, requests by kind, faults by kind
  GET  /requests   every request so far: method, kind, path, query, length, body, status, fault
  POST /rules      a list of rules (faults.py), in the place of those before
  POST /cuts       a list: connections are reset when so many body bytes have come in
  POST /throttle   {"bits_per_second": N}, over all request bodies; 0: as fast as it goes
  POST /brownout   {"seconds": S, "mode": "refuse" or "stall"}; answered at once
  POST /clear      forgets what it counted, and all rules
"""

import asyncio
import json
from collections import Counter

from messages import Request, compose, read_head


class Admin:
    def __init__(self, proxy):
        self._proxy = proxy
        self._brownout = None

    def _stats(self, _):
        requests = self._proxy.requests
        return {"body_bytes": self._proxy.line.body_bytes, "cuts": self._proxy.line.cuts_done,
                "brownouts": self._proxy.line.brownouts_done, "requests": Counter(noted["kind"] for noted in requests),
                "faults": self._proxy.faults.done}

    def _requests(self, _):
        return self._proxy.requests

    def _rules(self, descriptions):
        self._proxy.faults.replace(descriptions)

    def _cuts(self, offsets):
        self._proxy.line.cut_after(offsets)

    def _throttle(self, told):
        self._proxy.line.throttle(told["bits_per_second"])

    def _start_brownout(self, told):
        self._brownout = asyncio.ensure_future(self._proxy.line.brown_out(told["seconds"], told["mode"]))

    def _clear(self, _):
        self._proxy.requests.clear()
        self._proxy.faults.replace([])
        self._proxy.faults.done.clear()
        self._proxy.line.cut_after([])
        self._proxy.line.body_bytes = self._proxy.line.cuts_done = self._proxy.line.brownouts_done = 0

    async def serve(self, reader, writer):
        calls = {"GET /stats": self._stats, "GET /requests": self._requests, "POST /rules": self._rules,
                 "POST /cuts": self._cuts, "POST /throttle": self._throttle, "POST /brownout": self._start_brownout,
                 "POST /clear": self._clear}
        try:
            request = await read_head(reader, Request)
            told = await reader.readexactly(request.length())
            call = calls[f"{request.method} {request.path}"]
            status, answer = "200 OK", call(json.loads(told) if told else None)
        except (KeyError, ValueError, TypeError) as mistake:
            status, answer = "400 Bad Request", {"error": repr(mistake)}
        except (OSError, EOFError):
            writer.close()
            return
        body = json.dumps(answer).encode()
        writer.write(compose(f"HTTP/1.1 {status}", [("Content-Length", len(body)), ("Connection", "close")]) + body)
        writer.close()
