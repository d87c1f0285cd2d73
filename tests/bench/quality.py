"""How good an encoding is: SSIM-Y of each frame against the picture before encoding, sizes, and dips at key frames."""

import json
import re
from dataclasses import dataclass
from statistics import mean, median

from material import FRAME_RATE
from measure import BenchError, answer, pipe
from ways import CRF, KEYFRAME_SECONDS

BESIDE = 15  # frames on one side of a key frame that say what is usual there
NEAR = 4  # frames on that side where a dip would lie


@dataclass(frozen=True)
class Video:
    """Of each frame, in the order shown."""

    ssim: list
    sizes: list  # bytes
    key_frames: list  # indices

    def ssim_of(self, frames):
        return mean(self.ssim[i] for i in frames)

    def bytes_of(self, frames):
        return sum(self.sizes[i] for i in frames)

    def dip(self, frame, other):
        """How far SSIM falls next to this frame, on the worse side of it, where `other` does not: another encoding of
        the same picture, so that what the picture does there cancels out. Each side is held against itself only."""
        below = [theirs - ours for ours, theirs in zip(self.ssim, other.ssim)]
        sides = [
            (below[max(0, frame - BESIDE) : frame], below[max(0, frame - NEAR) : frame]),
            (below[frame : frame + BESIDE], below[frame : frame + NEAR]),
        ]
        return max(max(near) - median(usual) for usual, near in sides if near)

    def ordinary_key_frames(self, cuts):
        """Those at which nothing was cut or joined, with enough frames around them."""
        edges = [0, len(self.ssim), *cuts]
        return [frame for frame in self.key_frames if all(abs(frame - edge) >= BESIDE for edge in edges)]


def frame_sizes(path):
    """Bytes and key frames of an MP4's pictures, in the order shown. Fails unless its timestamps are dense."""
    facts = json.loads(
        answer(
            ["ffprobe", "-v", "error", "-select_streams", "v:0", "-of", "json"]
            + ["-show_entries", "packet=pts_time,size,flags", path]
        )
    )
    packets = sorted((float(packet["pts_time"]), packet) for packet in facts["packets"])
    # A seam may be off by less than half a frame only.
    for index, (time, _) in enumerate(packets):
        if round((time - packets[0][0]) * FRAME_RATE) != index:
            raise BenchError(f"{path}: the frame shown at {time} s is number {index}")
    sizes = [int(packet["size"]) for _, packet in packets]
    return sizes, [i for i, (_, packet) in enumerate(packets) if "K" in packet["flags"]]


def encode_continuously(composite, scenario, path, *, environment=None):
    """The picture in one go, as x264 does it by itself: what a spliced message has to equal."""
    consumer = ["ffmpeg", "-v", "error", "-y", "-i", "pipe:0", "-c:v", "libx264"]
    consumer += ["-preset", scenario.preset, "-crf", CRF, "-g", KEYFRAME_SECONDS * FRAME_RATE, path]
    pipe(composite, consumer, environment=environment)


def compare(composite, scenario, paths, scratch, *, environment=None):
    """A Video for each MP4; the picture is made once for all."""
    logs = [scratch / f"ssim{i}.log" for i in range(len(paths))]
    in_step = f"settb=1/{FRAME_RATE},setpts=N"  # frame by frame, whatever a container says of time
    graph = f"[0:v]{in_step},split={len(paths)}" + "".join(f"[p{i}]" for i in range(len(paths)))
    consumer = ["ffmpeg", "-v", "error", "-i", "pipe:0"]
    outputs = []
    for i, (path, log) in enumerate(zip(paths, logs)):
        consumer += ["-i", path]
        graph += f";[{i + 1}:v]{in_step}[e{i}];[e{i}][p{i}]ssim=stats_file={log}[o{i}]"
        outputs += ["-map", f"[o{i}]", "-f", "null", "-"]
    pipe(composite, consumer + ["-filter_complex", graph] + outputs, environment=environment)
    return [_video(scenario, path, log) for path, log in zip(paths, logs)]


def _video(scenario, path, log):
    ssim = [float(value) for value in re.findall(r"\bY:([0-9.]+)", log.read_text())]
    sizes, key_frames = frame_sizes(path)
    # The longer one of the two decides how many lines the filter writes.
    if not scenario.frames == len(ssim) == len(sizes):
        raise BenchError(f"{path} has {len(sizes)} frames, and {len(ssim)} were compared, instead of {scenario.frames}")
    return Video(ssim, sizes, key_frames)
