#!/usr/bin/env python3
"""One video by `candid serve` and by nginx: ranges, conditions and HEAD are answered alike, byte for byte.

Where they differ, the case says so and why: what RFC 9110 asks for is what we do. Boundaries of parts may differ, so the
parts are compared, not the text between them.
"""

import http.client
import shutil
import sys
import time
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

sys.dont_write_bytecode = True

from checks import Checks
from product import Campaign, Workplace
from servers import Server
from visitor import BROWSER, Visitor

MANY = ",".join(f"{3 * i}-{3 * i}" for i in range(33))

# Name, headers, and for both: GET unless the name begins with HEAD. Words in braces are each server's own.
ALIKE = [
    ("whole", {}),
    ("HEAD", {}),
    ("first byte", {"Range": "bytes=0-0"}),
    ("first two, as phones probe", {"Range": "bytes=0-1"}),
    ("first thousand", {"Range": "bytes=0-999"}),
    ("from the beginning on", {"Range": "bytes=0-"}),
    ("from the middle on", {"Range": "bytes={half}-"}),
    ("from the last byte on", {"Range": "bytes={last}-"}),
    ("the last byte by its number", {"Range": "bytes={last}-{last}"}),
    ("a piece of the middle", {"Range": "bytes={half}-{half9}"}),
    ("64 KiB and one", {"Range": "bytes=1-65537"}),
    ("all by their numbers", {"Range": "bytes=0-{last}"}),
    ("one more than there are", {"Range": "bytes=0-{size}"}),
    ("many more than there are", {"Range": "bytes=100-999999999999"}),
    ("the last byte", {"Range": "bytes=-1"}),
    ("the last thousand", {"Range": "bytes=-1000"}),
    ("the last so many as there are", {"Range": "bytes=-{size}"}),
    ("the last of more than there are", {"Range": "bytes=-999999999999"}),
    ("the last none", {"Range": "bytes=-0"}),
    ("from behind the end", {"Range": "bytes={size}-"}),
    ("far behind the end", {"Range": "bytes=999999999-9999999999"}),
    ("a number beyond 64 bits", {"Range": "bytes=99999999999999999999999-"}),
    ("another unit", {"Range": "items=0-1"}),
    ("no unit", {"Range": "0-1"}),
    ("no equals", {"Range": "bytes 0-1"}),
    ("the unit in capitals", {"Range": "BYTES=0-1"}),
    ("space after the equals", {"Range": "bytes= 0-1"}),
    ("nothing", {"Range": ""}),
    ("two parts", {"Range": "bytes=0-99,200-299"}),
    ("two parts with space", {"Range": "bytes=0-99, 200-299"}),
    ("two parts backwards", {"Range": "bytes=200-299,0-99"}),
    ("two parts that touch", {"Range": "bytes=0-99,100-199"}),
    ("three kinds of parts", {"Range": "bytes=0-9,-10,{half}-{half9}"}),
    ("large parts", {"Range": "bytes=0-69999,80000-149999"}),
    ("a large and a small part", {"Range": "bytes=0-99999,-1"}),
    ("halves", {"Range": "bytes=0-{half_less},{half}-"}),
    ("a part and one behind the end", {"Range": "bytes=0-99,{size}-"}),
    ("parts and one behind the end", {"Range": "bytes=0-99,{size}-,200-299"}),
    ("all behind the end", {"Range": "bytes={size}-,999999999-"}),
    ("ten parts", {"Range": "bytes=" + ",".join(f"{100 * i}-{100 * i + 9}" for i in range(10))}),
    ("thirty-two parts", {"Range": "bytes=" + ",".join(f"{100 * i}-{100 * i}" for i in range(32))}),
    ("everything twice", {"Range": "bytes=0-,0-"}),
    ("more than everything", {"Range": "bytes=0-{last},0-0"}),
    ("If-Range, the tag", {"Range": "bytes=0-99", "If-Range": "{etag}"}),
    ("If-Range, another tag", {"Range": "bytes=0-99", "If-Range": '"other"'}),
    ("If-Range, a weak tag", {"Range": "bytes=0-99", "If-Range": "W/{etag}"}),
    ("If-Range, the date", {"Range": "bytes=0-99", "If-Range": "{modified}"}),
    ("If-Range, an earlier date", {"Range": "bytes=0-99", "If-Range": "{before}"}),
    ("If-Range, a later date", {"Range": "bytes=0-99", "If-Range": "{after}"}),
    ("If-Range, no date", {"Range": "bytes=0-99", "If-Range": "yesterday"}),
    ("If-Range, no tag", {"Range": "bytes=0-99", "If-Range": "v1"}),
    ("If-Range without a range", {"If-Range": "{etag}"}),
    ("If-Range, the tag, parts", {"Range": "bytes=0-9,20-29", "If-Range": "{etag}"}),
    ("If-Range, another tag, parts", {"Range": "bytes=0-9,20-29", "If-Range": '"other"'}),
    ("If-Range, another tag, behind the end", {"Range": "bytes={size}-", "If-Range": '"other"'}),
    ("If-None-Match, the tag", {"If-None-Match": "{etag}"}),
    ("If-None-Match, the tag, weak", {"If-None-Match": "W/{etag}"}),
    ("If-None-Match, another tag", {"If-None-Match": '"other"'}),
    ("If-None-Match, a list", {"If-None-Match": '"other", {etag}'}),
    ("If-None-Match, any", {"If-None-Match": "*"}),
    ("If-None-Match with a range", {"If-None-Match": "{etag}", "Range": "bytes=0-99"}),
    ("If-None-Match, another, with a range", {"If-None-Match": '"other"', "Range": "bytes=0-99"}),
    ("HEAD If-None-Match, the tag", {"If-None-Match": "{etag}"}),
    ("HEAD If-None-Match, another tag", {"If-None-Match": '"other"'}),
    ("If-Modified-Since, the date", {"If-Modified-Since": "{modified}"}),
    ("If-Modified-Since, an earlier date", {"If-Modified-Since": "{before}"}),
    ("If-Modified-Since, no date", {"If-Modified-Since": "yesterday"}),
    ("HEAD If-Modified-Since, the date", {"If-Modified-Since": "{modified}"}),
    ("If-None-Match, another, and the date", {"If-None-Match": '"other"', "If-Modified-Since": "{modified}"}),
    ("If-None-Match and If-Modified-Since, both the same", {"If-None-Match": "{etag}", "If-Modified-Since": "{modified}"}),
    ("If-Match, the tag", {"If-Match": "{etag}"}),
    ("If-Match, the tag, with a range", {"If-Match": "{etag}", "Range": "bytes=0-99"}),
    ("If-Match, another tag", {"If-Match": '"other"'}),
    ("If-Match, the tag, weak", {"If-Match": "W/{etag}"}),
    ("If-Match, any", {"If-Match": "*"}),
    ("If-Match, a list", {"If-Match": '"other", {etag}'}),
    ("If-Unmodified-Since, the date", {"If-Unmodified-Since": "{modified}"}),
    ("If-Unmodified-Since, a later date", {"If-Unmodified-Since": "{after}"}),
    ("If-Unmodified-Since, an earlier date", {"If-Unmodified-Since": "{before}"}),
    ("If-Unmodified-Since, an earlier date, with a range", {"If-Unmodified-Since": "{before}", "Range": "bytes=0-99"}),
]

