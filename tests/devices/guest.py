"""What is claimed of cameras and an ALSA microphone, run inside the machine (vm) by `run`: prints a JSON line for each
case.

The cameras are the kernel's vivid driver's; its controls (v4l2-ctl --list-ctrls) make them fail as real ones do:
  disconnect                     reads fail with ENODEV, as at an unplugged plug; it is back when nobody has it open
  inject_fatal_streaming_error   EIO
  percentage_of_dropped_buffers  100: a camera that is there and gives nothing

The window is led on a screen that nobody sees (tests/gui/desktop.py), as small as it can be, as every pixel is drawn by
the emulated processor.
"""

import fcntl
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path

from desktop import Desktop, wait_for
from recorder import CANDID, STALL_SECONDS, TOLD_WITHIN, Recording, record, recorded_in, sidecar

FIRST, SECOND = "/dev/video0", "/dev/video1"
SMALL = ["--size", "320x180", "--fps", "10", "--format", "raw"]
NO_SOUND = ["--mic", "none"]
HEARD = ["--mic", "alsa:hw:Loopback,1"]
TAKES = Path("takes")
NOBODY = 65534
CASES = []


def case(function):
    CASES.append(function)
    return function


class Late(AssertionError):
    """All is as it should be, but for the time."""


def now():
    return time.monotonic()


def claim(is_true, words):
    if not is_true:
        raise AssertionError(words)


def claim_words(end, *words):
    for word in words:
        claim(word.lower() in end.stderr.lower(), f'"{word}" is not in: {end.stderr}')


# By ioctl, as a program that has to start first would blur what is timed.
VIDIOC_S_CTRL = 0xC008561C
CONTROLS = {
    "percentage_of_dropped_buffers": 0x00F0F040,
    "disconnect": 0x00F0F041,
    "inject_fatal_streaming_error": 0x00F0F046,
}


def set_control(camera, control, value=1):
    device = os.open(camera, os.O_RDWR)
    try:
        fcntl.ioctl(device, VIDIOC_S_CTRL, struct.pack("Ii", CONTROLS[control], value))
    finally:
        os.close(device)


@contextmanager
def tone():
    """Something to hear at the other end of the loopback."""
    player = subprocess.Popen(["aplay", "-q", "-D", "hw:Loopback,0", "tone.wav"])
    try:
        yield
    finally:
        player.kill()
        player.wait()


def record_whole(take, camera, *more):
    end = record(take, "--camera", camera, *SMALL, *more, "--max", "2s", within=90)
    claim(end.code == 0, f"exit code {end.code}: {end.stderr}")
    return take


def lose(take, camera, loss, within, *words):
    """Records, has `loss` happen, and claims what must hold then."""
    with Recording(take, "--camera", camera, *SMALL, *NO_SOUND) as recording:
        recording.wait_until_recorded(1.5, within=90)
        lost_at = now()
        loss()
        end = recording.end(within=60)
    told = end.at - lost_at
    claim(end.code == 1, f"exit code {end.code}: {end.stderr}")
    claim_words(end, "vivid", *words)
    claim(sidecar(take)["ended_by"] not in ("stopped", "finished", "max_length", "source_ended"), str(sidecar(take)))
    if told > within:
        raise Late(f"told after {told:.2f} s: {end.stderr}")
    return f"told after {told:.2f} s: {end.stderr.splitlines()[0]}"


@case
def both_cameras_are_listed_with_modes(_folder):
    done = subprocess.run([CANDID, "devices", "--json"], capture_output=True, text=True)
    claim(done.returncode == 0, done.stderr)
    cameras = {camera["id"]: camera for camera in json.loads(done.stdout)["cameras"]}
    claim(set(cameras) == {FIRST, SECOND}, f"{sorted(cameras)}")
    for camera in cameras.values():
        sizes = {(mode["width"], mode["height"]) for mode in camera["modes"]}
        claim({(320, 180), (1280, 720)} <= sizes, f"{camera['id']} has {sorted(sizes)}")
        claim(all(mode["rates"] for mode in camera["modes"]), "a mode without rates")
    return f"{len(cameras[FIRST]['modes'])} modes of {cameras[FIRST]['name']}", []


