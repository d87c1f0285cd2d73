"""A server with many links to load: one small campaign is rendered and published, and its message is registered under as
many links as are wanted, through the server's API, as `candid publish` registers them."""

import http.client
import json
import resource
import secrets
import sqlite3
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "uploads"))

from product import Campaign, Workplace
from visitor import Visitor

# For the server and for those who load it, where one may have as many.
OPEN_FILES = 65_536
MESSAGES_OF_CALL = 100


def raise_open_files(wanted=OPEN_FILES):
    """For this process and what it starts; the limit there is then. Only root may go beyond the hard one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(hard, wanted)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    except (ValueError, PermissionError):
        most = hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return most


class Place:
    """Goes with the `with`, servers and all. `make_campaign(workplace)` renders what is published."""

    def __init__(self, links, make_campaign=lambda workplace: Campaign.make(workplace, rows=1)):
        self._workplace = Workplace()
        try:
            self._make(links, make_campaign)
        except BaseException:
            self._workplace.__exit__()
            raise

    def _make(self, links, make_campaign):
        campaign = make_campaign(self._workplace)
        self.folder = self._workplace.folder
        self.data = self.folder / "data"
        self.server = self._workplace.serve(self.data)
        self._workplace.must("publish", campaign.folder, "--data", self.data, "--server", self.server.url)
        message = self._query("SELECT message_id FROM message")[0][0]
        self.paths = _Registrar(self.server.url, self._workplace.token(self.data)).make_links(message, links)
        self.links_file = self.folder / "links"
        self.links_file.write_text("".join(f"{path}\n" for path in self.paths))
        # Each test begins with a server that has just started. Its port stays, for those who come back.
        self.listen = urlsplit(self.server.url).netloc
        self.server.end()

    def serve(self, *options, **variables):
        self.server = self._workplace.serve(self.data, *options, listen=self.listen, **variables)
        return self.server

    def revoke(self, link):
        """As another program; it has ended when this returns."""
        self._workplace.must("revoke", "--link", link, "--data", self.data)

    def media_paths(self, count):
        """Signed addresses of the video, one for each of so many page loads."""
        paths = []
        for path in self.paths[:count]:
            _, addresses = Visitor().open(f"http://{self.listen}{path}")
            paths += [urlsplit(address).path for address in addresses if address.endswith("/video.mp4")]
        return paths

    def events(self):
        """What the ledger holds of page loads, as (session, sequence, kind, body); once the server has ended."""
        return self._query("SELECT session, sequence, kind, body FROM event WHERE session <> ''")

    def count_events(self, kind):
        return self._query(f"SELECT count(*) FROM event WHERE kind = '{kind}'")[0][0]

    def _query(self, sql):
        with sqlite3.connect(f"file:{self.data / 'ledger.db'}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._workplace.__exit__()


class _Registrar:
    """Calls of docs/api.md, over one connection."""

    def __init__(self, url, token):
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def make_links(self, message_id, count):
        """Paths of links, each of a message of its own that is like the given one."""
        message = self._call("find_message", {"message": message_id})["message"]
        copies = [{**message, "message_id": secrets.token_hex(16), "candidate_id": f"sample-{number}",
                   "candidate_name": f"Sample {number}", "candidate_email": f"sample-{number}@example.com",
                   "roster_line": number + 2} for number in range(count)]
        for first in range(0, count, MESSAGES_OF_CALL):
            self._call("upsert_messages", {"messages": copies[first:first + MESSAGES_OF_CALL]})
        return [self._make_link(copy["message_id"]) for copy in copies]

    def _make_link(self, message_id):
        token = secrets.token_urlsafe(20)
        terms = {"expires_at": None, "view_limit": None, "passcode_hash": "", "may_download": False}
        self._call("put_link", {"digest": sha256(token.encode()).hexdigest(), "message": message_id,
                                "purpose": "candidate", "terms": terms})
        return f"/v/{token}"

    def _call(self, name, told):
        self._connection.request("POST", f"/api/ledger/{name}", json.dumps(told), self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{name} was answered with {answer.status}: {content.decode(errors='replace')}")
        return json.loads(content)
