#!/usr/bin/env python3
"""What a recruiter sees when publishing cannot work: `candid publish` ends with 1 and says, for every cause in other words,
what is wrong and what to try. No secret is in these words, and nothing counts as published.
"""

import os
import sqlite3
import sys
import time
from dataclasses import dataclass, field

sys.dont_write_bytecode = True

from checks import Checks
from product import Campaign, Workplace
from put_files import s3_address
from servers import ROOT_ONLY, FaultProxy, Server

SESSION_TOKEN = "sample-session-token-of-nobody"
WRONG_SECRET = "sample-secret-that-is-wrong"
# The campaign's objects need more, and a new ledger less.
SMALL_DISK_KB = 320
ROWS = 3


@dataclass
class Case:
    name: str
    store: str
    # One of these is in the message: the cause in words that a recruiter can pass on.
    words: tuple
    variables: dict = field(default_factory=dict)
    publish: dict = field(default_factory=dict)
    secrets: tuple = ()


class Causes:
    """The servers, and what is wrong with each."""

    def __init__(self, workplace):
        self._workplace = workplace
        self._servers = []
        self.swift = self._start(Server("swift"))

    def _start(self, server):
        self._servers.append(server)
        return server

    def end(self):
        for server in reversed(self._servers):
            server.end()

    def _keys(self, secret=None, access_key=None, **more):
        return {"AWS_ACCESS_KEY_ID": access_key or self.swift.access_key,
                "AWS_SECRET_ACCESS_KEY": secret or self.swift.secret_key, **more}

    def right_keys(self):
        return self._keys()

    def _answering(self, **answer):
        """The bucket behind a proxy that gives this answer to every request that brings something."""
        proxy = self._start(FaultProxy(self.swift.url))
        proxy.rules({"kind": "answer", **answer})
        return s3_address(proxy.url, self.swift.facts)

    def keys_and_rights(self):
        direct = s3_address(self.swift.url, self.swift.facts)
        yield Case("wrong secret", direct, ("secret",), self._keys(WRONG_SECRET), secrets=(WRONG_SECRET,))
        # Swift itself calls that a wrong signature.
        yield Case("unknown access key", self._answering(status=403, code="InvalidAccessKeyId"), ("access key",), self._keys())
        yield Case("no keys", direct, ("AWS_ACCESS_KEY_ID",))
        yield Case("missing bucket", direct.replace("videos", "no-such-bucket"), ("no bucket", "not there", "does not exist"), self._keys())
        yield Case("read-only bucket", direct, ("may not", "not allowed", "permission", "denied"),
                   self._keys(self.swift.reader_secret_key, self.swift.reader_access_key), secrets=(self.swift.reader_secret_key,))
        yield Case("expired token", self._answering(status=400, code="ExpiredToken"), ("expired",),
                   self._keys(AWS_SESSION_TOKEN=SESSION_TOKEN), secrets=(SESSION_TOKEN,))

    def full_disks(self):
        yield Case("full S3", self._answering(method="PUT|POST", status=507, code="XMinioStorageFull"), ("full", "room", "space"), self._keys())
        yield Case("quota of S3", self._answering(method="PUT|POST", status=403, code="QuotaExceeded"), ("quota", "full", "room", "space"), self._keys())
        dav = self._start(Server("nginx_dav"))
        proxy = self._start(FaultProxy(dav.url))
        proxy.rules({"kind": "answer", "method": "PUT", "status": 507})
        yield Case("full WebDAV", proxy.url.replace("http:", "dav+http:"), ("full", "room", "space"),
                   {"CANDID_STORE_USER": dav.user, "CANDID_STORE_PASSWORD": dav.password})

    def full_candid_server(self):
        disk = self._start(Server("small_disk", SMALL_DISK_KB))
        token = self._workplace.token(disk.folder)
        server = self._workplace.serve(disk.folder)
        yield Case("full candid server", "server", ("full", "room", "space"), {"CANDID_API_TOKEN": token},
                   {"server": server.url}, (token,))

    def certificates(self):
        for name, options, words in (("certificate expired", ("--expired",), ("expired", "out of date")),
                                     ("certificate of another host", ("--wrong-host",), ("another host", "other host", "host name", "not for")),
                                     ("certificate by nobody known", (), ("authority", "trusted"))):
            proxy = self._start(Server("tls_proxy", self.swift.url, *options))
            trusted = proxy.authority if options else "/etc/ssl/certs/ca-certificates.crt"
            yield Case(name, s3_address(proxy.url, self.swift.facts), words, self._keys(CURL_CA_BUNDLE=trusted))

    def passwords(self):
        dav = self._start(Server("nginx_dav"))
        yield Case("wrong password of WebDAV", dav.url.replace("http:", "dav+http:"), ("password",),
                   {"CANDID_STORE_USER": dav.user, "CANDID_STORE_PASSWORD": WRONG_SECRET}, secrets=(WRONG_SECRET,))
        data = self._workplace.folder / "data-of-the-server"
        reader = self._workplace.token(data, "--scope", "read", "--expires", "90d")
        server = self._workplace.serve(data)
        unknown = "cnd_" + "A" * 43
        for name, token, words in (("unknown token of candid", unknown, ("token",)), ("reading token of candid", reader, ("scope", "publish"))):
            yield Case(name, "server", words, {"CANDID_API_TOKEN": token}, {"server": server.url}, (token,))


