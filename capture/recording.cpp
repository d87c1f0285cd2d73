#include "capture/recording.h"

#include <algorithm>

#include <fmt/format.h>

#include "capture/source.h"
#include "capture/take_sidecar.h"
#include "capture/take_writer.h"
#include "core/log.h"
#include "core/text.h"

namespace candid::capture {
namespace {

Result<void> check(const RecordSettings& settings) {
  if (to_lower(settings.output.extension().string()) != ".mkv") {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" does not end in .mkv", settings.output.string()),
                fmt::format("takes are Matroska files, which survive a crash: record to \"{}\"",
                            std::filesystem::path(settings.output).replace_extension(".mkv").string()));
  }
  auto fits = [](int length) { return length >= 64 && length <= 4096 && length % 2 == 0; };
  if (!fits(settings.size.width) || !fits(settings.size.height)) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("a take cannot be {}x{} pixels", settings.size.width, settings.size.height),
                "each side is even and 64 to 4096 pixels, as in 1280x720 or 720x1280");
  }
  Rational rate = settings.frame_rate;
  if (rate.num <= 0 || rate.den <= 0 || rate.value() < 1 || rate.value() > 120) {
    return fail(ErrorKind::InvalidInput, fmt::format("a take cannot have {}/{} frames a second", rate.num, rate.den),
                "1 to 120 are possible, as in 30 or 30000/1001");
  }
  if (settings.max_length && *settings.max_length <= Microseconds{0}) {
    return fail(ErrorKind::InvalidInput, "the greatest length of a take must be more than nothing",
                "leave it out to record the whole script");
  }
  if (std::filesystem::path leftover = sidecar_path(settings.output); std::filesystem::exists(leftover)) {
    return fail(ErrorKind::Exists, fmt::format("{} exists already", leftover.string()),
                "it belongs to an earlier take: choose another name, or move it away");
  }
  return {};
}

// Feeds the take until it is long enough, the source ends or a stop is requested.
Result<void> film(Source& source, TakeWriter& take, const RecordSettings& settings, const RecordProgress& progress,
                  const std::stop_token& stop) {
  while (!stop.stop_requested() && (!settings.max_length || take.duration() < *settings.max_length)) {
    std::optional<Moment> moment = TRY(source.next());
    if (!moment) break;
    TRY_VOID(take.push(std::move(moment->frame)));
    TRY_VOID(take.push(moment->sound));
    if (progress) progress(take.duration());
  }
  return {};
}

std::vector<ScriptMark> marks_within(std::vector<ScriptMark> marks, Microseconds duration) {
  std::erase_if(marks, [&](const ScriptMark& mark) { return mark.start >= duration; });
  for (ScriptMark& mark : marks) mark.end = std::min(mark.end, duration);
  return marks;
}

TakeSidecar sidecar_of(const RecordSummary& summary, const RecordSettings& settings) {
  TakeSidecar sidecar;
  sidecar.duration = summary.duration;
  sidecar.size = settings.size;
  sidecar.frame_rate = settings.frame_rate;
  sidecar.frames_captured = summary.frames - summary.dropped;
  sidecar.frames_encoded = summary.frames;
  sidecar.frames_dropped = summary.dropped;
  sidecar.device = settings.camera;
  sidecar.marks = summary.marks;
  return sidecar;
}

}  // namespace

Result<RecordSummary> record(const RecordSettings& settings, const RecordProgress& progress, std::stop_token stop) {
  TRY_VOID(check(settings));
  auto source = TRY(open_source(settings.camera, {settings.size, settings.frame_rate, settings.script}));
  return record_from(*source, settings, progress, std::move(stop));
}

Result<RecordSummary> record_from(Source& source, const RecordSettings& settings, const RecordProgress& progress,
                                  std::stop_token stop) {
  TRY_VOID(check(settings));
  auto take = TRY(TakeWriter::create(settings.output, {settings.size, settings.frame_rate}));
  Result<void> filmed = film(source, *take, settings, progress, stop);
  if (take->frames() == 0) {
    TRY_VOID(std::move(filmed));
    return fail(ErrorKind::Cancelled, "nothing was recorded");
  }
  TRY_VOID(take->finish());

  RecordSummary summary{settings.output, take->duration(), take->frames(), source.dropped_frames(),
                        marks_within(source.marks(), take->duration())};
  TRY_VOID(write_sidecar(settings.output, sidecar_of(summary, settings)));
  log::info("capture", fmt::format("recorded {}: {}, {} frames", settings.output.string(),
                                   format_duration(summary.duration), summary.frames));
  if (!filmed) {
    return tl::unexpected(filmed.error().wrapped(
        fmt::format("the recording broke off; {} holds what came before", settings.output.string())));
  }
  return summary;
}

}  // namespace candid::capture
