"""The six goals: what is run for each, and the figures that come out. In all, CPU is what a command and all that it
started took, user and system."""

from dataclasses import dataclass
from statistics import mean, median

from quality import compare, encode_continuously, frame_sizes
from report import Figure
from ways import Scenario

MEMORY = 256 * 2**20  # bytes that candid render may keep frames in, for goal 6
MEMORY_BESIDE = 300 * 2**20  # and what the program needs beside them


@dataclass(frozen=True)
class Extent:
    """How much is run."""

    length: int = 60  # seconds of body
    short: int = 30
    long: int = 180
    rounds: int = 3  # at medium and for overlays throughout: two at most
    few: int = 8  # messages
    many: int = 100
    more: int = 20  # what an extra message costs is the slope from 2 to these; at medium, to `few`
    concat_rows: int = 4
    step: int = 2  # by how many messages a campaign grows in goal 3, and
    leap: int = 14
    throughout: int = 5
    memory_many: int = 64


QUICK = Extent(
    length=12,
    short=12,
    long=24,
    rounds=1,
    few=3,
    many=6,
    more=4,
    concat_rows=2,
    step=1,
    leap=3,
    throughout=3,
    memory_many=6,
)


class Bench:
    """What the goals share: the ways, the costs so far, and words to the user."""

    def __init__(self, extent, ffmpeg, candid, composite, work, say):
        self.extent = extent
        self.ffmpeg = ffmpeg
        self.candid = candid
        self.composite = composite  # the program candid_bench_composite
        self.work = work
        self.say = say
        self.costs = {}  # (scenario, way) → runs
        self.remarks = []

    def measure(self, scenario, way, action):
        cost = action()
        self.costs.setdefault((str(scenario), way), []).append(cost)
        self.say(f"  {str(scenario):24} {way:26} {cost.cpu:8.2f} CPU s {cost.wall:8.2f} s")
        return cost

    def cpu(self, scenario, way):
        return [cost.cpu for cost in self.costs[str(scenario), way]]

    def wall(self, scenario, way):
        return [cost.wall for cost in self.costs[str(scenario), way]]

    def remark(self, words):
        self.remarks.append(words)
        self.say(f"  {words}")

    # The ways, by the names that the tables show.

    def ffmpeg_row(self, scenario):
        self.measure(scenario, "ffmpeg, one row", lambda: self.ffmpeg.row(scenario))

    def ffmpeg_concat(self, scenario):
        count = self.extent.concat_rows
        self.measure(scenario, "concat script, shared", lambda: self.ffmpeg.concat_shared(scenario))
        self.measure(scenario, f"concat script, {count} rows", lambda: self.ffmpeg.concat_rows(scenario, count))

    def candid_render(self, scenario, count):
        self.measure(scenario, messages_way(count), lambda: self.rendered(scenario, count).render(count))

    def rendered(self, scenario, count):
        return self.candid.campaign(scenario, f"n{count}")

    def in_rounds(self, rounds, steps):
        """Every other round backwards, so that a machine that slows down favours nobody."""
        for number in range(rounds):
            self.say(f"round {number + 1} of {rounds}")
            for step in steps if number % 2 == 0 else reversed(steps):
                step()


def messages_way(count):
    """What the tables call it."""
    return f"candid, {count} message" + ("s" if count > 1 else "")


def ratios(above, below):
    return tuple(a / b for a, b in zip(above, below))


def per_extra(bench, scenario, count, base=2):
    """CPU of one message more, a round each."""
    pairs = zip(bench.cpu(scenario, messages_way(count)), bench.cpu(scenario, messages_way(base)))
    return [(large - small) / (count - base) for large, small in pairs]


def measure_splicing(bench, goals):
    """Goals 1 and 2, which share their runs."""
    extent = bench.extent
    fast = Scenario(extent.length)
    counts = sorted(({2, extent.more} if 1 in goals else set()) | ({1, extent.few} if 2 in goals else set()))
    steps = [lambda: bench.ffmpeg_row(fast)]
    steps += [lambda count=count: bench.candid_render(fast, count) for count in counts]
    if 1 in goals:
        steps.append(lambda: bench.ffmpeg_concat(fast))
    bench.in_rounds(extent.rounds, steps)
    figures = extra_message(bench, fast) if 1 in goals else []
    return figures + (whole_job(bench, fast) if 2 in goals else [])


