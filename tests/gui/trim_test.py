#!/usr/bin/env python3
"""The review of a take shows the trim that campaign.toml tells, and an end that is moved changes its own words alone. Where it cannot
be saved that is told, and the end is where it was."""

import os
import subprocess
import sys
from contextlib import contextmanager

sys.dont_write_bytecode = True

from desktop import Desktop, wait_for

# The strip with the take's sound, in px: from where to where the whole take reaches, and a line through its handles.
LEFT, RIGHT, HEIGHT = 242, 926, 475
HANDLE = 5  # from the moment it marks to its middle


def seconds_of(take):
    told = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(take)],
                          capture_output=True, text=True, check=True)
    return float(told.stdout)


def trim_line(folder):
    return next((line for line in (folder / "campaign.toml").read_text().splitlines() if line.startswith("trim")), None)


@contextmanager
def read_only(folder):
    """For a while nobody can write there, not even root."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        yield
        return folder.chmod(0o755)
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def column(picture):
    """What is told beside the take."""
    return [picture[3 * (1280 * y + 945):3 * 1280 * (y + 1)] for y in range(800)]


def a_click_moves_nothing(desk):
    folder = desk.recorded_campaign()
    file = folder / "campaign.toml"
    before = file.read_text()
    window = desk.open(folder)
    window.key("ctrl+2")
    window.wait_title("Record")
    window.still_picture()
    for x in (LEFT - HANDLE, RIGHT + HANDLE):
        window.click(x, HEIGHT)
        window.still_picture()
        assert file.read_text() == before, trim_line(folder)
    window.key("ctrl+q")
    assert window.wait_end() == 0, window.log()


def main():
    with Desktop() as desk:
        a_click_moves_nothing(desk)
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        length = seconds_of(folder / "takes/body.mkv")
        file = folder / "campaign.toml"
        # The end is told as a time of the take; the start in minutes and seconds.
        file.write_text(file.read_text().replace("[brand]", 'trim = ["0:01", "4s"]  # mine\n\n[brand]', 1))
        window = desk.open(folder)

        def place(seconds):
            return round(LEFT + (RIGHT - LEFT) * seconds / length)

        def words_after(doing):
            before = trim_line(folder)
            doing()
            wait_for("another trim", lambda: trim_line(folder) != before)
            start, end = trim_line(folder).removeprefix("trim = [").split("]")[0].replace('"', "").split(", ")
            assert trim_line(folder).endswith("# mine"), trim_line(folder)
            return start, end

        window.key("ctrl+2")
        window.wait_title("Record")
        window.still_picture()
        window.save("trimmed")
        # Each handle is where the campaign says, or nothing would be moved.
        start, end = words_after(lambda: window.drag(place(1) - HANDLE, HEIGHT, place(2)))
        assert end == "4s" and abs(float(start[:-1]) - 2) < 0.1, (start, end)
        window.still_picture()
        start_again, end = words_after(lambda: window.drag(place(4) + HANDLE, HEIGHT, place(5)))
        assert start_again == start and abs(float(end[:-1]) - 5) < 0.1, (start_again, end)
        # Undone, the handles follow: one of them can be taken where it was.
        assert words_after(lambda: window.key("ctrl+z")) == (start, "4s")
        window.still_picture()
        start_again, end = words_after(lambda: window.drag(place(4) + HANDLE, HEIGHT, place(3)))
        assert start_again == start and abs(float(end[:-1]) - 3) < 0.1, (start_again, end)
        # Where nobody can write, that is told, and the handle is where it was.
        before = window.still_picture()
        with read_only(folder):
            window.drag(place(3) + HANDLE, HEIGHT, place(5))
            wait_for("words", lambda: column(window.still_picture()) != column(before))
            window.save("trim-not-saved")
        assert trim_line(folder) == f'trim = ["{start}", "{end}"]  # mine', trim_line(folder)
        start_again, end = words_after(lambda: window.drag(place(3) + HANDLE, HEIGHT, place(4)))
        assert start_again == start and abs(float(end[:-1]) - 4) < 0.1, (start_again, end)
        wait_for("the words to go", lambda: column(window.still_picture()) == column(before))
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
    print("trimmed by hand, each end in its own words")


if __name__ == "__main__":
    main()
