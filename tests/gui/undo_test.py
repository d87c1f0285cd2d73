#!/usr/bin/env python3
"""What was decided and designed is undone by one key, in the order in which it was done; a campaign that breaks meanwhile is
shown as older, and is not changed."""

import csv
import sys

sys.dont_write_bytecode = True

from desktop import Desktop, wait_for


def decided(folder):
    file = folder / "decisions.csv"
    if not file.exists():
        return {}
    with open(file, encoding="utf-8-sig", newline="") as rows:
        return {row["id"]: row["decision"] for row in csv.DictReader(rows)}


def undone_in_order(window, folder):
    file = folder / "campaign.toml"
    whole = file.read_text()
    window.key("ctrl+5")
    window.wait_title("Candidates")
    window.still_picture()
    window.key("h")  # the first one, and on to the second
    wait_for("a hold", lambda: decided(folder) == {"sample-1": "hold"})
    window.key("ctrl+4")
    window.wait_title("Design")
    window.key("l")
    bold = wait_for("another look", lambda: file.read_text() != whole and file.read_text())
    window.key("ctrl+5")
    window.wait_title("Candidates")
    window.key("a")
    both = {"sample-1": "hold", "sample-2": "approve"}
    wait_for("an approval", lambda: decided(folder) == both)
    window.key("ctrl+z")
    wait_for("it to be undone", lambda: decided(folder) == {"sample-1": "hold"})
    window.save("undone")
    assert file.read_text() == bold
    window.key("ctrl+z")
    wait_for("the look before", lambda: file.read_text() == whole)
    assert decided(folder) == {"sample-1": "hold"}
    window.key("ctrl+z")
    wait_for("nothing decided", lambda: decided(folder) == {})
    window.key("ctrl+y", "ctrl+y", "ctrl+y")
    wait_for("all of it again", lambda: decided(folder) == both and file.read_text() == bold)
    return bold


def shown_as_older(window, folder, whole):
    file = folder / "campaign.toml"
    window.still_picture()
    file.write_text(whole + "\n[[[broken")
    window.key("F5")
    window.still_picture()
    window.save("older")
    window.wait_title("Backend Engineer")  # as it was read before
    before = decided(folder)
    window.key("h", "ctrl+z", "ctrl+4")
    window.wait_title("Design")
    window.key("l", "ctrl+z")
    window.still_picture()
    window.save("older-design")
    assert file.read_text() == whole + "\n[[[broken"
    assert decided(folder) == before
    file.write_text(whole)
    window.key("F5")
    window.still_picture()
    window.key("l")
    wait_for("an edit, once it is mended", lambda: file.read_text() != whole)


def main():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        window = desk.open(folder)
        bold = undone_in_order(window, folder)
        shown_as_older(window, folder, bold)
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
    print("undone and done again, and nothing was changed while it could not be read")


if __name__ == "__main__":
    main()