# Name, headers, nginx's status, ours, and why ours.
DIFFERENT = [
    ("HEAD of a range", {"Range": "bytes=0-99"}, 206, 200, "14.2: ranges are defined for GET alone"),
    ("HEAD of parts", {"Range": "bytes=0-9,20-29"}, 206, 200, "14.2: ranges are defined for GET alone"),
    ("HEAD behind the end", {"Range": "bytes={size}-"}, 416, 200, "14.2: ranges are defined for GET alone"),
    ("the end before the beginning", {"Range": "bytes=5-4"}, 416, 200, "14.1.1: it is invalid, and 14.2 lets us ignore it"),
    ("words", {"Range": "bytes=a-b"}, 416, 200, "14.2: an invalid one may be ignored"),
    ("no numbers", {"Range": "bytes=-"}, 416, 200, "14.2: an invalid one may be ignored"),
    ("a part and words", {"Range": "bytes=0-1,x"}, 416, 200, "14.2: an invalid one may be ignored"),
    ("a sign", {"Range": "bytes=+1-2"}, 416, 200, "14.2: an invalid one may be ignored"),
    ("space inside", {"Range": "bytes=0 - 1"}, 206, 200, "14.1.1: the grammar has no space there"),
    ("a last byte beyond 64 bits", {"Range": "bytes=10-99999999999999999999999"}, 416, 206,
     "14.1.2: a last position behind the end is the end"),
    ("a suffix beyond 64 bits", {"Range": "bytes=-99999999999999999999999"}, 416, 206,
     "14.1.2: a suffix longer than the file is all of it"),
    ("a comma at the end", {"Range": "bytes=0-1,"}, 416, 206, "5.6.1.2: empty elements of a list are ignored"),
    ("a hundred parts' heads", {"Range": f"bytes={MANY}"}, 206, 200, "14.2: many small ranges may be ignored"),
    ("If-None-Match, the tag, and an earlier date", {"If-None-Match": "{etag}", "If-Modified-Since": "{before}"}, 200, 304,
     "13.1.3: the date is ignored beside a tag"),
    ("If-Modified-Since, a later date", {"If-Modified-Since": "{after}"}, 200, 304,
     "13.1.3: later than the last change is unchanged"),
    ("If-Unmodified-Since, no date", {"If-Unmodified-Since": "yesterday"}, 412, 200, "13.1.4: what is no date is ignored"),
]