@case
def camera_and_alsa_microphone(folder):
    take = folder / "a.mkv"
    with tone():
        end = record(take, "--camera", FIRST, *SMALL, *HEARD, "--max", "8s", within=120)
    claim(end.code == 0, end.stderr)
    facts = sidecar(take)
    return f"drift {facts['drift_ppm']:.0f} ppm, frames {json.dumps(facts['frames'])}", [(take, "sound")]


@case
def an_alsa_microphone_alone(folder):
    take = folder / "a.mka"
    with tone():
        end = record(take, "--camera", "none", *HEARD, "--max", "3s", within=90)
    claim(end.code == 0, end.stderr)
    return "", [(take, "sound")]


@case
def a_camera_by_its_number(folder):
    take = record_whole(folder / "a.mkv", "1", *NO_SOUND)
    claim(SECOND in sidecar(take)["device"], sidecar(take)["device"])
    return sidecar(take)["device"], [(take, "")]


@case
def a_camera_that_another_program_holds(folder):
    command = ["v4l2-ctl", "-d", FIRST, "--stream-mmap", "--stream-count=0"]
    holder = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        holder.stderr.read(1)  # it tells each picture
        end = record(folder / "a.mkv", "--camera", FIRST, *SMALL, *NO_SOUND, "--max", "1s", within=60)
    finally:
        holder.kill()
        holder.communicate()
    claim(end.code == 1, f"exit code {end.code}: {end.stderr}")
    claim_words(end, FIRST, "v4l2-ctl", str(holder.pid))
    claim(not any(folder.iterdir()), "something was left behind")
    return end.stderr.splitlines()[0], [(record_whole(folder / "b.mkv", FIRST, *NO_SOUND), "")]


@case
def a_camera_without_permission(folder):
    os.chmod(folder, 0o777)
    end = record(folder / "a.mkv", "--camera", FIRST, *SMALL, *NO_SOUND, "--max", "1s", within=60, user=NOBODY)
    claim(end.code == 1, f"exit code {end.code}: {end.stderr}")
    claim_words(end, FIRST, "permission", "try:", "video")
    claim(not any(folder.iterdir()), "something was left behind")
    return " ".join(end.stderr.split()), []


@case
def a_size_that_the_camera_lacks(folder):
    end = record(folder / "a.mkv", "--camera", FIRST, "--size", "334x222", *NO_SOUND, "--max", "1s", within=60)
    claim(end.code == 2, f"exit code {end.code}: {end.stderr}")
    claim_words(end, "334x222", "320x180", "1280x720")
    claim(not any(folder.iterdir()), "something was left behind")
    return end.stderr.splitlines()[0], []


@case
def a_rate_that_the_camera_lacks(folder):
    mode = ["--size", "1280x720", "--fps", "60"]
    end = record(folder / "a.mkv", "--camera", FIRST, *mode, *NO_SOUND, "--max", "1s", within=60)
    claim(end.code == 2, f"exit code {end.code}: {end.stderr}")
    claim(not any(folder.iterdir()), "something was left behind")
    return end.stderr.splitlines()[0], []


@case
def a_camera_that_is_unplugged(folder):
    first = folder / "a.mkv"
    seen = lose(first, FIRST, lambda: set_control(FIRST, "disconnect"), TOLD_WITHIN)
    other = record_whole(folder / "b.mkv", SECOND, *NO_SOUND)
    again = record_whole(folder / "c.mkv", FIRST, *NO_SOUND)
    return seen, [(first, ""), (other, ""), (again, "")]


@case
def a_camera_that_fails(folder):
    first = folder / "a.mkv"
    seen = lose(first, FIRST, lambda: set_control(FIRST, "inject_fatal_streaming_error"), TOLD_WITHIN)
    again = record_whole(folder / "b.mkv", FIRST, *NO_SOUND)
    return seen, [(first, ""), (again, "")]


@case
def a_camera_that_gives_nothing_any_more(folder):
    first = folder / "a.mkv"
    try:
        loss = lambda: set_control(FIRST, "percentage_of_dropped_buffers", 100)
        seen = lose(first, FIRST, loss, STALL_SECONDS + TOLD_WITHIN)
    finally:
        set_control(FIRST, "percentage_of_dropped_buffers", 0)
    again = record_whole(folder / "b.mkv", FIRST, *NO_SOUND)
    return seen, [(first, ""), (again, "")]


