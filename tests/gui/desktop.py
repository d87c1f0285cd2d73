"""A desktop that nobody sees (Xvfb), and Candid's window on it, led by xdotool as a person leads it."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CANDID = os.environ["CANDID"]
WINDOW = os.environ["CANDID_GUI"]
PICTURES = os.environ.get("CANDID_WINDOW_PICTURES")
WAIT = 60  # seconds, for anything


class Late(AssertionError):
    pass


def wait_for(what, look, seconds=WAIT, pause=0.05):
    """What `look` gives, once it is something."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise Late(f"still waiting for {what} after {seconds} s")
        time.sleep(pause)


def links_in(folder):
    """The rows of out/links.csv; none where there is no such file yet."""
    file = folder / "out/links.csv"
    if not file.exists():
        return []
    with open(file, encoding="utf-8-sig", newline="") as rows:
        return list(csv.DictReader(rows))


class Desktop:
    """`with Desktop() as desk`: a display, and folders of its own for what Candid keeps."""

    def __init__(self, size="1280x800", dots=96):
        self.folder = Path(tempfile.mkdtemp(prefix="candid-window-"))
        self._size = size
        self._dots = dots  # an inch
        self._started = []
        self._windows = []

    def __enter__(self):
        read, write = os.pipe()
        # Without a reset each time that its last client, one of xdotool's looks, goes.
        xvfb = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{self._size}x24", "-dpi", str(self._dots),
                                 "-nolisten", "tcp", "-noreset"],
                                pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        self._started.append(xvfb)
        with os.fdopen(read) as told:
            display = told.readline().strip()
        self.environment = {**os.environ, "DISPLAY": f":{display}", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                            "LIBGL_ALWAYS_SOFTWARE": "1", "SDL_AUDIODRIVER": "dummy", "CANDID_DATA": str(self.folder / "data"),
                            "XDG_CONFIG_HOME": str(self.folder / "config"), "XDG_STATE_HOME": str(self.folder / "state"),
                            "XDG_RUNTIME_DIR": str(self.folder), "PULSE_SERVER": f"unix:{self.folder}/nobody"}
        self.settings(camera="test:live")
        return self

    def settings(self, **values):
        file = self.folder / "config/candid/window.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        known = json.loads(file.read_text()) if file.exists() else {"x": 0, "y": 0, "width": 1280, "height": 800, "countdown": 1}
        file.write_text(json.dumps({**known, **values}))

    def candid(self, *words):
        return subprocess.run([CANDID, *map(str, words)], env=self.environment, capture_output=True, text=True)

    def campaign(self, kit="sample"):
        folder = self.folder / "campaign"
        made = self.candid("new", folder, "--kit", kit)
        assert made.returncode == 0, made.stderr
        return folder

    def recorded_campaign(self):
        folder = self.campaign()
        done = self.candid("record", folder, "--camera", "test:", "--max", "6s")
        assert done.returncode == 0, done.stderr
        return folder

    def serve(self):
        """candid serve on a free port: its address."""
        server = subprocess.Popen([CANDID, "serve", "--listen", "127.0.0.1:0", "--json"], env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._started.append(server)
        text = ""
        while not text.endswith("}\n"):
            line = server.stdout.readline()
            assert line, "candid serve has ended"
            text += line
        return json.loads(text)["url"]

    def open(self, *words):
        window = Window(self, words)
        self._windows.append(window)
        self._started.append(window.process)
        window.wait_until_shown()
        return window

    def __exit__(self, failure, *_):
        if failure is not None:
            for window in self._windows:
                window.tell_state()
        for process in reversed(self._started):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Window:
    def __init__(self, desk, words):
        self._desk = desk
        self._log = open(desk.folder / "window.log", "w+")
        self.process = subprocess.Popen([WINDOW, *map(str, words)], env=desk.environment, stdout=self._log, stderr=self._log)

    def _xdotool(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env=self._desk.environment, capture_output=True, text=True)

    def wait_until_shown(self):
        asked = []

        def look():
            assert self.process.poll() is None, self.log()
            asked.append(self._xdotool("search", "--onlyvisible", "--class", "candid-gui"))
            return asked[-1].stdout.split()
        try:
            self._id = wait_for("the window", look)[0]
        except Late as late:
            raise Late(f"{late}: {asked[-1].stderr} {self.log()}") from None
        # There is no window manager to give it the keyboard.
        wait_for("the keyboard", lambda: self._xdotool("windowfocus", "--sync", self._id).returncode == 0)

    def number(self):
        return self._id

    def log(self):
        return (self._desk.folder / "window.log").read_text()

    def title(self):
        return self._xdotool("getwindowname", self._id).stdout.strip()

    def wait_title(self, *parts):
        """Until the title has all of them."""
        def look():
            assert self.process.poll() is None, f"the window has ended: {self.log()}"
            title = self.title()
            return title if all(part in title for part in parts) else None
        try:
            return wait_for(f"a title with {parts}", look)
        except Late as late:
            raise Late(f"{late}; it is {self.title()!r}") from None

    def size(self):
        """Width and height, pixels."""
        told = dict(line.split("=") for line in self._xdotool("getwindowgeometry", "--shell", self._id).stdout.split())
        return int(told["WIDTH"]), int(told["HEIGHT"])

    def key(self, *keys):
        for one in keys:
            self._xdotool("key", one)

    def type(self, words):
        self._xdotool("type", words)

    def point(self, x, y):
        self._xdotool("mousemove", x, y)

    def click(self, x, y):
        self.point(x, y)
        self._xdotool("click", 1)

    def wheel_down(self):
        self._xdotool("click", "--repeat", 5, 5)

    def drag(self, x, y, to_x):
        self._xdotool("mousemove", x, y)
        self._xdotool("mousedown", 1)
        self._xdotool("mousemove", to_x, y)
        self.still_picture()
        self._xdotool("mouseup", 1)

    def still_picture(self):
        """A picture of the screen that has stopped changing: the same for half a second."""
        pictures = []

        def look():
            pictures.append(self._look())
            return len(pictures) > 2 and pictures[-1] == pictures[-2] == pictures[-3]
        wait_for("a picture that stands still", look, pause=0.25)
        return pictures[-1]

    def _look(self):
        return self._grab("-f", "rawvideo", "-pix_fmt", "rgb24", "-")

    def save(self, name):
        """For people, where somebody wants to see them (CANDID_WINDOW_PICTURES)."""
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self._grab("-y", str(Path(PICTURES) / f"{name}.png"))

    def _grab(self, *output):
        return subprocess.run(["ffmpeg", "-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-i", self._desk.environment["DISPLAY"],
                               "-frames:v", "1", *output], capture_output=True, check=True).stdout

    def tell_state(self):
        """For whoever has to find out why a test failed."""
        if self.process.poll() is None:
            self.save(f"failed-{self._desk.folder.name}")
        print(f"the window: {self.title()!r}, exit code {self.process.poll()}\n{self.log()}", file=sys.stderr)

    def wait_end(self):
        return self.process.wait(WAIT)


def begin_recording(window, folder, megabytes=3):
    """On the record screen, until some seconds are in the take: its file."""
    window.key("ctrl+2")
    window.wait_title("Record", "Backend Engineer")
    window.key("space")
    window.wait_title("●")
    take = folder / "takes/body.mkv"
    wait_for("some seconds of the take", lambda: take.exists() and take.stat().st_size > megabytes * 1e6)
    return take


def publish_all(window, folder, links):
    """On the publish screen, until so many links open; and the window is closed."""
    window.key("ctrl+Return")
    wait_for("links", lambda: len(links_in(folder)) == links)
    wait_for("the end", lambda: "●" not in window.title())
    window.key("ctrl+q")
    assert window.wait_end() == 0, window.log()
