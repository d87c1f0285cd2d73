#!/usr/bin/env python3
"""A list of candidates and a video that are dropped onto the window come into the campaign, whatever their path is called."""

import subprocess
import sys
import tomllib

sys.dont_write_bytecode = True

from pathlib import Path

from desktop import Desktop, wait_for

# The system's own, which has Debian's python3-xlib.
DRAG = ["/usr/bin/python3", "-B", str(Path(__file__).resolve().parent / "drag.py")]
ROSTER = """id,name,first_name,role,email
a-1,"Zoë ""Zo"" Sample",Zoë,Engineer,zoe@example.com
a-2,王小明,小明,Engineer,wang@example.com
"""


def drop(desk, window, file):
    done = subprocess.run([*DRAG, window.number(), str(file)], env=desk.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def named(folder, key):
    return tomllib.loads((folder / "campaign.toml").read_text())[key]


def use(window, folder, key):
    """The dropped file is used, by keyboard: where the campaign has it then."""
    before = named(folder, key)
    window.still_picture()
    window.save(f"dropped-{key}")
    window.key("Return")
    wait_for(f"another {key}", lambda: named(folder, key) != before)
    return folder / named(folder, key)


def main():
    with Desktop() as desk:
        folder = desk.recorded_campaign()
        strange = desk.folder / "Bewerber 100% “Ünï” 'a' \"b\" & #1;\\ 名簿"
        strange.mkdir()
        roster = strange / "Liste; \"März\" 'neu' + 名簿.CSV"
        roster.write_text(ROSTER, encoding="utf-8")
        video = strange / "Gruß an 王 & [alle] #2 100%.mkv"
        video.write_bytes((folder / "takes/body.mkv").read_bytes())
        earlier = (folder / "candidates.csv").read_text()
        window = desk.open(folder)
        window.wait_title("Home", "Backend Engineer")

        drop(desk, window, roster)
        used = use(window, folder, "roster")
        assert used.parent == folder and used.read_text(encoding="utf-8") == ROSTER, used
        assert (folder / "candidates.csv").read_text() == earlier
        window.wait_title("Candidates")
        window.still_picture()
        window.save("dropped-candidates")

        drop(desk, window, video)
        window.wait_title("Home")
        used = use(window, folder, "take")
        assert used.parent == folder / "takes" and used.read_bytes() == video.read_bytes(), used
        assert used.suffix == ".mkv" and (folder / "takes/body.mkv").exists()
        window.wait_title("Record")
        window.still_picture()
        window.save("dropped-take")
        # A campaign's folder that is dropped is opened.
        other = desk.folder / "Zweite \"Kampagne\" 名"
        assert desk.candid("new", other, "--kit", "update").returncode == 0
        drop(desk, window, other)
        wait_for("the other campaign", lambda: "Backend Engineer" not in window.title())
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
    print("dropped, copied, named and shown")


if __name__ == "__main__":
    main()
