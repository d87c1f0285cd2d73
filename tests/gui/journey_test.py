#!/usr/bin/env python3
"""The whole job by the window, with the keyboard alone: record, design, proof, publish, results; told by files and ledger."""

import csv
import json
import sys
import urllib.request

sys.dont_write_bytecode = True

from desktop import Desktop, links_in, wait_for


# A page load alone proves no person, whatever it says of itself.
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def state_of(desk, folder, candidate):
    status = json.loads(desk.candid("status", folder, "--json").stdout)
    return {message["id"]: message["state"] for message in status["campaigns"][0]["messages"]}[candidate]


def record(window, folder):
    window.key("ctrl+2")
    window.wait_title("Record", "Backend Engineer")
    window.save("record")
    window.key("space")  # counts down, and begins
    window.wait_title("●")
    take = folder / "takes/body.mkv"
    wait_for("some seconds of the take", lambda: take.exists() and take.stat().st_size > 3_000_000)
    window.save("recording")
    window.key("space")
    size = wait_for("a pause", lambda: stands_still(take))
    window.key("space")
    wait_for("the take to go on", lambda: take.stat().st_size > size)
    window.key("Return")
    sidecar = folder / "takes/body.take.json"
    wait_for("the take's end", sidecar.exists)
    told = json.loads(sidecar.read_text())
    assert told["ended_by"] == "finished" and len(told["pauses"]) == 1, told
    window.still_picture()
    window.save("review")


def stands_still(file):
    import time
    before = file.stat().st_size
    time.sleep(0.6)
    return before if file.stat().st_size == before else 0


def design(window, folder):
    window.key("ctrl+4")
    window.wait_title("Design")
    window.still_picture()
    window.save("design")
    before = (folder / "campaign.toml").read_text()
    assert 'look = "clean"            # clean, bold' in before
    window.key("l")
    text = wait_for("the look", lambda: changed(folder, before))
    assert text == before.replace('look = "clean" ', 'look = "bold" ', 1), text
    window.key("f")
    wait_for("the shape", lambda: 'size = "1280x720"' in (folder / "campaign.toml").read_text())
    window.still_picture()
    window.save("design-bold")
    window.key("ctrl+z", "ctrl+z")
    wait_for("undo", lambda: (folder / "campaign.toml").read_text() == before)


def changed(folder, before):
    text = (folder / "campaign.toml").read_text()
    return text if text != before else None


def proof(window, folder):
    window.key("ctrl+5")
    window.wait_title("Candidates")
    window.key("Down", "Down", "Down")
    window.still_picture()
    window.save("candidates")
    window.key("h")  # the fourth is held, and the fifth comes up
    decisions = folder / "decisions.csv"
    window.key("a")  # at once: nothing of the first may be lost
    wait_for("both", lambda: decisions.exists() and "approve" in decisions.read_text())
    with open(decisions, encoding="utf-8-sig", newline="") as rows:
        said = {row["name"]: row["decision"] for row in csv.DictReader(rows)}
    assert said == {"王小明": "hold", "محمد": "approve"}, said


def publish(window, desk, folder):
    window.key("ctrl+6")
    window.wait_title("Publish")
    window.still_picture()
    window.save("publish")
    window.key("ctrl+Return")
    window.wait_title("●")
    window.save("publishing")
    wait_for("links", lambda: "●" not in window.title())
    links = links_in(folder)
    assert len(links) == 7, links
    assert "王小明" not in {link["name"] for link in links}, links
    window.still_picture()
    window.save("published")
    status = json.loads(desk.candid("status", folder, "--json").stdout)
    assert len(status["campaigns"][0]["messages"]) == 7, status
    return links


def results(window, desk, folder, links):
    visit = urllib.request.Request(links[1]["link"], headers={"User-Agent": BROWSER})
    with urllib.request.urlopen(visit) as page:
        assert page.status == 200
    wait_for("the visit", lambda: state_of(desk, folder, links[1]["id"]) == "page_unverified")
    window.key("ctrl+7")
    window.wait_title("Results")
    window.key("Down")
    window.still_picture()
    window.save("results")


def main():
    with Desktop() as desk:
        server = desk.serve()
        folder = desk.campaign()
        (folder / "script.txt").write_text("Hello, and thank you.\nYou hear from us by Friday.\n")
        text = (folder / "campaign.toml").read_text()
        (folder / "campaign.toml").write_text(f'{text}\n[publish]\nserver = "{server}"\n')
        window = desk.open(folder)
        window.wait_title("Home", "Backend Engineer")
        window.still_picture()
        window.save("home")
        record(window, folder)
        design(window, folder)
        proof(window, folder)
        links = publish(window, desk, folder)
        results(window, desk, folder, links)
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
        # The next time it knows the campaign.
        recent = json.loads((desk.folder / "state/candid/recent.json").read_text())
        assert str(folder) in json.dumps(recent), recent
    print("recorded, designed, proofed, published and looked at, with the keyboard alone")


if __name__ == "__main__":
    main()