# Parts that overlap: nginx sends bytes twice, we join them (15.3.7.2), and who puts them together gets the same.
JOINED = ["bytes=0-99,50-149", "bytes=0-99,0-99", "bytes=0-9,20-29,5-24", "bytes=300-399,0-9,350-449", "bytes=-100,-50"]


class Side:
    """One server's file, over one connection: bytes that do not belong to an answer would spoil the next one."""

    def __init__(self, address, ends_after_412=False):
        self.address = urlsplit(address)
        self.ends_after_412 = ends_after_412  # nginx does, and does not say so
        self.connection = http.client.HTTPConnection(self.address.netloc, timeout=60)
        self.words = {}

    def ask(self, method, headers):
        sent = {name: value.format(**self.words) if self.words else value for name, value in headers.items()}
        self.connection.request(method, self.address.path, headers={"User-Agent": BROWSER, **sent})
        answer = self.connection.getresponse()
        got = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        if answer.status == 412 and self.ends_after_412:
            self.connection.close()
        return got

    def learn(self):
        """Its validators, once it gives a date: not within the second of the last change."""
        deadline = time.monotonic() + 60
        while True:
            _, headers, _ = self.ask("HEAD", {})
            if "last-modified" in headers or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        size, changed = int(headers["content-length"]), parsedate_to_datetime(headers["last-modified"]).timestamp()
        self.words = {"size": size, "last": size - 1, "half": size // 2, "half9": size // 2 + 9, "half_less": size // 2 - 1,
                      "etag": headers["etag"], "modified": headers["last-modified"],
                      "before": formatdate(changed - 1, usegmt=True), "after": formatdate(changed + 1, usegmt=True)}


def parts_of(headers, body):
    """(type, range, bytes) of each part of a multipart/byteranges."""
    boundary = b"--" + headers["content-type"].partition("boundary=")[2].encode()
    pieces = body.split(boundary)
    if pieces[0].strip() or pieces[-1].strip() != b"--":
        raise ValueError("it does not begin or end as a multipart does")
    parts = []
    for piece in pieces[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.decode().split("\r\n"))}
        parts.append((named["content-type"], named["content-range"], content.removesuffix(b"\r\n")))
    return parts


def is_multipart(headers):
    return headers.get("content-type", "").startswith("multipart/byteranges")


