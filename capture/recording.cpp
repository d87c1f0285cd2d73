#include "capture/recording.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "capture/take_writer.h"
#include "core/files.h"
#include "core/log.h"
#include "core/text.h"

namespace candid::capture {
namespace {

constexpr Microseconds kSpaceInterval{500'000};     // of looking at the disk
constexpr Microseconds kRateKnownAfter{3'000'000};  // before, a file's size tells too little of its growth
constexpr double kLeastSecondsLeft = 60;
// At a pause's two ends sound fades, as a cut through a wave clicks.
constexpr size_t kFadeSamples = media::kSampleRate / 200;

Result<void> check(const Source& source, const RecordSettings& settings) {
  const SourceFormat format = source.format();
  const char* extension = format.size ? ".mkv" : ".mka";
  std::string given = to_lower(settings.output.extension().string());
  if (given != extension && !(given == ".mkv" && !format.size)) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" does not end in {}", settings.output.string(), extension),
                fmt::format("takes are Matroska files, which survive a crash: record to \"{}\"",
                            std::filesystem::path(settings.output).replace_extension(extension).string()));
  }
  if (settings.max_length && *settings.max_length <= Microseconds{0}) {
    return fail(ErrorKind::InvalidInput, "the greatest length of a take must be more than nothing",
                "leave it out to record until you stop");
  }
  constexpr size_t kLongestName = 255;  // of Linux's file systems
  if (size_t length = sidecar_path(settings.output).filename().string().size(); length > kLongestName) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the take's name is too long: {}, which lies beside it, would have {} bytes",
                            sidecar_path(settings.output).filename().string(), length),
                "choose a shorter name");
  }
  std::error_code code;
  if (std::filesystem::path leftover = sidecar_path(settings.output); std::filesystem::exists(leftover, code)) {
    return fail(ErrorKind::Exists, fmt::format("{} exists already", leftover.string()),
                "it belongs to an earlier take: choose another name, or move it away");
  }
  return TakeWriter::check_place(settings.output);
}

// How much room the take's disk has, and for how long it will do.
class DiskWatch {
 public:
  DiskWatch(const std::filesystem::path& take, uint64_t least_free) : take_(take), least_free_(least_free) {}

  Result<void> check_start() const {
    uint64_t free = free_bytes();
    if (free >= least_free_) return {};
    return fail(ErrorKind::NoSpace, fmt::format("only {} MB are free for {}", free / 1'000'000, take_.string()),
                fmt::format("a recording needs {} MB at the least: make room, or record to another disk",
                            least_free_ / 1'000'000));
  }
  // True when the recording should end.
  bool is_low(Microseconds recorded) {
    if (recorded < looked_at_ + kSpaceInterval) return low_;
    looked_at_ = recorded;
    uint64_t free = free_bytes();
    std::error_code code;
    auto size = static_cast<double>(std::filesystem::file_size(take_, code));
    double seconds = std::chrono::duration<double>(recorded).count();
    double least = static_cast<double>(least_free_);
    if (!code && recorded >= kRateKnownAfter) {
      double bytes_per_second = std::max(1.0, size / seconds);
      least = std::max(least, bytes_per_second * kLeastSecondsLeft);
      double left = std::max(0.0, static_cast<double>(free) - least) / bytes_per_second;
      time_left_ = Microseconds(static_cast<int64_t>(std::min(left, 1e9) * 1e6));
    }
    low_ = static_cast<double>(free) < least;
    return low_;
  }
  std::optional<Microseconds> time_left() const { return time_left_; }

 private:
  uint64_t free_bytes() const {
    std::error_code code;
    std::filesystem::path folder = take_.parent_path();
    auto space = std::filesystem::space(folder.empty() ? "." : folder, code);
    return code ? UINT64_MAX : space.available;
  }

  std::filesystem::path take_;
  uint64_t least_free_;
  Microseconds looked_at_{0};
  std::optional<Microseconds> time_left_;
  bool low_ = false;
};

enum class Slope { In, Out };

void fade(media::Samples& sound, Slope slope) {
  size_t count = std::min(kFadeSamples, sound.size() / media::kChannels);
  size_t first = slope == Slope::In ? 0 : sound.size() / media::kChannels - count;
  for (size_t i = 0; i < count; ++i) {
    auto gain = static_cast<float>(slope == Slope::In ? i : count - 1 - i) / static_cast<float>(count);
    for (size_t channel = 0; channel < media::kChannels; ++channel)
      sound[(first + i) * media::kChannels + channel] *= gain;
  }
}

std::string_view to_string(EndedBy reason) {
  switch (reason) {
    case EndedBy::Finished:
      return "finished";
    case EndedBy::Stop:
      return "stopped";
    case EndedBy::MaxLength:
      return "max_length";
    case EndedBy::Source:
      return "source_ended";
    case EndedBy::DiskLow:
      return "disk_low";
  }
  return "finished";
}

