#!/usr/bin/env python3
"""What goes wrong is shown in the window with a way on, and the window goes on."""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True

from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "recorder"))

from desk import MICROPHONE, Desk as Sound
from desktop import Desktop, begin_recording, links_in, publish_all, wait_for


def without_a_camera():
    with Desktop() as desk:
        desk.settings(camera="/dev/video97")
        folder = desk.campaign()
        window = desk.open(folder)
        window.key("ctrl+2")
        window.wait_title("Record", "Backend Engineer")
        window.still_picture()
        window.save("no-camera")
        take = folder / "takes/body.mkv"
        window.key("space")
        assert not take.exists()
        # The way on: the test picture, by keyboard.
        window.key("t")
        window.key("space")
        window.wait_title("●")
        wait_for("a take", lambda: take.exists() and take.stat().st_size > 1_000_000)
        window.key("Return")
        wait_for("its end", lambda: "●" not in window.title())
        assert (folder / "takes/body.take.json").exists()
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()


def with_a_microphone_that_is_unplugged():
    with Sound(None) as sound, Desktop() as desk:
        for name in ("PULSE_SERVER", "XDG_RUNTIME_DIR"):
            desk.environment[name] = sound.environment[name]
        desk.settings(microphone=f"pulse:{MICROPHONE}")
        folder = desk.campaign()
        window = desk.open(folder)
        begin_recording(window, folder)
        sound.unplug_microphone()
        wait_for("its end", lambda: "●" not in window.title())
        told = json.loads((folder / "takes/body.take.json").read_text())
        assert "microphone" in told["ended_by"], told
        assert told["duration_s"] > 1, told
        window.still_picture()
        window.save("unplugged")
        # The way on: plugged in again, it is recorded again, and the earlier take is kept.
        sound.plug_microphone()
        window.key("r")
        window.key("space")
        window.wait_title("●")
        assert (folder / "takes/body.earlier-1.mkv").exists()
        window.key("ctrl+q", "Return")
        assert window.wait_end() == 0, window.log()


def with_a_disk_that_fills_up():
    """It may not begin with less than 500 MB, and ends by itself below."""
    if os.geteuid() != 0:
        return print("only root can mount a small disk: not tried")
    with Desktop() as desk:
        folder = desk.campaign()
        takes = folder / "takes"
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600000000", "candid", str(takes)], check=True)
        try:
            window = desk.open(folder)
            begin_recording(window, folder)
            with open(takes / "filler", "wb") as filler:
                os.posix_fallocate(filler.fileno(), 0, 120_000_000)
            wait_for("its end by itself", lambda: "●" not in window.title())
            sidecar = json.loads((takes / "body.take.json").read_text())
            assert sidecar["ended_by"] == "disk_low", sidecar
            window.save("disk-full")
            # The way on: room is made, and it is recorded again; the earlier one is kept.
            (takes / "filler").unlink()
            window.still_picture()
            window.key("r")
            window.key("space")
            window.wait_title("●")
            assert (takes / "body.earlier-1.mkv").exists()
            window.key("ctrl+q", "Return")
            assert window.wait_end() == 0, window.log()
        finally:
            subprocess.run(["umount", "--lazy", str(takes)], check=True)


def with_a_store_that_does_not_answer():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        file = folder / "campaign.toml"
        whole = file.read_text()
        file.write_text(f'{whole}\n[publish]\nstore = "dav+http://127.0.0.1:9/videos"\n')
        window = desk.open(folder)
        window.key("ctrl+6")
        window.wait_title("Publish")
        window.still_picture()
        window.key("ctrl+Return")
        window.wait_title("●")
        wait_for("its end", lambda: "●" not in window.title(), seconds=120)
        window.still_picture()
        window.save("no-store")
        assert links_in(folder) == []
        # Mended beside the window, it goes on.
        file.write_text(whole)
        window.key("F5")
        window.still_picture()
        publish_all(window, folder, links=8)


if __name__ == "__main__":
    without_a_camera()
    with_a_microphone_that_is_unplugged()
    with_a_disk_that_fills_up()
    with_a_store_that_does_not_answer()
    print("each was shown, with a way on")
