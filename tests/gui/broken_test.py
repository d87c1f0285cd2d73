#!/usr/bin/env python3
"""A campaign from which nothing can be made is shown with what is wrong and a way on, and is gone on from once it is mended."""

import sys

sys.dont_write_bytecode = True

from desktop import Desktop, publish_all, wait_for


def with_captions_that_nobody_noted():
    """As of a video that was recorded elsewhere: the look shows captions, and there is no mark of what is said when."""
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        (folder / "takes/body.take.json").unlink()
        (folder / "script.txt").write_text("Thank you for the interview today.\nYou hear from us by Friday.\n")
        file = folder / "campaign.toml"
        whole = file.read_text()
        window = desk.open(folder)
        window.key("ctrl+6")
        window.wait_title("Publish", "Backend Engineer")
        window.still_picture()
        window.save("no-captions")
        window.key("Tab", "Return")  # of script.txt
        wait_for("captions", lambda: "takes/body.vtt" in file.read_text())
        assert (folder / "takes/body.vtt").read_text().startswith("WEBVTT")
        window.still_picture()
        window.key("ctrl+z")
        wait_for("the words of before", lambda: file.read_text() == whole)
        window.still_picture()
        window.key("ctrl+5", "ctrl+6")  # which lets go of the mark
        window.wait_title("Publish")
        window.key("Tab", "Tab", "space")  # without
        wait_for("no captions", lambda: 'kind = "captions"' not in file.read_text())
        window.still_picture()
        publish_all(window, folder, links=8)


def with_a_campaign_that_is_broken():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        file = folder / "campaign.toml"
        whole = file.read_text()
        file.write_text("name = \n")
        window = desk.open(folder)
        window.still_picture()
        window.save("broken-campaign")
        for broken in ("[[[x\n", whole + "\n[[[broken", "a.b" * 10_000, "\x00", ""):
            file.write_text(broken)
            window.key("F5")
            window.still_picture()
        window.key("ctrl+5")
        window.wait_title("Candidates")
        file.write_text(whole)
        window.key("F5")
        window.wait_title("Backend Engineer")
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()


def with_greetings_that_cannot_be_read():
    with Desktop() as desk:
        folder = desk.campaign()
        file = folder / "campaign.toml"
        whole = file.read_text()
        file.write_text("lok = 1\n" + whole)
        window = desk.open(folder)
        window.key("ctrl+3")
        window.wait_title("Greet")
        window.still_picture()
        window.save("broken-greet")
        # The way on: mended beside the window, a sitting can begin.
        file.write_text(whole)
        window.key("F5")
        window.still_picture()
        window.save("mended-greet")
        window.key("Return", "space")
        window.wait_title("●")
        window.key("ctrl+q", "Return")
        assert window.wait_end() == 0, window.log()


def with_a_campaign_that_breaks_before_publishing():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        window = desk.open(folder)
        window.key("ctrl+6")
        window.wait_title("Publish", "Backend Engineer")
        window.still_picture()
        file = folder / "campaign.toml"
        whole = file.read_text()
        file.write_text(whole + "\n[[[broken")
        window.key("F5")
        broken = window.still_picture()
        window.save("broken-publish")
        # What is wrong is told, and nothing can begin.
        window.key("ctrl+Return")
        assert window.still_picture() == broken
        file.write_text(whole)
        window.key("F5")
        wait_for("it to be mended", lambda: window.still_picture() != broken)
        publish_all(window, folder, links=8)


if __name__ == "__main__":
    with_captions_that_nobody_noted()
    with_a_campaign_that_is_broken()
    with_greetings_that_cannot_be_read()
    with_a_campaign_that_breaks_before_publishing()
    print("each was shown, with a way on")
