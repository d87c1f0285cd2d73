"""The servers of tests/servers, as objects that end with a `with`."""

import json
import subprocess
import urllib.request
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1] / "servers"
ROOT_ONLY = "only root can mount a small disk"


class Server:
    """Runs `tests/servers/NAME ARGUMENTS`; its facts are attributes."""

    def __init__(self, name, *arguments):
        self.name = name
        self._script = subprocess.Popen([SCRIPTS / name, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self._script.stdout.readline()
        if not line:
            self.end()
            raise RuntimeError(f"the test server {name} did not start")
        self.facts = json.loads(line)

    def __getattr__(self, name):
        try:
            return self.facts[name]
        except KeyError:
            raise AttributeError(f"{self.name} told no {name}") from None

    def end(self):
        self._script.stdin.close()
        self._script.stdout.close()
        self._script.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class FaultProxy(Server):
    """Told and asked over its administration (tests/servers/fault_proxy_server/admin.py)."""

    def __init__(self, upstream, seed=1):
        super().__init__("fault_proxy", upstream, "--seed", seed)

    def _call(self, path, told=None):
        data = None if told is None else json.dumps(told).encode()
        with urllib.request.urlopen(urllib.request.Request(self.admin + path, data=data), timeout=30) as answer:
            return json.loads(answer.read())

    def stats(self):
        return self._call("/stats")

    def requests(self):
        return self._call("/requests")

    def rules(self, *rules):
        self._call("/rules", list(rules))

    def cuts(self, *offsets):
        self._call("/cuts", list(offsets))

    def throttle(self, bits_per_second):
        self._call("/throttle", {"bits_per_second": bits_per_second})

    def brown_out(self, seconds, mode):
        self._call("/brownout", {"seconds": seconds, "mode": mode})

    def clear(self):
        self._call("/clear", {})
