#!/usr/bin/env python3
"""On a screen of twice the density everything is twice as large, the smallest window, too, and nothing else has changed; the
keys for the size do what they say."""

import subprocess
import sys

sys.dont_write_bytecode = True

from desktop import Desktop, wait_for

LEAST = (860, 560)  # units: the smallest window
SIDE = 208  # units: the list of screens on the left, which has a ground of its own
SCREENS = {"Home": 1, "Design": 4, "Candidates": 5, "Publish": 6}
SIMILAR = 0.8  # of 1: letters have other edges at twice the size, and lie up to a pixel elsewhere


def side_width(picture, width):
    """Pixels from the left that have the side's ground, along the window's last line."""
    line = picture[-width * 3:]
    pixels = [line[i:i + 3] for i in range(0, len(line), 3)]
    return next(i for i, pixel in enumerate(pixels) if pixel != pixels[0])


def similarity(small, large, size):
    """SSIM of a picture and of one of twice the size."""
    width, height = size
    inputs = []
    for picture, scale in ((small, 1), (large, 2)):
        inputs += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width * scale}x{height * scale}", "-i", str(picture)]
    done = subprocess.run(["ffmpeg", "-v", "info", *inputs, "-lavfi", f"[1]scale={width}:{height}:flags=area[s];[0][s]ssim", "-f",
                           "null", "-"], capture_output=True, text=True, check=True)
    return float(done.stderr.split("All:")[1].split()[0])


def pictures_at(scale, folder):
    """Of the smallest window on such a screen: by the screen's name."""
    size = tuple(scale * length for length in LEAST)
    with Desktop(f"{size[0]}x{size[1]}", dots=96 * scale) as desk:
        desk.settings(width=200, height=200)
        campaign = desk.recorded_campaign()
        window = desk.open(campaign)
        window.wait_title("Home", "Backend Engineer")
        assert window.size() == size, window.size()
        window.point(size[0] - 1, size[1] - 1)  # at nothing
        taken = {}
        for name, number in SCREENS.items():
            window.key(f"ctrl+{number}")
            window.wait_title(name)
            picture = window.still_picture()
            window.save(f"scale-{scale}-{name.lower()}")
            assert side_width(picture, size[0]) == scale * SIDE, (name, side_width(picture, size[0]))
            taken[name] = folder / f"{name}-{scale}.rgb"
            taken[name].write_bytes(picture)
        zoomed(window, size[0], scale)
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()
    return taken


def zoomed(window, width, scale):
    for key, share in (("ctrl+equal", 1.125), ("ctrl+0", 1), ("ctrl+minus", 0.875), ("ctrl+0", 1)):
        window.key(key)
        wanted = round(SIDE * scale * share)
        wait_for(f"a side of {wanted} px", lambda: abs(side_width(window.still_picture(), width) - wanted) <= 1)


def reached_on_a_small_screen():
    """With the largest letters on a small screen nothing lies where nobody gets: what is not to be seen comes by the wheel."""
    with Desktop("1024x600") as desk:
        desk.settings(width=1024, height=600, zoom=2)
        window = desk.open(desk.recorded_campaign())
        for name, number in (("Record", 2), ("Greet", 3), ("Design", 4), ("Candidates", 5)):
            window.key(f"ctrl+{number}")
            window.wait_title(name)
            window.point(600, 40)
            first = window.still_picture()
            window.save(f"small-{name.lower()}")
            window.wheel_down()
            assert window.still_picture() != first, f"{name} does not scroll"
            window.save(f"small-{name.lower()}-scrolled")
        window.key("ctrl+q")
        assert window.wait_end() == 0, window.log()


def main():
    import tempfile
    from pathlib import Path
    with tempfile.TemporaryDirectory(prefix="candid-scale-") as folder:
        usual, dense = (pictures_at(scale, Path(folder)) for scale in (1, 2))
        for name in SCREENS:
            found = similarity(usual[name], dense[name], LEAST)
            assert found > SIMILAR, f"{name}: {found}"
            print(f"{name}: {found:.3f} of 1 the same at twice the size")
    reached_on_a_small_screen()


if __name__ == "__main__":
    main()
