"""The ways to make personal videos that are compared. Each starts from nothing and leaves MP4s."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from material import FRAME_RATE, sample, write_campaign, write_rows
from measure import BenchError, answer, run, run_until_killed

CRF = 23  # what Candid's quality = "standard" stands for
KEYFRAME_SECONDS = 4  # Candid's; the scripts get the same
PEERS = Path(__file__).resolve().parent / "peers"


@dataclass(frozen=True)
class Scenario:
    length: int  # seconds
    preset: str = "veryfast"
    caption: int = 5  # seconds from the start that show the name; the whole length: throughout
    card: int = 3  # seconds before the end that show the end card

    @property
    def frames(self):
        return self.length * FRAME_RATE

    @property
    def is_personal_throughout(self):
        return self.caption >= self.length

    @property
    def joins(self):
        """First frames after which personal becomes shared or the other way round."""
        if self.is_personal_throughout:
            return []
        return [self.caption * FRAME_RATE, (self.length - self.card) * FRAME_RATE]

    def is_personal(self, frame):
        return self.is_personal_throughout or frame < self.joins[0] or frame >= self.joins[1]

    def __str__(self):
        words = f"{self.length}s-{self.preset}"
        return words + "-throughout" if self.is_personal_throughout else words


class Ffmpeg:
    """The two ways with the ffmpeg program."""

    def __init__(self, folder, material):
        self._folder = Path(folder) / "ffmpeg"
        self._material = material
        self._folder.mkdir(parents=True, exist_ok=True)

    def environment(self, scenario):
        return {
            "BODY": str(self._material.body(scenario.length)),
            "LOGO": str(self._material.logo()),
            "LENGTH": str(scenario.length),
            "CAPTION": str(min(scenario.caption, scenario.length)),
            "CARD": str(scenario.card),
            "HEIGHT": str(self._material.shape.height),
            "PRESET": scenario.preset,
            "CRF": str(CRF),
            "KEYINT": str(KEYFRAME_SECONDS * FRAME_RATE),
        }

    def row_file(self, scenario):
        return self._folder / f"row-{scenario}.mp4"

    def concat_file(self, scenario):
        return self._folder / f"concat-{scenario}" / "row1.mp4"

    def composite(self):
        """The command that writes the picture before encoding, of the first candidate."""
        return [PEERS / "ffmpeg_row.sh", *sample(1), "-"]

    def row(self, scenario):
        """One row, the first candidate's."""
        command = [PEERS / "ffmpeg_row.sh", *sample(1), self.row_file(scenario)]
        return run(command, environment=self.environment(scenario), log=self._log())

    def concat_shared(self, scenario):
        folder = self.concat_file(scenario).parent
        shutil.rmtree(folder, ignore_errors=True)
        return run(
            [PEERS / "ffmpeg_concat.sh", "shared", folder], environment=self.environment(scenario), log=self._log()
        )

    def concat_rows(self, scenario, count):
        """All of `count` rows, after concat_shared()."""
        folder = self.concat_file(scenario).parent
        write_rows(folder / "roster", range(1, count + 1))
        return run(
            [PEERS / "ffmpeg_concat.sh", "rows", folder, folder / "roster", os.cpu_count()],
            environment=self.environment(scenario),
            log=self._log(),
        )

    def _log(self):
        return self._folder / "ffmpeg.log"


class Candid:
    def __init__(self, program, folder, material):
        self.program = program
        self._folder = Path(folder) / "campaigns"
        self._material = material

    def knows_memory(self):
        return "--memory" in answer([self.program, "render", "--help"])

    def campaign(self, scenario, name):
        return Campaign(self, self._folder / f"{name}-{scenario}", scenario, self._material)


class Campaign:
    """A folder with a campaign.toml; its messages are counted from sample 1 on."""

    def __init__(self, candid, folder, scenario, material):
        self._program = candid.program
        self._material = material
        self.folder = folder
        self.scenario = scenario
        self.count = 0

    def render(self, count, *options):
        """`count` messages from nothing."""
        self.remove()
        return self.grow(count, *options)

    def grow(self, count, *options):
        """As many rows as make `count`, and then what is not there yet."""
        self.write(count)
        cost = run([self._program, "render", self.folder, *options], log=self.folder / "render.log")
        self.count = count
        made = len(list((self.folder / "out").glob("*.mp4")))
        if made != count:
            raise BenchError(f"{self.folder}/out holds {made} videos instead of {count}")
        return cost

    def write(self, count):
        """The campaign with so many rows; nothing is rendered."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_campaign(self.folder, self.scenario, count, self._material)

    def render_until_killed(self, seconds, *options):
        """Whether `candid render` was still at work when it was killed."""
        command = [self._program, "render", self.folder, *options]
        return run_until_killed(command, seconds, log=self.folder / "render.log")

    def publish(self):
        """Into a data folder of its own; gives the bytes that lie in its store then."""
        data = self.folder / "data"
        run([self._program, "publish", self.folder, "--data", data], log=self.folder / "publish.log")
        return bytes_below(data / "store")

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.count = 0

    def parts_bytes(self):
        return bytes_below(self.folder / "out/work/parts")

    def part_bytes(self, name):
        """Of one part, by its SHA-256."""
        return sum(path.stat().st_size for path in (self.folder / "out/work/parts").rglob(name))

    def messages(self):
        """A recipe each, by the message's file."""
        recipes = [json.loads(path.read_text()) for path in (self.folder / "out/work/recipes").glob("*.json")]
        return {self.folder / "out" / recipe["file"]: recipe for recipe in recipes}

    def cuts(self):
        """First frames of the segments: joins, and where a long range was cut so that its pieces are made side by side."""
        manifest = json.loads((self.folder / "out/manifest.json").read_text())
        return [piece["first_frame"] for piece in manifest["ranges"]][1:]

    def first_file(self):
        """The video of sample 1."""
        found = [path for path in self.messages() if path.name.startswith("sample-001-")]
        if len(found) != 1:
            raise BenchError(f"{self.folder}/out: which file is sample 1's?")
        return found[0]


def bytes_below(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
