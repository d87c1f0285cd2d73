#!/usr/bin/env python3
"""Publish, serve, view, revoke, in every way there is, at the most talkative log level; then every line that a command or a
server wrote is searched: no link, token, grant, passcode, key, password or candidate's address occurs.
"""

import base64
import os
import re
import sys
from urllib.parse import quote, urlsplit

sys.dont_write_bytecode = True

from checks import Checks
from product import Campaign, Workplace
from put_files import s3_address
from servers import Server
from visitor import Visitor

WRONG = "sample-secret-that-is-wrong"


def is_in(text, secret):
    """As it stands, as in an address, or in Base64; not as a piece of something longer."""
    forms = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}
    return any(re.search(rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])", text) for form in forms)


class Way:
    """One combination of store, ledger and server."""

    def __init__(self, name, publish, variables, serve=(), secrets=()):
        self.name, self.publish, self.variables, self.serve = name, publish, variables, serve
        self.secrets = {*secrets, *(value for key, value in variables.items() if not key.endswith(("_ID", "_USER")))}


class Scan:
    def __init__(self, workplace, checks):
        self._workplace, self._checks = workplace, checks
        self._secrets = {}  # what must not be found, and what it is

    def keep_secret(self, what, *values):
        self._secrets.update((value, what) for value in values if value)

    def look(self):
        """At every file below logs/."""
        lines, searched = 0, ""
        for file in sorted(self._workplace.logs.iterdir()):
            text = file.read_text(errors="replace")
            lines += text.count("\n")
            searched += text
            for secret, what in self._secrets.items():
                self._checks.that(not is_in(text, secret), f"{file.name} holds {what}")
        self._checks.that(is_in(searched, "healthz"),
                          "words that stand there are not found: the search is no search")
        print(f"{lines} lines in {len(list(self._workplace.logs.iterdir()))} files, {len(self._secrets)} secrets")
        self._checks.that(lines > 100 and len(self._secrets) > 50, "there was hardly anything to search, or to search for")


def candid_way(workplace):
    """A server for store and ledger. It is started first, as others need its address."""
    data = workplace.folder / "data-of-the-server"
    token = workplace.token(data)
    server = workplace.serve(data)
    return server, Way("candid", {"server": server.url, "store": "server", "ledger": "server"}, {"CANDID_API_TOKEN": token})


def s3_way(swift):
    store = s3_address(swift.url, swift.facts)
    return Way("s3", {"store": store}, {"AWS_ACCESS_KEY_ID": swift.access_key, "AWS_SECRET_ACCESS_KEY": swift.secret_key},
               ("--store", store))


def dav_way(dav, postgres):
    store = dav.url.replace("http:", "dav+http:")
    parts = urlsplit(postgres.address)
    ledger = f"postgresql://{parts.username}@{parts.hostname}:{parts.port}{parts.path}"
    return Way("dav", {"store": store, "ledger": ledger},
               {"CANDID_STORE_USER": dav.user, "CANDID_STORE_PASSWORD": dav.password, "PGPASSWORD": parts.password},
               ("--store", store, "--ledger", ledger), (dav.password, parts.password))


def tus_way(tus):
    store = tus.url.replace("http:", "tus+http:").rstrip("/")
    return Way("tus", {"store": store}, {}, ("--store", store))


def visit(campaign, scan, checks, way):
    """As a candidate does, with all mistakes that one can make."""
    first, second = campaign.links()[:2]
    for row in campaign.links():
        scan.keep_secret(f"a link of way {way.name}", urlsplit(row["link"]).path.rsplit("/", 1)[1])
        scan.keep_secret("a passcode", row["passcode"])
        scan.keep_secret("a candidate's address", row["email"])
    visitor = Visitor()
    checks.equal(visitor.unlock(first["link"], "wrong-passcode")[0], 403, f"{way.name}: a wrong passcode")
    checks.equal(visitor.unlock(first["link"], first["passcode"])[0], 303, f"{way.name}: the right passcode")
    status, media = visitor.open(first["link"])
    checks.equal(status, 200, f"{way.name}: the page")
    checks.equal(visitor.play(first["link"])[0], 200, f"{way.name}: the addresses of its media")
    for address in media:
        checks.equal(visitor.request(address, Range="bytes=0-99")[0], 206, f"{way.name}: {urlsplit(address).path.rsplit('/', 1)[1]}")
    checks.equal(Visitor().request(second["link"] + "x")[0], 404, f"{way.name}: a link with a letter too many")
    Visitor().request(f"{second['link']}?{second['email']}")
    Visitor().request(second["link"].replace("/v/", "/" + second["email"] + "/"))
    scan.keep_secret(f"a grant, ticket or cookie of way {way.name}", *visitor.seen)
    return first


def walk(workplace, campaign, way, server, scan, checks):
    data = workplace.folder / f"data-{way.name}"
    if server is None:
        server = workplace.serve(data, *way.serve, **way.variables)
    campaign.publish_to(**{"server": server.url, **way.publish}, passcode=True, download=True, views=50, expires="90d")
    wrong = {name: WRONG for name in way.variables if not name.endswith(("_ID", "_USER"))}
    if wrong:
        failed = workplace.run("publish", campaign.folder, "--data", data, **{**way.variables, **wrong})
        checks.equal(failed.returncode, 1, f"{way.name}: publishing with wrong secrets")
    workplace.must("publish", campaign.folder, "--data", data, **way.variables)
    first = visit(campaign, scan, checks, way)
    workplace.must("status", campaign.folder, "--data", data, **way.variables)
    workplace.must("revoke", campaign.folder, "--only", first["id"], "--data", data, **way.variables)
    checks.equal(Visitor().request(first["link"])[0], 404, f"{way.name}: a revoked link")
    workplace.must("publish", campaign.folder, "--data", data, **way.variables)
    workplace.run("backup", workplace.folder / f"{way.name}.backup", "--data", data, **way.variables)
    scan.keep_secret(f"a secret of way {way.name}", *way.secrets)
    for row in campaign.links():
        scan.keep_secret(f"a link of way {way.name}", urlsplit(row["link"]).path.rsplit("/", 1)[1])
        scan.keep_secret("a passcode", row["passcode"])


def main():
    checks = Checks()
    with Workplace(CANDID_LOG="trace") as workplace, Server("swift") as swift, Server("nginx_dav") as dav, \
            Server("postgres") as postgres, Server("tus") as tus:
        scan = Scan(workplace, checks)
        scan.keep_secret("a wrong secret", WRONG)
        original = Campaign.make(workplace, name="original")
        server, candid = candid_way(workplace)
        for way, running in ((candid, server), (s3_way(swift), None), (dav_way(dav, postgres), None), (tus_way(tus), None)):
            walk(workplace, original.copy(workplace.folder / way.name), way, running, scan, checks)
        workplace.end_servers()
        scan.look()
        if os.environ.get("CANDID_KEEP_LOGS"):
            print("".join(f"== {file.name}\n{file.read_text()}" for file in sorted(workplace.logs.iterdir())))
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