def links_in(ledger):
    if not ledger.exists():
        return 0
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM link").fetchone()[0]


def publish(workplace, original, case, checks):
    """The message, without what differs between two runs."""
    folder = workplace.folder / case.name.replace(" ", "-")
    campaign = original.copy(folder / "campaign")
    campaign.publish_to(**{"server": "http://127.0.0.1:9", **case.publish, "store": case.store})
    began = time.monotonic()
    done = workplace.run("publish", campaign.folder, "--data", folder / "data", **case.variables)
    seconds = time.monotonic() - began
    said = done.stdout + done.stderr
    checks.equal(done.returncode, 1, f"{case.name}: exit code ({said.strip()})")
    error = done.stderr[done.stderr.find("error:"):].strip()
    checks.that("\n  try: " in done.stderr, f"{case.name}: nothing to try is told: {error}")
    checks.that(any(word in error.lower() or word in error for word in case.words), f"{case.name}: it says: {error}")
    for secret in (*case.secrets, *(case.variables[name] for name in case.variables if "SECRET" in name or "PASSWORD" in name)):
        checks.that(secret not in said, f"{case.name}: a secret was printed")
    checks.equal([row["link"] for row in campaign.links() if row["link"]], [], f"{case.name}: links given out")
    checks.equal(links_in(folder / "data/ledger.db"), 0, f"{case.name}: links in the ledger")
    print(f"{case.name} ({seconds:.1f} s):\n    " + error.replace("\n", "\n    "))
    return error


def publish_after_all(workplace, causes, checks):
    """A campaign that failed goes out when what was wrong is right."""
    folder = workplace.folder / "wrong-secret"
    done = workplace.run("publish", folder / "campaign", "--data", folder / "data", **causes.right_keys())
    checks.equal(done.returncode, 0, f"publishing with the right secret ({done.stderr.strip()})")
    links = Campaign(folder / "campaign").links()
    checks.equal((len(links), links_in(folder / "data/ledger.db")), (ROWS, ROWS), "links then, given out and in the ledger")


def main():
    checks = Checks()
    with Workplace() as workplace:
        original = Campaign.make(workplace, rows=ROWS)
        causes = Causes(workplace)
        try:
            groups = [causes.keys_and_rights, causes.full_disks, causes.certificates, causes.passwords]
            if os.geteuid() == 0:
                groups.append(causes.full_candid_server)
            else:
                print(f"left out: the full disk of a candid server: {ROOT_ONLY}")
            messages = {}
            for case in (case for group in groups for case in group()):
                message = publish(workplace, original, case, checks)
                same = messages.setdefault(message, case.name)
                checks.that(same == case.name, f"{case.name} and {same} have the same message")
            publish_after_all(workplace, causes, checks)
        finally:
            causes.end()
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
