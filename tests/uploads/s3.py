"""A small S3 client of the tests' own, which looks into a bucket past all of Candid's code (signatures: AWS SigV4)."""

import hashlib
import hmac
import http.client
import re
from datetime import datetime, timezone
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

EMPTY = hashlib.sha256(b"").hexdigest()
PIECE = 1 << 20


def _mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class S3:
    def __init__(self, facts):
        self._host = urlsplit(facts["url"]).netloc
        self._keys = facts["access_key"], facts["secret_key"]
        self._region, self._bucket = facts["region"], facts["bucket"]

    def _signed(self, method, path, query):
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": self._host, "x-amz-content-sha256": EMPTY, "x-amz-date": now}
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = "\n".join((method, path, query, lines, names, EMPTY))
        scope = f"{now[:8]}/{self._region}/s3/aws4_request"
        text = "\n".join(("AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()))
        key = b"AWS4" + self._keys[1].encode()
        for part in scope.split("/"):
            key = _mac(key, part)
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={self._keys[0]}/{scope}, SignedHeaders={names}, Signature={signature}"
        return headers

    def _request(self, method, key="", query=None):
        path = quote(f"/{self._bucket}/{key}" if key else f"/{self._bucket}")
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted((query or {}).items()))
        connection = http.client.HTTPConnection(self._host, timeout=60)
        connection.request(method, f"{path}?{text}" if text else path, headers=self._signed(method, path, text))
        answer = connection.getresponse()
        if answer.status >= 300:
            raise OSError(f"{method} {path} answered {answer.status}: {answer.read()[:300]}")
        return answer

    def _xml(self, query):
        text = self._request("GET", query=query).read().decode()
        return ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", text))

    def objects(self, prefix=""):
        """Names and sizes of all."""
        found, after = {}, ""
        while True:
            listing = self._xml({"list-type": "2", "prefix": prefix, **({"start-after": after} if after else {})})
            page = {item.findtext("Key"): int(item.findtext("Size")) for item in listing.iter("Contents")}
            found.update(page)
            if listing.findtext("IsTruncated") != "true" or not page:
                return found
            after = max(page)

    def unfinished(self):
        """Multipart uploads that were begun and neither completed nor aborted: (key, id) of each."""
        return [(item.findtext("Key"), item.findtext("UploadId")) for item in self._xml({"uploads": ""}).iter("Upload")]

    def sha256_of(self, key):
        answer, digest = self._request("GET", key), hashlib.sha256()
        while piece := answer.read(PIECE):
            digest.update(piece)
        return digest.hexdigest()

    def remove(self, key):
        self._request("DELETE", key).read()
