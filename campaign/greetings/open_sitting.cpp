#include "campaign/greetings/open_sitting.h"

#include "core/time.h"

namespace candid::campaign {

Result<std::unique_ptr<OpenSitting>> OpenSitting::begin(const GreetingFolder& folder, std::vector<Sitting::Turn> turns,
                                                        capture::Source& source) {
  const capture::SourceFormat format = source.format();
  if (!format.size || !format.has_sound) {
    return fail(ErrorKind::InvalidInput, "a greeting needs a picture and sound",
                "--camera NAME and --mic NAME; candid devices lists them");
  }
  auto journal = TRY(SittingJournal::create(folder.greetings, folder.campaign.id, Clock::system().now()));
  return std::unique_ptr<OpenSitting>(new OpenSitting(std::move(journal), std::move(turns), source));
}

RecordedSitting OpenSitting::film(const capture::Director& director, std::stop_token stop) {
  capture::RecordSettings settings;
  settings.output = journal_.take();
  auto summary = capture::record(source_, settings, director, nullptr, std::move(stop));
  RecordedSitting recorded{journal_.take().stem().string()};
  if (summary) recorded.lost_pictures = summary->frames.lost();
  if (!summary && summary.error().kind() != ErrorKind::Cancelled) recorded.problem = summary.error();
  if (summary && summary->ended_by == capture::EndedBy::DiskLow) {
    recorded.problem = Error(ErrorKind::NoSpace, "the disk is nearly full, and the sitting was ended",
                             "make room; the same command goes on with who is left");
  }
  std::error_code code;
  if (!std::filesystem::exists(journal_.take(), code)) recorded.name.clear();
  return recorded;
}

Result<RecordedSitting> OpenSitting::record(const capture::Director& director, std::stop_token stop) {
  RecordedSitting recorded = film(director, std::move(stop));
  if (auto written = writer_.finish(); !written)
    recorded.problem = written.error().wrapped("the sitting's journal could not be written, and the sitting was ended");
  // Nothing is in it that anybody could want.
  if (recorded.name.empty()) TRY_VOID(journal_.discard());
  return recorded;
}

}  // namespace candid::campaign
