#include "campaign/greetings.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/text.h"

namespace candid::campaign {
namespace {

using Clips = std::map<std::string, std::vector<std::filesystem::path>>;  // by candidate id

Result<Clips> list_clips(const std::filesystem::path& folder) {
  Clips clips;
  std::error_code code;
  std::filesystem::directory_iterator entries(folder, code);
  for (std::error_code broken; !code && entries != std::filesystem::end(entries); entries.increment(code)) {
    const std::filesystem::path& path = entries->path();
    std::string extension = to_lower(path.extension().string());
    bool is_recording = extension == ".mkv" || extension == ".mp4" || extension == ".mov";
    // Some systems write file names with combining marks.
    if (is_recording && entries->is_regular_file(broken)) clips[normalize(path.stem().string())].push_back(path);
  }
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot list {}", folder.string())));
  return clips;
}

Result<Greeting> read_greeting(const std::vector<std::filesystem::path>& clips, Rational rate) {
  if (clips.size() > 1) {
    auto [first, second] = std::minmax(clips[0].filename().string(), clips[1].filename().string());
    return fail(ErrorKind::InvalidInput, fmt::format("{} and {} are both this candidate's greeting", first, second),
                "keep one of them");
  }
  media::RecordingFacts facts = TRY(media::probe(clips.front()));
  double seconds = std::chrono::duration<double>(facts.duration).count();
  Greeting greeting{clips.front(), std::llround(seconds * rate.value())};
  if (greeting.frames < 2) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} has fewer than two frames", clips.front().string()),
                "record it again");
  }
  return greeting;
}

}  // namespace

void find_greetings(Job& job, Findings& findings) {
  const Campaign& campaign = job.campaign;
  auto report = [&](Severity severity, std::string message, std::string hint) {
    findings.push_back(
        {severity, campaign.file, campaign.greetings_line, "greeting.folder", std::move(message), std::move(hint)});
  };
  auto clips = list_clips(campaign.greetings);
  if (!clips) return report(Severity::Error, clips.error().describe(), clips.error().hint());

  std::vector<Candidate> candidates;
  size_t without = 0;
  for (Candidate& candidate : job.roster.candidates) {
    auto own = clips->find(candidate.id);
    if (own == clips->end()) {
      ++without;
      candidates.push_back(std::move(candidate));
      continue;
    }
    auto greeting = read_greeting(own->second, job.timeline.rate);
    if (!greeting) {
      Finding finding{
          Severity::Error,        campaign.roster.string(), candidate.line, "id", greeting.error().describe(),
          greeting.error().hint()};
      job.roster.rejected.push_back({candidate.line, candidate.name, {std::move(finding)}});
      continue;
    }
    job.greetings[candidates.size()] = std::move(*greeting);
    candidates.push_back(std::move(candidate));
  }
  job.roster.candidates = std::move(candidates);
  if (without > 0) {
    report(Severity::Warning,
           fmt::format("{} of {} candidates have no greeting; their videos begin without one", without,
                       job.roster.candidates.size()),
           "a greeting's file is named by the candidate's id: ID.mkv, ID.mp4 or ID.mov");
  }
}

}  // namespace candid::campaign