std::vector<ScriptMark> marks_within(std::vector<ScriptMark> marks, Microseconds duration) {
  std::erase_if(marks, [&](const ScriptMark& mark) { return mark.start >= duration; });
  for (ScriptMark& mark : marks) mark.end = std::min(mark.end, duration);
  return marks;
}

// From the first moment to the last.
class Session {
 public:
  Session(Source& source, const RecordSettings& settings, const Director& director)
      : source_(source),
        settings_(settings),
        director_(director),
        format_(source.format()),
        at_start_(source.counts()),
        disk_(settings.output, settings.least_free_bytes) {}

  Result<void> check_disk() const { return disk_.check_start(); }

  // Feeds the take until something ends it.
  Result<EndedBy> film(const std::stop_token& stop) {
    while (true) {
      if (stop.stop_requested()) return EndedBy::Stop;
      if (settings_.max_length && recorded() >= *settings_.max_length) return EndedBy::MaxLength;
      if (disk_.is_low(recorded())) return EndedBy::DiskLow;
      std::optional<Moment> moment = TRY(source_.next());
      if (!moment) return EndedBy::Source;
      Direction direction = director_ ? director_(*moment, state(*moment)) : Direction::Record;
      is_recording_ = direction == Direction::Record;
      ++heard_;
      switch (direction) {
        case Direction::Standby:
          TRY_VOID(stand_by(*moment));
          break;
        case Direction::Record:
          TRY_VOID(keep(std::move(*moment)));
          break;
        case Direction::Finish:
          count_unused(*moment);
          return EndedBy::Finished;
        case Direction::Discard:
          discarded_ = true;
          return EndedBy::Finished;
      }
    }
  }

  // Closes the take; false when there is none.
  Result<bool> close() {
    if (held_) TRY_VOID(push_held());
    if (!take_) return false;
    if (discarded_) {
      take_.reset();
      TRY_VOID(remove_file(settings_.output));
      return false;
    }
    TRY_VOID(take_->finish());
    return true;
  }
  bool was_discarded() const { return discarded_; }

  RecordSummary summary(EndedBy ended_by, const RecordNotes* notes) const {
    RecordSummary summary{settings_.output, take_->duration(), counts(), {}, pauses_, ended_by};
    std::erase_if(summary.pauses, [&](const Pause& pause) { return pause.at >= summary.duration; });
    bool own_marks = notes != nullptr && !notes->marks.empty();
    summary.marks = marks_within(own_marks ? notes->marks : on_take_clock(source_.marks()), summary.duration);
    return summary;
  }

  TakeSidecar sidecar(const RecordSummary& summary, const RecordNotes* notes, std::string ended_by) const {
    TakeSidecar sidecar;
    sidecar.duration = summary.duration;
    sidecar.size = format_.size.value_or(media::FrameSize{});
    sidecar.frame_rate = format_.frame_rate;
    sidecar.frames = summary.frames;
    sidecar.shows = format_.shows;
    sidecar.device = format_.device;
    sidecar.drift_ppm = source_.drift_ppm();
    sidecar.missing_sound = source_.counts().missing_sound - at_start_.missing_sound;
    sidecar.ended_by = std::move(ended_by);
    sidecar.marks = summary.marks;
    if (notes != nullptr) sidecar.bookmarks = notes->bookmarks;
    std::erase_if(sidecar.bookmarks, [&](Microseconds bookmark) { return bookmark > summary.duration; });
    sidecar.pauses = summary.pauses;
    return sidecar;
  }

 private:
  Microseconds recorded() const {
    return (take_ ? take_->duration() : Microseconds{0}) + (held_ ? length_of(1) : Microseconds{0});
  }
  Microseconds length_of(int64_t moments) const {
    return Microseconds(moments * 1'000'000 * format_.frame_rate.den / format_.frame_rate.num);
  }
  RecordState state(const Moment& moment) const {
    RecordState state{recorded(), recorded(), counts(), disk_.time_left()};
    if (is_recording_ && moment.captured_at) state.now += age_of(moment);
    return state;
  }
  static Microseconds age_of(const Moment& moment) {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::max(Microseconds{0}, std::chrono::duration_cast<Microseconds>(now) - *moment.captured_at);
  }

  void count_unused(const Moment& moment) {
    if (moment.frame && !moment.is_repeat) ++standby_;
  }

  // What the source dropped or still has since the recording was opened, and what became of what it handed out.
  FrameCounts counts() const {
    SourceCounts now = source_.counts();
    FrameCounts counts;
    counts.captured = now.captured - (at_start_.captured - at_start_.waiting);
    counts.encoded = encoded_;
    counts.repeated = repeated_;
    for (auto [reason, count] : now.dropped) {
      auto before = at_start_.dropped.find(reason);
      counts.dropped[reason] = count - (before == at_start_.dropped.end() ? 0 : before->second);
    }
    counts.dropped[Drop::Standby] += standby_;
    counts.dropped[Drop::AfterEnd] += now.waiting;
    return counts;
  }

