#!/usr/bin/env python3
"""A window that is closed, or killed, in the middle of a recording or of publishing: it asks, and what there is stays."""

import json
import signal
import subprocess
import sys

sys.dont_write_bytecode = True

from desktop import Desktop, begin_recording, links_in, wait_for


def seconds_of(take):
    """What a player finds in it."""
    told = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v", "-show_entries",
                           "stream=nb_read_packets", "-of", "csv=p=0", str(take)], capture_output=True, text=True, check=True)
    return int(told.stdout.strip().strip(",")) / 30


def closed_while_recording():
    with Desktop() as desk:
        folder = desk.campaign()
        window = desk.open(folder)
        take = begin_recording(window, folder)
        window.key("ctrl+q")
        window.save("closing")
        # It asks, and the recording goes on meanwhile.
        size = take.stat().st_size
        wait_for("the recording to go on", lambda: take.stat().st_size > size)
        window.key("Escape")
        size = take.stat().st_size
        wait_for("the recording to go on after that, too", lambda: take.stat().st_size > size)
        window.key("ctrl+q")
        window.key("Return")
        assert window.wait_end() == 0, window.log()
        told = json.loads((folder / "takes/body.take.json").read_text())
        assert told["ended_by"] == "stopped", told
        assert abs(seconds_of(take) - told["duration_s"]) < 0.1, (seconds_of(take), told)


def killed_while_recording():
    with Desktop() as desk:
        folder = desk.campaign()
        window = desk.open(folder)
        take = begin_recording(window, folder)
        window.process.send_signal(signal.SIGKILL)
        window.wait_end()
        assert seconds_of(take) > 0.5, seconds_of(take)
        # It is a take all the same: the next window shows it.
        again = desk.open(folder)
        again.key("ctrl+2")
        again.wait_title("Record", "Backend Engineer")
        assert "●" not in again.title()
        assert take.exists() and seconds_of(take) > 0.5
        again.key("ctrl+q")
        assert again.wait_end() == 0, again.log()


def closed_while_publishing():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        window = desk.open(folder)
        window.key("ctrl+6")
        window.wait_title("Publish")
        window.still_picture()
        window.key("ctrl+Return")
        window.wait_title("●")
        window.key("ctrl+q")
        window.key("Return")
        assert window.wait_end() == 0, window.log()
        # Whatever was finished stays, and another run goes on from there.
        done = desk.candid("run", folder)
        assert done.returncode == 0, done.stderr
        links = (folder / "out/links.csv").read_text().splitlines()
        assert len(links) == 9, links


def asked_while_publishing_ends():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        window = desk.open(folder)
        window.key("ctrl+6")
        window.wait_title("Publish")
        window.still_picture()
        window.key("ctrl+Return")
        window.wait_title("●")
        window.key("ctrl+q")
        # Nobody answers. With what it was about the question goes, and the result is there to be seen.
        wait_for("all links", lambda: len(links_in(folder)) == 8)
        wait_for("its end", lambda: "●" not in window.title())
        window.still_picture()
        window.save("published-while-asked")
        window.key("ctrl+7")
        window.wait_title("Results")
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()


if __name__ == "__main__":
    closed_while_recording()
    killed_while_recording()
    closed_while_publishing()
    asked_while_publishing_ends()
    print("asked, and nothing was lost")
