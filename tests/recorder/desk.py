"""A desk without hardware: an X screen (Xvfb) and a sound server (PulseAudio) of their own, with a loudspeaker that
nobody hears and a microphone that hears it. Both are stopped by pid and leave nothing behind. Works as root and as
anybody else.

    with Desk((640, 480)) as desk:
        subprocess.run(["candid", "record", "--screen", desk.display, ...], env=desk.environment)
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

LOUDSPEAKER = "desk"
# Sound as it is played; PulseAudio's own latency reports hold for it.
MONITOR = "desk.monitor"
# The same sound as a device that can be unplugged.
MICROPHONE = "desk_microphone"
MICROPHONE_NAME = "Desk microphone"


class DeskError(Exception):
    """The desk could not be set up, with the words of what failed."""


def wait_for(condition, what, seconds=10):
    """The first true answer of `condition`, which is asked again and again."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise DeskError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


class Desk:
    """`screen`: its size in pixels, None: no screen. `sound`: whether there is a sound server."""

    def __init__(self, screen=(640, 480), sound=True):
        self._size = screen
        self._has_sound = sound
        self._folder = None
        self._screen = None
        self._server = None
        self._microphone_module = None
        self._logs = ExitStack()
        self.display = None
        # Nothing of the machine's own desk shines through.
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY") and not name.startswith("PULSE_")
        }

    def __enter__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="candid-desk-"))
        try:
            self.environment["XDG_RUNTIME_DIR"] = str(self._folder)
            # Without a server: an address where none answers, so that no other server is found or started.
            self.environment["PULSE_SERVER"] = f"unix:{self._folder}/sound"
            if self._size:
                self._start_screen()
            if self._has_sound:
                self.start_sound()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *_):
        self.stop_sound()
        _stop(self._screen)
        self._logs.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start_screen(self):
        width, height = self._size
        reading, writing = os.pipe()
        self._screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
            + ["-noreset"],
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._open_log("screen"),
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        if not number:
            raise DeskError(f"Xvfb did not start:\n{self._log('screen')}")
        self.display = f":{number}"
        self.environment["DISPLAY"] = self.display

    def start_sound(self):
        """The sound server; again after it was stopped or killed."""
        self.stop_sound()
        self._server = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-target=stderr"]
            + ["-L", f"module-native-protocol-unix socket={self._folder}/sound auth-anonymous=1"]
            + ["-L", f"module-null-sink sink_name={LOUDSPEAKER} rate=48000"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._open_log("sound"),
            env=self._server_environment(),
        )

        def answers():
            if self._server.poll() is not None:
                raise DeskError(f"pulseaudio ended with {self._server.returncode}:\n{self._log('sound')}")
            return self._pactl("info").returncode == 0

        wait_for(answers, "the sound server's first answer")
        self.plug_microphone()

    def stop_sound(self):
        _stop(self._server)
        self._server = None

    def plug_microphone(self):
        done = self._pactl(
            "load-module",
            "module-remap-source",
            f"source_name={MICROPHONE}",
            f"master={MONITOR}",
            f"source_properties=\"device.description='{MICROPHONE_NAME}'\"",
        )
        if done.returncode != 0:
            raise DeskError(f"the desk's microphone: {done.stderr.strip()}")
        self._microphone_module = done.stdout.strip()
        self._pactl("set-default-source", MICROPHONE)

    def unplug_microphone(self):
        self._pactl("unload-module", self._microphone_module)

    def kill_sound(self):
        """As a server dies that crashes; start_sound() brings another."""
        self._server.kill()
        self._server.wait()

    def freeze_sound(self):
        """The server hangs until thaw_sound()."""
        self._server.send_signal(signal.SIGSTOP)

    def thaw_sound(self):
        self._server.send_signal(signal.SIGCONT)

    def kill_screen(self):
        self._screen.kill()
        self._screen.wait()
        # It had no time to take these away.
        for name in (f".X{self.display[1:]}-lock", f".X11-unix/X{self.display[1:]}"):
            Path("/tmp", name).unlink(missing_ok=True)

    def _server_environment(self):
        # Its settings stay in the folder, and no session bus is started for it.
        own = {name: value for name, value in self.environment.items() if name != "DISPLAY"}
        folder = str(self._folder)
        return {**own, "HOME": folder, "XDG_CONFIG_HOME": folder, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}

    def _pactl(self, *words):
        return subprocess.run(["pactl", *words], env=self.environment, capture_output=True, text=True, timeout=10)

    def _open_log(self, name):
        return self._logs.enter_context(open(self._folder / f"{name}.log", "ab"))

    def _log(self, name):
        return (self._folder / f"{name}.log").read_text(errors="replace")[-2000:]


def _stop(process):
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
