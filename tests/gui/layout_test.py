#!/usr/bin/env python3
"""Keys are what is written on them: on a German and on a French keyboard, in a screen and in a line that is typed."""

import subprocess
import sys

sys.dont_write_bytecode = True

from desktop import Desktop, wait_for
from scale_test import SIDE, side_width
from undo_test import decided

WIDTH = 1280


def lay_out(desk, country):
    subprocess.run(["setxkbmap", "-rules", "evdev", "-model", "pc105", "-layout", country], env=desk.environment, check=True)


def on_a_german_keyboard(desk, window, folder):
    lay_out(desk, "de")
    window.key("h")
    wait_for("a hold", lambda: decided(folder) == {"sample-1": "hold"})
    window.key("ctrl+z")
    wait_for("it to be undone", lambda: decided(folder) == {})
    window.key("ctrl+y")
    wait_for("it again", lambda: decided(folder) == {"sample-1": "hold"})
    window.key("ctrl+z")
    wait_for("it to be undone again", lambda: decided(folder) == {})
    for key, wanted in (("ctrl+plus", SIDE * 1.125), ("ctrl+minus", SIDE)):
        window.key(key)
        wait_for(f"a side of {wanted} px", lambda: abs(side_width(window.still_picture(), WIDTH) - wanted) <= 1)


def on_a_french_keyboard(desk, window, folder):
    lay_out(desk, "fr")
    before = decided(folder)
    window.key("a")
    approved = wait_for("an approval", lambda: decided(folder) != before and decided(folder))
    assert list(approved.values()) == ["approve"], approved
    # In a line that is typed, Ctrl-A marks all of it; what is typed next takes its place.
    window.key("ctrl+f")
    window.type("nobody")
    empty = window.still_picture()
    window.key("ctrl+a")
    window.type("a")
    wait_for("somebody with an A", lambda: window.still_picture() != empty)
    window.save("french")
    window.key("Escape")
    window.key("ctrl+a")
    window.wait_title("Candidates")  # and has not closed
    window.key("ctrl+z")
    wait_for("it to be undone", lambda: decided(folder) == before)
    window.key("ctrl+q")
    assert window.wait_end() == 0, window.log()


def main():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        window = desk.open(folder)
        window.key("ctrl+5")
        window.wait_title("Candidates")
        window.still_picture()
        on_a_german_keyboard(desk, window, folder)
        on_a_french_keyboard(desk, window, folder)
    print("each key is what is written on it")


if __name__ == "__main__":
    main()
