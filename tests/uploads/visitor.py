"""A candidate's browser, as far as HTTP goes: pages, passcodes, media and what the page reports."""

import html
import http.client
import json
import re
from urllib.parse import urlencode, urlsplit

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"


class Visitor:
    def __init__(self):
        self.cookies = {}
        self._ticket = {}
        self.seen = set()  # grants, tickets and cookies: what only this visitor should know

    def request(self, url, method="GET", body=None, **headers):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        sent = {"User-Agent": BROWSER, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, sent)
        answer = connection.getresponse()
        content = answer.read()
        for cookie in answer.msg.get_all("Set-Cookie", []):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
            self.seen.add(value)
        connection.close()
        return answer.status, content, answer.msg

    def unlock(self, link, passcode):
        return self.request(f"{link}/passcode", "POST", urlencode({"passcode": passcode}).encode(),
                            **{"Content-Type": "application/x-www-form-urlencoded"})

    def open(self, link):
        """The status of the page, and the addresses of its media."""
        status, content, _ = self.request(link)
        page = html.unescape(content.decode())
        self._ticket = dict(re.findall(r'data-(session|nonce)="([^"]+)"', page))
        self.seen.update(self._ticket.values(), re.findall(r"/m/([^/\"' ]+)/", page))
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(link))
        return status, [f"{origin}{path}" for path in sorted(set(re.findall(r"\.\.(/m/[^\"' ]+)", page)))]

    def play(self, link):
        """Asks for the video as the page's script does, reports that it plays, and gives the statuses of both."""
        asked = self._tell(f"{link}/media", self._ticket)
        self.seen.update(re.findall(r"/m/([^/\"' ]+)/", asked[1].decode()))
        events = [{"sequence": 0, "kind": "play", "at": 0}]
        return asked[0], self._tell(f"{link}/events", {**self._ticket, "events": events})[0]

    def _tell(self, url, told):
        return self.request(url, "POST", json.dumps(told).encode(), **{"Content-Type": "application/json"})