@case
def a_camera_that_loses_a_third_of_its_pictures(folder):
    take = folder / "a.mkv"
    set_control(FIRST, "percentage_of_dropped_buffers", 33)
    try:
        end = record(take, "--camera", FIRST, *SMALL, *NO_SOUND, "--max", "4s", within=90)
    finally:
        set_control(FIRST, "percentage_of_dropped_buffers", 0)
    claim(end.code == 0, end.stderr)
    frames = sidecar(take)["frames"]
    claim(frames["repeated"] >= 4, f"so few are repeated: {frames}")
    claim(abs(sidecar(take)["duration_s"] - 4) < 0.2, f"{sidecar(take)['duration_s']} s")
    return json.dumps(frames), [(take, "")]


@case
def an_interrupt(folder):
    take = folder / "a.mkv"
    with tone(), Recording(take, "--camera", FIRST, *SMALL, *HEARD) as recording:
        recording.wait_until_recorded(1, within=90)
        asked_at = now()
        recording.interrupt()
        end = recording.end(within=60)
    claim(end.code == 0, f"exit code {end.code}: {end.stderr}")
    return f"ended after {end.at - asked_at:.2f} s", [(take, "sound")]


@contextmanager
def window(camera):
    """The window with that camera at 320x180, and a new campaign: both."""
    with Desktop("860x560") as desk:
        desk.environment["GALLIUM_DRIVER"] = "softpipe"  # begins sooner than the one that compiles first
        desk.settings(camera=camera, microphone="alsa:hw:Loopback,1", picture_size=[320, 180], width=860, height=560)
        campaign = desk.campaign()
        opened = desk.open(campaign)
        opened.key("ctrl+2")
        opened.wait_title("Record", "Backend Engineer")
        yield opened, campaign
        opened.key("ctrl+q")
        claim(opened.wait_end() == 0, opened.log())


@case
def the_window_with_a_camera_that_is_unplugged(folder):
    with tone(), window(FIRST) as (opened, campaign):
        take = campaign / "takes/body.mkv"
        opened.key("space")
        wait_for("a second and a half of the take", lambda: recorded_in(take) >= 1.5, seconds=180)
        set_control(FIRST, "disconnect")
        lost_at = now()
        wait_for("the recording's end", lambda: "●" not in opened.title(), seconds=60)
        told = now() - lost_at
        ended_by = wait_for("the sidecar", lambda: take.with_suffix(".take.json").exists() and sidecar(take)["ended_by"])
        claim("vivid" in ended_by, ended_by)
        opened.still_picture()
        opened.save("camera-unplugged")
        # The way on, by keyboard: again, with the other camera.
        opened.key("r", "c", "space")
        earlier = take.with_name("body.earlier-1.mkv")
        wait_for("another take", lambda: earlier.exists() and recorded_in(take) >= 1.5, seconds=180)
        opened.key("Return")
        wait_for("its end", take.with_suffix(".take.json").exists, seconds=60)
        claim(SECOND in sidecar(take)["device"], sidecar(take)["device"])
        shutil.copytree(take.parent, folder, dirs_exist_ok=True)
    return f"ended after {told:.1f} s: {ended_by}", [(folder / one.name, "sound") for one in (earlier, take)]


def attempt(function):
    """(what was seen, the takes, what is wrong)."""
    folder = TAKES / function.__name__
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return *function(folder), ""
    except Late:
        raise
    except Exception as problem:
        return "", [], str(problem) or traceback.format_exc()


def judge(function):
    try:
        return attempt(function)
    except Late as first:
        # An emulated processor beside other work: once may be chance.
        try:
            seen, takes, problem = attempt(function)
            return f"at the second attempt (the first: {first}): {seen}", takes, problem
        except Late as second:
            return "", [], f"twice late: {first}; {second}"


def main():
    wanted = sys.argv[1:]
    names = [function.__name__ for function in CASES]
    for name in wanted:
        if name not in names:
            sys.exit(f"error: there is no case {name}\n  try: {' '.join(names)}")
    for function in CASES:
        if wanted and function.__name__ not in wanted:
            continue
        seen, takes, problem = judge(function)
        result = {
            "case": function.__name__,
            "seen": seen,
            "problem": problem,
            "takes": [[str(take), kind] for take, kind in takes],
        }
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
