#!/usr/bin/env python3
"""A sitting by the window: good, again, skip and pause by key, and the clips that come of it."""

import csv
import sys

sys.dont_write_bytecode = True

from desktop import Desktop, wait_for

PEOPLE = 4


def small_campaign(desk):
    folder = desk.campaign()
    roster = folder / "candidates.csv"
    roster.write_text("\n".join(roster.read_text().splitlines()[:1 + PEOPLE]) + "\n")
    return folder


def wait_for_more(folder, megabytes=1.5):
    """Until the sitting's recording has grown: somebody had the time to say something."""
    def size():
        return sum(file.stat().st_size for file in (folder / "greetings/sittings").glob("*.mkv"))
    before = size()
    wait_for("more of the sitting", lambda: size() > before + megabytes * 1e6)


def main():
    with Desktop() as desk:
        folder = small_campaign(desk)
        window = desk.open(folder)
        window.key("ctrl+3")
        window.wait_title("Greet")
        window.still_picture()
        window.save("greet")
        assert not (folder / "greetings").exists(), "whoever only looks writes nothing"
        window.key("Return", "space")  # opens the devices, and begins
        window.wait_title("●")
        window.save("greeting")
        # The first one again and then good, the second left out, a pause, the third and the fourth good.
        for keys in (["a"], ["space"], ["s"], ["p", "p"], ["space"], ["space"]):
            wait_for_more(folder)
            window.key(*keys)
        wait_for("the sitting's end", lambda: "●" not in window.title())
        with open(folder / "candidates.csv", encoding="utf-8", newline="") as rows:
            ids = [row["id"] for row in csv.DictReader(rows)]
        wanted = {f"{one}.mkv" for one in (ids[0], ids[2], ids[3])}
        wait_for("the clips", lambda: {file.name for file in (folder / "greetings").glob("*.mkv")} == wanted)
        # The campaign uses them from now on.
        wait_for("campaign.toml", lambda: 'folder = "greetings"' in (folder / "campaign.toml").read_text())
        window.still_picture()
        window.save("greeted")
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
    print("greeted by key, and cut")


if __name__ == "__main__":
    main()
