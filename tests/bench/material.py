"""The input: a talking head with grain and speech, a logo, a roster of samples. Made with ffmpeg, kept between runs."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from measure import BenchError, answer, run

# What the presenter and the voice say. Long enough that the sound does not repeat within one period.
SCRIPT = """Hello, and thank you for the time that you gave us last week.
The whole team enjoyed the conversation, and your questions above all.
We are taking a little longer than we said, and you deserve to know why.
Two more people are to be met before a decision is fair to everyone.
You will hear from us on Friday, whatever the answer is.
Until then, write to me at any time, and tell me what would help you.
"""
FRAME_RATE = 30
# Like the light noise of a webcam in a room: it changes with every frame, and makes an encoder work. So much that a
# minute of 1080p has about 10 MB at crf 23.
GRAIN = "noise=alls=4:allf=t"


@dataclass(frozen=True)
class Shape:
    width: int
    height: int
    period: int  # seconds of picture; longer bodies repeat it, so that their personal seconds are the same pictures


class Material:
    """All paths are absolute. What is there already is used again."""

    def __init__(self, folder, shape, clips, candid):
        self.folder = Path(folder) / "input"
        self.shape = shape
        self._clips = [Path(clip).resolve() for clip in clips]
        self._candid = candid
        self.folder.mkdir(parents=True, exist_ok=True)

    def body(self, seconds):
        """H.264 and AAC in an MP4. No B-frames and a key frame every second, as cameras and phones write it."""
        if seconds % self.shape.period != 0:
            raise BenchError(f"a body of {seconds} s is no multiple of {self.shape.period} s")
        return self._made(
            f"body{seconds}-{self._picture_name()}.mp4",
            lambda path: self._ffmpeg(
                ["-stream_loop", seconds // self.shape.period - 1, "-i", self._period()]
                + ["-stream_loop", -1, "-i", self._speech(), "-t", seconds, "-map", "0:v", "-map", "1:a"]
                + ["-c:v", "copy", "-c:a", "aac", "-b:a", "128k", "-video_track_timescale", 15360, path]
            ),
        )

    def logo(self):
        height = self.shape.height
        size = f"{320 * height // 1080}x{96 * height // 1080}"
        words = f"drawtext=text=SAMPLE:fontcolor=white:fontsize={56 * height // 1080}:x=(w-tw)/2:y=(h-th)/2"
        return self._made(
            f"logo-{height}.png",
            lambda path: self._ffmpeg(
                ["-f", "lavfi", "-i", f"color=c=0x1f6feb@0.9:s={size},format=rgba,{words}", "-frames:v", 1, path]
            ),
        )

    def _period(self):
        frames = self.shape.period * FRAME_RATE
        colours = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
        return self._made(
            f"period-{self._picture_name()}.mp4",
            lambda path: self._ffmpeg(
                ["-stream_loop", -1, "-i", self._reel(), "-vf", f"{GRAIN},{colours}", "-frames:v", frames]
                + ["-c:v", "libx264", "-preset", "veryfast", "-crf", 18, "-bf", 0, "-g", FRAME_RATE]
                + ["-video_track_timescale", 15360, path]
            ),
        )

    def _reel(self):
        """The clips one after the other, each filling the frame; nearly lossless."""
        clips = self._clips or [self._presenter()]
        size = f"{self.shape.width}:{self.shape.height}"
        fill = f"scale={size}:force_original_aspect_ratio=increase:out_range=tv:out_color_matrix=bt709,crop={size}"
        graph = "".join(f"[{i}:v]{fill},setsar=1,fps={FRAME_RATE}[c{i}];" for i in range(len(clips)))
        graph += "".join(f"[c{i}]" for i in range(len(clips))) + f"concat=n={len(clips)},format=yuv420p[v]"
        inputs = [word for clip in clips for word in ("-i", clip)]
        return self._made(
            f"reel-{self._picture_name()}.mp4",
            lambda path: self._ffmpeg(
                inputs
                + ["-filter_complex", graph, "-map", "[v]", "-t", self.shape.period]
                + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", 8, "-bf", 0, path]
            ),
        )

    def _presenter(self):
        """Candid's own drawn presenter, recorded as a take is: in real time."""
        script = self.folder / "script.txt"
        script.write_text(SCRIPT)
        shape = self.shape
        return self._made(
            f"presenter-{shape.width}x{shape.height}-{shape.period}s.mkv",
            lambda path: run(
                [self._candid, "record", "--camera", "test:", "--script", script, "--max", f"{shape.period}s"]
                + ["--size", f"{shape.width}x{shape.height}", "--fps", FRAME_RATE, "-o", path],
                log=self.folder / "record.log",
            ),
        )

    def _speech(self):
        words = " ".join(SCRIPT.replace(",", " ").split())
        voice = f"flite=text='{words}':voice=slt"
        # Pauses like a voice's; speech is all that a sound encoder needs to be fed here.
        murmur = f"anoisesrc=color=pink:amplitude=0.3:duration={self.shape.period},lowpass=f=3000,tremolo=f=4:d=0.9"
        has_flite = " flite " in answer(["ffmpeg", "-v", "error", "-filters"])
        return self._made(
            "speech.wav",
            lambda path: self._ffmpeg(
                ["-f", "lavfi", "-i", voice if has_flite else murmur, "-ar", 48000, "-ac", 2, path]
            ),
        )

    def _picture_name(self):
        """Another one for other clips, and for another way to make the input: then nothing old is used again."""
        facts = [GRAIN, SCRIPT, *(f"{clip} {clip.stat().st_size} {clip.stat().st_mtime_ns}" for clip in self._clips)]
        source = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:8]
        return f"{source}-{self.shape.width}x{self.shape.height}-{self.shape.period}s"

    def _made(self, name, make):
        path = self.folder / name
        if not path.exists():
            # Of a run that was stopped, something may lie there; a take has a sidecar beside it.
            for rest in self.folder.glob(f"making-{Path(name).stem}*"):
                rest.unlink()
            fresh = self.folder / f"making-{name}"
            make(fresh)
            os.replace(fresh, path)
        return path

    def _ffmpeg(self, arguments):
        run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], log=self.folder / "ffmpeg.log")