def extra_message(bench, fast):
    extent = bench.extent
    slow = Scenario(extent.length, preset="medium")
    bench.in_rounds(
        min(2, extent.rounds),
        [lambda: bench.ffmpeg_row(slow)]
        + [lambda count=count: bench.candid_render(slow, count) for count in (2, extent.few)],
    )
    fast_extra = per_extra(bench, fast, extent.more)
    slow_extra = per_extra(bench, slow, extent.few)
    concat = [cpu / extent.concat_rows for cpu in bench.cpu(fast, f"concat script, {extent.concat_rows} rows")]
    bench.remark(
        f"an extra message takes {median(fast_extra):.2f} CPU s at veryfast, {median(slow_extra):.2f} at medium; a row "
        f"of the concat script {median(concat):.2f} at veryfast"
    )
    rows = bench.cpu(fast, "ffmpeg, one row"), bench.cpu(slow, "ffmpeg, one row")
    return [
        Figure(1, "extra message against ffmpeg per row, veryfast", ratios(rows[0], fast_extra), 20, True, "×"),
        Figure(1, "extra message against ffmpeg per row, medium", ratios(rows[1], slow_extra), 10, True, "×"),
        Figure(1, "extra message against a row of the concat script", ratios(concat, fast_extra), 2.5, True, "×"),
    ]


def whole_job(bench, fast):
    extent = bench.extent
    bench.candid_render(fast, extent.many)
    bench.rendered(fast, extent.many).remove()
    rows = bench.cpu(fast, "ffmpeg, one row")
    few = [cpu / extent.few for cpu in bench.cpu(fast, messages_way(extent.few))]
    many = bench.cpu(fast, messages_way(extent.many))[0] / extent.many
    bench.remark("ffmpeg per row was measured on one row a round and multiplied: its rows have nothing in common")
    return [
        Figure(2, f"{extent.few} messages against ffmpeg per row", ratios(rows, few), 6, True, "×"),
        Figure(2, f"{extent.many} messages against ffmpeg per row", (median(rows) / many,), 15, True, "×"),
        Figure(2, "one message alone, CPU of ffmpeg's", ratios(bench.cpu(fast, messages_way(1)), rows), 1, False),
        Figure(
            2,
            "one message alone, wall time of ffmpeg's",
            ratios(bench.wall(fast, messages_way(1)), bench.wall(fast, "ffmpeg, one row")),
            1,
            False,
        ),
    ]


