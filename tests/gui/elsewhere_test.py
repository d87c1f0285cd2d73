#!/usr/bin/env python3
"""campaign.toml and decisions.csv are changed by another program while the window has the campaign open: no edit lands on another
layer than the one that was seen, and undo takes back nobody else's work."""

import csv
import sys
import tomllib

sys.dont_write_bytecode = True

from desktop import Desktop, wait_for

# On the design screen, px: a layer's row in the list, and what is below the list of so many layers where the card is chosen.
COLUMN = 1000


def row(number):
    return 235 + 27 * number


def words_field(layers):
    return row(layers - 1) + 80


def take_away(layers):
    return row(layers - 1) + 395


THEIRS = '[[layer]]\nkind = "text"\ntext = "theirs"\nstart = "0s"\nend = "1s"\n\n'


def layers(folder):
    return tomllib.loads((folder / "campaign.toml").read_text())["layer"]


def with_theirs(text):
    at = text.index("[[layer]]")
    return text[:at] + THEIRS + text[at:]


def decided(folder):
    with open(folder / "decisions.csv", encoding="utf-8-sig", newline="") as rows:
        return {row["id"]: row["decision"] for row in csv.DictReader(rows)}


def bottom(picture):
    """Where words of what happened show for some seconds; no screen draws there, but its column."""
    return [picture[3 * 1280 * y + 3 * 220:3 * 1280 * y + 3 * 900] for y in range(720, 800)]


def wait_told(window, before):
    wait_for("words", lambda: bottom(window.still_picture()) != bottom(before))


def layers_that_move(desk):
    folder = desk.recorded_campaign()
    file = folder / "campaign.toml"
    mine = file.read_text()
    window = desk.open(folder)
    window.key("ctrl+4")
    window.wait_title("Design")
    window.still_picture()
    window.click(COLUMN, row(2))  # the card
    window.still_picture()
    window.save("elsewhere-chosen")
    # Taken away, while the layer of that number is another one by now: nothing is.
    file.write_text(with_theirs(mine))
    before = window.still_picture()
    window.click(1140, take_away(4))
    wait_told(window, before)
    window.save("elsewhere-refused")
    assert file.read_text() == with_theirs(mine)
    # Looked at, and done again.
    window.click(COLUMN, row(3))
    window.still_picture()
    window.save("elsewhere-again")
    window.click(1140, take_away(5))
    wait_for("a layer less", lambda: len(layers(folder)) == 4)
    assert [one["kind"] for one in layers(folder)] == ["text", "image", "lower_third", "captions"]
    # It is all that can be undone: the other program's layer is not the window's.
    window.key("ctrl+z")
    wait_for("the card", lambda: file.read_text() == with_theirs(mine))
    window.key("ctrl+z")
    window.still_picture()
    assert file.read_text() == with_theirs(mine)
    # The same of words that are typed.
    window.click(COLUMN, row(3))
    window.still_picture()
    window.click(COLUMN, words_field(5))
    window.key("ctrl+a")
    window.type("Bye")
    file.write_text(mine)
    before = window.still_picture()
    window.key("Tab")
    wait_told(window, before)
    window.save("elsewhere-typed")
    assert file.read_text() == mine
    window.click(COLUMN, row(2))
    window.still_picture()
    window.click(COLUMN, words_field(4))
    window.key("ctrl+a")
    window.type("Bye")
    window.key("Tab")
    wait_for("what was typed", lambda: layers(folder)[2]["text"] == "Bye")
    window.key("ctrl+q")
    assert window.wait_end() == 0, window.log()


def decisions_that_others_make(desk):
    folder = desk.folder / "campaign"
    file = folder / "campaign.toml"
    before = file.read_text()
    window = desk.open(folder)
    window.key("ctrl+4")
    window.wait_title("Design")
    window.still_picture()
    window.key("l")
    look = wait_for("another look", lambda: file.read_text() != before and file.read_text())
    window.key("ctrl+5")
    window.wait_title("Candidates")
    window.still_picture()
    window.key("a")
    wait_for("an approval", lambda: len(decided(folder)) == 1)
    window.key("h")
    mine = {"sample-1": "approve", "sample-2": "hold"}
    wait_for("a hold", lambda: decided(folder) == mine)
    decisions = folder / "decisions.csv"
    decisions.write_text(decisions.read_text().replace("hold", "approve"))
    picture = window.still_picture()
    window.key("ctrl+z")
    wait_told(window, picture)
    window.save("elsewhere-decided")
    assert set(decided(folder).values()) == {"approve"}
    # It keeps nothing older from being undone.
    window.key("ctrl+z")
    wait_for("an approval less", lambda: decided(folder) == {"sample-2": "approve"})
    assert file.read_text() == look
    window.key("ctrl+z")
    wait_for("the look before", lambda: file.read_text() == before)
    window.key("ctrl+q")
    assert window.wait_end() == 0, window.log()


def main():
    with Desktop() as desk:
        layers_that_move(desk)
        decisions_that_others_make(desk)
    print("what others wrote stayed, and every edit landed where it was meant")


if __name__ == "__main__":
    main()
