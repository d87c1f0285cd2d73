#!/usr/bin/env python3
"""A line of several scripts is typed in: by key, by click and by the clipboard, and no letter of it is lost; told by
campaign.toml."""

import sys
import tomllib

sys.dont_write_bytecode = True

from desktop import Desktop, wait_for

# What is one letter to a reader is several characters here: the woman at her computer, the é.
WORDS = "Hi 🎉 محمد 👩‍💻 Zoe\u0301"
FIELD = 315  # px from the top, where the layer's words are typed; the field begins at 936


def campaign_that_says(desk, words):
    folder = desk.recorded_campaign()
    file = folder / "campaign.toml"
    head = file.read_text().split("[[layer]]")[0]
    file.write_text(f'{head}[[layer]]\nkind = "text"\ntext = "{words}"\nstart = "0s"\nend = "4s"\n')
    return folder


def said(folder):
    return tomllib.loads((folder / "campaign.toml").read_text())["layer"][0]["text"]


def main():
    with Desktop() as desk:
        folder = campaign_that_says(desk, WORDS)
        window = desk.open(folder)
        window.key("ctrl+4")
        window.wait_title("Design")
        window.still_picture()
        # To look at it changes nothing.
        window.click(1200, FIELD)
        window.key("Home", "End", "Tab")
        window.click(1100, FIELD)  # elsewhere: twice at one place would be a double click
        window.type("!")
        window.key("Home", "Right", "Right", "Right")
        window.type("X")
        # Over the "!", and over the é in one step.
        window.key("End", "Left", "Left")
        window.type("-")
        window.click(957, FIELD)  # between the first two letters
        window.type("y")
        window.save("typing")
        window.key("Tab")
        edited = "Hyi X🎉 محمد 👩‍💻 Zo-e\u0301!"
        wait_for("what was typed", lambda: said(folder) != WORDS)
        assert said(folder) == edited, said(folder)
        # Twice the same, by the clipboard.
        window.click(1200, FIELD)
        window.key("ctrl+a", "ctrl+c", "End", "ctrl+v", "Tab")
        wait_for("what was pasted", lambda: said(folder) != edited)
        assert said(folder) == edited + edited, said(folder)
        window.still_picture()
        window.save("typed")
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
    print("typed in every script, and nothing was lost")


if __name__ == "__main__":
    main()