class GrowingCampaign:
    """A campaign that gets more rows again and again: shared work is done, what each run costs is the new messages and
    a little that does not depend on their number. So the small cost of one message does not drown in a large shared
    one, as it would in the difference of two whole runs."""

    def __init__(self, bench, length):
        self.scenario = Scenario(length)
        self._bench = bench
        self._campaign = bench.candid.campaign(self.scenario, "growing")
        self._campaign.remove()
        self._grow(2, "candid, 2 messages, to grow")
        self.known = set(self._campaign.messages())
        self.stored = self._campaign.parts_bytes()
        self.uploaded = self._campaign.publish()

    def _grow(self, by, way):
        return self._bench.measure(self.scenario, way, lambda: self._campaign.grow(self._campaign.count + by)).cpu

    def step(self):
        extent = self._bench.extent
        self._grow(extent.step, f"candid, {extent.step} more")

    def leap(self):
        extent = self._bench.extent
        self._grow(extent.leap, f"candid, {extent.leap} more")

    def per_extra(self):
        extent = self._bench.extent
        pairs = zip(
            self._bench.cpu(self.scenario, f"candid, {extent.leap} more"),
            self._bench.cpu(self.scenario, f"candid, {extent.step} more"),
        )
        return [(large - small) / (extent.leap - extent.step) for large, small in pairs]

    def byte_figures(self):
        """Stored and uploaded per extra message, against the bytes of the personal seconds and the head."""
        new = {path: recipe for path, recipe in self._campaign.messages().items() if path not in self.known}
        personal = mean(self._personal_bytes(path) for path in new)
        head = mean(recipe["ranges"][0][2] for recipe in new.values())
        stored = (self._campaign.parts_bytes() - self.stored) / len(new)
        uploaded = (self._campaign.publish() - self.uploaded) / len(new)
        poster = mean(self._campaign.part_bytes(recipe["poster"]) for recipe in new.values())
        file = mean(path.stat().st_size for path in new)
        length = self.scenario.length
        self._bench.remark(
            f"{length} s body, bytes an extra message: {personal:.0f} personal pictures, {head:.0f} head, {poster:.0f} "
            f"poster; {stored:.0f} stored, {uploaded:.0f} uploaded; the whole MP4 has {file:.0f}"
        )
        return [
            Figure(
                3,
                f"{length} s body: bytes {what}, of personal seconds' and head",
                (value / (personal + head),),
                1.05,
                False,
                digits=3,
            )
            for what, value in (("stored", stored), ("uploaded", uploaded))
        ]

    def remove(self):
        self._campaign.remove()

    def _personal_bytes(self, path):
        sizes, _ = frame_sizes(path)
        return sum(size for frame, size in enumerate(sizes) if self.scenario.is_personal(frame))


def length_does_not_matter(bench):
    extent = bench.extent
    short, long = GrowingCampaign(bench, extent.short), GrowingCampaign(bench, extent.long)
    bench.in_rounds(extent.rounds, [short.step, long.step, short.leap, long.leap])
    figures = [
        Figure(
            3,
            f"extra message's CPU, {extent.long} s body against {extent.short} s",
            ratios(long.per_extra(), short.per_extra()),
            1.15,
            False,
            "×",
        ),
        *short.byte_figures(),
        *long.byte_figures(),
    ]
    short.remove()
    long.remove()
    return figures


def same_quality(bench):
    if not bench.composite.exists():
        bench.remark(f"goal 4 is not measured: there is no {bench.composite} (target candid_bench_composite)")
        return []
    figures = []
    for preset, count in (("veryfast", bench.extent.more), ("medium", bench.extent.few)):
        figures += quality_figures(bench, Scenario(bench.extent.length, preset=preset), count)
    return figures


def quality_figures(bench, scenario, count):
    campaign = bench.rendered(scenario, count)
    if not (campaign.folder / "out").exists():
        bench.candid_render(scenario, count)
    scratch = bench.work / "quality"
    scratch.mkdir(exist_ok=True)
    continuous_file = scratch / f"continuous-{scenario}.mp4"
    composite = [bench.composite, campaign.folder, "s001"]
    encode_continuously(composite, scenario, continuous_file)
    message, continuous = compare(composite, scenario, [campaign.first_file(), continuous_file], scratch)

    everything = range(scenario.frames)
    personal = [frame for frame in everything if scenario.is_personal(frame)]
    tell_quality(bench, f"candid, {scenario}", message, personal)
    tell_quality(bench, f"its picture in one go, {scenario}", continuous, personal)
    tell_ffmpeg_quality(bench, scenario, personal, scratch)

    def worst_dip(video, other, frames):
        return max((video.dip(frame, other) for frame in frames), default=0)

    cuts = campaign.cuts()
    in_one_go = worst_dip(continuous, message, continuous.ordinary_key_frames(cuts))
    in_message = worst_dip(message, continuous, message.ordinary_key_frames(cuts))
    at_cuts = worst_dip(message, continuous, [frame for frame in cuts if frame not in scenario.joins])
    at_joins = [message.dip(frame, continuous) for frame in scenario.joins]
    bench.remark(
        f"{scenario}: dips at the joins "
        + ", ".join(f"{dip:.5f} (frame {frame})" for dip, frame in zip(at_joins, scenario.joins))
        + f"; worst where a shared range was cut {at_cuts:.5f}, at ordinary key frames of the message {in_message:.5f}, "
        f"in one go {in_one_go:.5f}"
    )
    lost = continuous.ssim_of(everything) - message.ssim_of(everything)
    larger = message.bytes_of(everything) / continuous.bytes_of(everything)
    return [
        Figure(4, f"SSIM-Y below one continuous encode, {scenario.preset}", (lost,), 0.0005, False, digits=5),
        Figure(4, f"size against one continuous encode, {scenario.preset}", (larger,), 1.01, False, "×", digits=4),
        Figure(
            4,
            f"worst SSIM-Y dip at a join against ordinary key frames', {scenario.preset}",
            (max(at_joins),),
            max(in_one_go, in_message),
            False,
            digits=5,
        ),
    ]