def compare(checks, name, nginx, ours):
    checks.equal(ours[0], nginx[0], f"{name}: the status")
    if nginx[0] in (200, 206):
        checks.equal(is_multipart(ours[1]), is_multipart(nginx[1]), f"{name}: whether there are parts")
        if is_multipart(nginx[1]) and is_multipart(ours[1]):
            checks.that(parts_of(*ours[1:]) == parts_of(*nginx[1:]), f"{name}: the parts differ")
            checks.equal(int(ours[1]["content-length"]), len(ours[2]), f"{name}: the length")
            return
        checks.that(ours[2] == nginx[2], f"{name}: the bodies differ ({len(ours[2])} and {len(nginx[2])} bytes)")
        for header in ("content-length", "content-range", "content-type"):
            checks.equal(ours[1].get(header), nginx[1].get(header), f"{name}: {header}")
    if nginx[0] == 200:
        checks.equal(ours[1].get("accept-ranges"), nginx[1].get("accept-ranges"), f"{name}: accept-ranges")
    if nginx[0] == 416:
        checks.equal(ours[1].get("content-range"), nginx[1].get("content-range"), f"{name}: content-range")
    if nginx[0] == 304:
        checks.equal((ours[2], "content-length" in ours[1]), (b"", False), f"{name}: what has no body has a body")
    for header in ("etag", "last-modified"):
        if nginx[0] in (200, 206, 304):
            checks.that(header in ours[1] and header in nginx[1], f"{name}: {header} is missing")


def put_together(size, parts):
    """What a reader knows of the file after these."""
    known = bytearray(size)
    seen = bytearray(size)
    for _, content_range, content in parts:
        first, last = map(int, content_range.removeprefix("bytes ").partition("/")[0].split("-"))
        known[first:last + 1] = content
        seen[first:last + 1] = b"\1" * len(content)
    return bytes(known), bytes(seen)


def as_parts(answer):
    _, headers, body = answer
    return parts_of(headers, body) if is_multipart(headers) else [(headers["content-type"], headers["content-range"], body)]


def run(checks, nginx, ours):
    for side in (nginx, ours):
        side.learn()
    checks.equal(ours.words["size"], nginx.words["size"], "the size of the file")
    for name, headers in ALIKE:
        method = "HEAD" if name.startswith("HEAD") else "GET"
        compare(checks, name, nginx.ask(method, headers), ours.ask(method, headers))
    for name, headers, theirs, wanted, why in DIFFERENT:
        method = "HEAD" if name.startswith("HEAD") else "GET"
        checks.equal(nginx.ask(method, headers)[0], theirs, f"{name}: nginx's status")
        checks.equal(ours.ask(method, headers)[0], wanted, f"{name}: the status ({why})")
    for ranges in JOINED:
        answers = [side.ask("GET", {"Range": ranges}) for side in (nginx, ours)]
        checks.equal([answer[0] for answer in answers], [206, 206], f"{ranges}: the statuses")
        checks.that(len(answers[1][2]) < len(answers[0][2]), f"{ranges}: we send no less")
        first, second = (put_together(nginx.words["size"], as_parts(answer)) for answer in answers)
        checks.that(first == second, f"{ranges}: put together they differ")
    print(f"{len(ALIKE)} requests alike, {len(DIFFERENT) + len(JOINED)} that differ for a reason")


def main():
    checks = Checks()
    with Workplace() as workplace, Server("nginx_files") as files:
        campaign = Campaign.make(workplace, rows=1, size="640x360")
        data = workplace.folder / "data"
        server = workplace.serve(data)
        campaign.publish_to(server=server.url)
        workplace.must("publish", campaign.folder, "--data", data)
        video = next((campaign.folder / "out").glob("*.mp4"))
        shutil.copy(video, Path(files.folder) / "video.mp4")
        status, media = Visitor().open(campaign.links()[0]["link"])
        checks.equal(status, 200, "the page")
        address = next(address for address in media if address.endswith("/video.mp4"))
        run(checks, Side(f"{files.url}/video.mp4", ends_after_412=True), Side(address))
    return checks.result()


if __name__ == "__main__":
    sys.exit(main())
