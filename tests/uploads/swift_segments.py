"""Parts of multipart uploads as Swift keeps them: objects of a second container, which S3's own API never shows."""

import json
import urllib.error
import urllib.request
from urllib.parse import quote


def _get(url, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.headers, answer.read()


def _list(url, token):
    names, marker = [], ""
    while True:
        page = json.loads(_get(f"{url}?format=json&marker={quote(marker)}", token)[1])
        if not page:
            return names
        names += [entry["name"] for entry in page]
        marker = names[-1]


def orphans(facts, objects):
    """Parts that take room though none of these objects is made of them."""
    headers, _ = _get(f"{facts['url']}/auth/v1.0", {"X-Auth-User": facts["access_key"], "X-Auth-Key": facts["secret_key"]})
    token = {"X-Auth-Token": headers["X-Auth-Token"]}
    account = headers["X-Storage-Url"]
    container = f"{facts['bucket']}+segments"
    used = set()
    for name in objects:
        headers, manifest = _get(f"{account}/{facts['bucket']}/{quote(name)}?multipart-manifest=get", token)
        if headers.get("X-Static-Large-Object"):
            used.update(part["name"].removeprefix(f"/{container}/") for part in json.loads(manifest))
    try:
        there = _list(f"{account}/{quote(container)}", token)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return []
        raise
    return [name for name in there if name not in used]