def sample(number):
    """Name and role of a candidate who does not exist. All names differ."""
    return f"Sample {number:03}", f"Sample role {number:03}"


def write_rows(path, numbers):
    """A roster for the scripts: "name,role" lines."""
    path.write_text("".join(",".join(sample(number)) + "\n" for number in numbers))


def write_campaign(folder, scenario, count, material):
    """A campaign of Candid's with the same overlays as the scripts' and `count` candidates; its out/ is left alone."""
    for name in ("takes", "brand"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _place(material.body(scenario.length), folder / "takes/body.mp4")
    _place(material.logo(), folder / "brand/logo.png")
    caption_end = "" if scenario.caption >= scenario.length else f'end = "{scenario.caption}s"\n'
    (folder / "campaign.toml").write_text(f"""name = "Splice bench"
id = "splice_bench"
roster = "candidates.csv"
take = "takes/body.mp4"

[video]
preset = "{scenario.preset}"
quality = "standard"

[[layer]]
kind = "image"
image = "brand/logo.png"
place = "top_right"
width = 0.1667

[[layer]]
kind = "lower_third"
text = "{{{{name}}}}"
subtext = "{{{{role}}}}"
start = "0s"
{caption_end}animate = "fade"

[[layer]]
kind = "text"
text = "Apply now, {{{{name}}}}!"
start = "-{scenario.card}s"
place = "center"
animate = "none"
""")
    rows = [f"s{number:03},{','.join(sample(number))}\n" for number in range(1, count + 1)]
    (folder / "candidates.csv").write_text("id,name,role\n" + "".join(rows))


def _place(source, target):
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