  Result<void> stand_by(const Moment& moment) {
    count_unused(moment);
    if (held_) {
      fade(held_->sound, Slope::Out);
      TRY_VOID(push_held());
    }
    if (!take_) return {};
    if (standby_moments_++ == 0) pauses_.push_back({take_->duration(), Microseconds{0}});
    pauses_.back().length = length_of(standby_moments_);
    return {};
  }

  // A source's marks are on a clock that goes on while nothing is recorded.
  std::vector<ScriptMark> on_take_clock(std::vector<ScriptMark> marks) const {
    auto taken = [&](Microseconds time) {
      auto after = std::find_if(runs_.begin(), runs_.end(), [&](const Run& run) { return run.heard > time; });
      const Run& run = after == runs_.begin() ? runs_.front() : *std::prev(after);
      return run.recorded + time - run.heard;
    };
    for (ScriptMark& mark : marks) mark = {mark.text, taken(mark.start), taken(mark.end)};
    std::erase_if(marks, [](const ScriptMark& mark) { return mark.start < Microseconds{0}; });
    return marks;
  }

  // A moment waits for the next, so that sound can fade before a pause that is not yet known of.
  Result<void> keep(Moment moment) {
    if (held_) TRY_VOID(push_held());
    if (!take_) TRY_VOID(begin(moment));
    if (runs_.empty() || standby_moments_ > 0) runs_.push_back({length_of(heard_ - 1), take_->duration()});
    if (standby_moments_ > 0) fade(moment.sound, Slope::In);
    standby_moments_ = 0;
    held_ = std::move(moment);
    return {};
  }

  Result<void> begin(const Moment& first) {
    TakeFormat format{format_.size, format_.frame_rate, format_.has_sound, std::nullopt};
    if (first.captured_at) format.began = std::chrono::system_clock::now() - age_of(first);
    take_ = TRY(TakeWriter::create(settings_.output, format));
    return {};
  }

  Result<void> push_held() {
    Moment moment = std::move(*held_);
    held_.reset();
    if (moment.frame) {
      TRY_VOID(take_->push(std::move(*moment.frame)));
      ++(moment.is_repeat ? repeated_ : encoded_);
    }
    if (format_.has_sound) TRY_VOID(take_->push(moment.sound));
    return {};
  }

  Source& source_;
  const RecordSettings& settings_;
  const Director& director_;
  const SourceFormat format_;
  const SourceCounts at_start_;
  DiskWatch disk_;
  std::unique_ptr<TakeWriter> take_;
  std::optional<Moment> held_;
  int64_t encoded_ = 0;
  int64_t repeated_ = 0;
  int64_t standby_ = 0;          // new pictures that came while nothing was recorded
  int64_t standby_moments_ = 0;  // of the present pause
  int64_t heard_ = 0;            // moments
  bool is_recording_ = false;
  // Where the take goes on: the time since the recording was opened, and the take's own.
  struct Run {
    Microseconds heard{0};
    Microseconds recorded{0};
  };
  std::vector<Run> runs_;
  std::vector<Pause> pauses_;
  bool discarded_ = false;
};

}  // namespace

Result<RecordSummary> record(Source& source, const RecordSettings& settings, const Director& director,
                             const RecordNotes* notes, std::stop_token stop) {
  struct Rest {
    Source& source;
    ~Rest() { source.rest(); }
  } afterwards{source};
  TRY_VOID(check(source, settings));
  source.rest();  // what waited since it was opened is not of this recording
  Session session(source, settings, director);
  TRY_VOID(session.check_disk());
  Result<EndedBy> filmed = session.film(stop);
  Result<bool> has_take = session.close();
  auto broke_off = [&](const Error& why) {
    return tl::unexpected(
        why.wrapped(fmt::format("the recording broke off; {} holds what came before", settings.output.string())));
  };
  if (!has_take) return broke_off(filmed ? has_take.error() : filmed.error());
  if (!*has_take) {
    if (!filmed) return tl::unexpected(filmed.error());
    return fail(ErrorKind::Cancelled, session.was_discarded() ? "the take was discarded" : "nothing was recorded");
  }
  RecordSummary summary = session.summary(filmed.value_or(EndedBy::Source), notes);
  std::string ended_by = filmed ? std::string(to_string(*filmed)) : filmed.error().describe();
  TRY_VOID(write_sidecar(settings.output, session.sidecar(summary, notes, std::move(ended_by))));
  log::info("capture", fmt::format("recorded {}: {}, {} frames", settings.output.string(),
                                   format_duration(summary.duration), summary.frames.in_take()));
  if (!filmed) return broke_off(filmed.error());
  return summary;
}

}  // namespace candid::capture