def tell_quality(bench, name, video, personal):
    everything = range(len(video.ssim))
    bench.remark(
        f"{name}: SSIM-Y {video.ssim_of(everything):.5f} (personal frames {video.ssim_of(personal):.5f}), "
        f"{video.bytes_of(everything)} bytes of pictures ({video.bytes_of(personal)})"
    )


def tell_ffmpeg_quality(bench, scenario, personal, scratch):
    """The scripts' videos against the picture of their own filters, as far as they were made."""
    made = {"ffmpeg, one row": bench.ffmpeg.row_file(scenario), "concat script": bench.ffmpeg.concat_file(scenario)}
    made = {name: path for name, path in made.items() if path.exists()}
    if not made:
        return
    environment = bench.ffmpeg.environment(scenario)
    videos = compare(bench.ffmpeg.composite(), scenario, list(made.values()), scratch, environment=environment)
    for name, video in zip(made, videos):
        tell_quality(bench, f"{name}, {scenario}", video, personal)


def overlays_throughout(bench):
    extent = bench.extent
    scenario = Scenario(extent.length, caption=extent.length)
    count = extent.throughout
    bench.in_rounds(
        min(2, extent.rounds),
        [
            lambda: bench.ffmpeg_row(scenario),
            lambda: bench.candid_render(scenario, 2),
            lambda: bench.candid_render(scenario, count),
        ],
    )
    extra = per_extra(bench, scenario, count)
    bench.remark(f"an extra message with a caption throughout takes {median(extra):.2f} CPU s")
    for n in (2, count):
        bench.rendered(scenario, n).remove()
    rows = bench.cpu(scenario, "ffmpeg, one row")
    what = "overlays throughout: extra message against ffmpeg per row"
    return [Figure(5, what, ratios(rows, extra), 2.5, True, "×")]


def bounded_memory(bench):
    if not bench.candid.knows_memory():
        bench.remark("goal 6 is not measured: this candid render has no --memory")
        return []
    extent = bench.extent
    figures = []
    for length, count in ((extent.short, extent.few), (extent.short, extent.memory_many), (extent.long, extent.few)):
        scenario = Scenario(length)
        campaign = bench.candid.campaign(scenario, "memory")
        options = ["--memory", f"{MEMORY // 2**20}M"]
        cost = bench.measure(
            scenario,
            f"candid, {count} messages, little memory",
            lambda campaign=campaign, count=count, options=options: campaign.render(count, *options),
        )
        campaign.remove()
        figures.append(
            Figure(
                6,
                f"peak memory with --memory {MEMORY // 2**20}M, {length} s body, {count} messages",
                (cost.peak / 2**20,),
                (MEMORY + MEMORY_BESIDE) / 2**20,
                False,
                " MiB",
                digits=0,
            )
        )
    return figures


def measure_goals(bench, goals):
    """The figures of the goals asked for, in their order."""
    figures = measure_splicing(bench, goals) if {1, 2} & goals else []
    others = {3: length_does_not_matter, 4: same_quality, 5: overlays_throughout, 6: bounded_memory}
    for goal, measure in others.items():
        if goal in goals:
            bench.say(f"goal {goal}")
            figures += measure(bench)
    return sorted(figures, key=lambda figure: figure.goal)
