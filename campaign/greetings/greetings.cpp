#include "campaign/greetings/greetings.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "campaign/greetings/greeting_book.h"
#include "campaign/plan.h"
#include "core/suggest.h"
#include "core/time.h"

namespace candid::campaign {
namespace {

// Of a segment, and so of what a crossfade leaves of greeting and body.
constexpr int64_t kLeastFrames = 2;
constexpr char kRemedy[] =
    "listen to it; candid greet --keep ID where it is right all the same, candid greet --redo-flagged where not";
constexpr size_t kMostNamed = 10;  // in one message; the proof has all

// The worst that a greeting can do is to say another's name.
Result<Greeting> read_greeting(const GreetingBook& book, const Candidate& candidate, Rational rate, int64_t crossfade) {
  GreetingStatus status = TRY(book.status_of(candidate));
  if (!status.problem.empty()) return fail(ErrorKind::InvalidInput, status.problem, status.hint);
  media::RecordingFacts facts = TRY(media::probe(status.file));
  double seconds = std::chrono::duration<double>(facts.duration).count();
  Greeting greeting{status.file, std::llround(seconds * rate.value()), status.flaws};
  if (greeting.frames < kLeastFrames) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} has fewer than two frames", status.file.string()),
                "record it again");
  }
  if (greeting.frames < crossfade + kLeastFrames) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} lasts {}, which is shorter than the crossfade into the take", status.file.string(),
                            format_duration(facts.duration)),
                "record it again, or make crossfade in [greeting] shorter");
  }
  return greeting;
}

std::string flagged_names(const Job& job) {
  std::vector<std::string> names;
  for (const auto& [candidate, greeting] : job.greetings) {
    if (greeting.flaws.empty()) continue;
    if (names.size() == kMostNamed) {
      names.emplace_back("…");
      break;
    }
    names.push_back(fmt::format("{} ({})", greeting.file.filename().string(), join(greeting.flaws)));
  }
  return join(names);
}

// What lies over greetings as well has come already when the body begins: coming once more, it would blink there.
void stand_throughout(Job& job) {
  for (size_t layer : layers_over_greetings(job)) job.campaign.look.layers[layer].motion = overlay::Motion::None;
}

}  // namespace

void find_greetings(Job& job, Findings& findings) {
  const Campaign& campaign = job.campaign;
  auto report = [&](Severity severity, std::string message, std::string hint) {
    findings.push_back(
        {severity, campaign.file, campaign.greetings_line, "greeting.folder", std::move(message), std::move(hint)});
  };
  if (campaign.crossfade.count() > 0) {
    double frames = std::chrono::duration<double>(campaign.crossfade).count() * job.timeline.rate.value();
    job.crossfade_frames = std::max<int64_t>(kLeastFrames, std::llround(frames));
  }
  if (job.timeline.frames < job.crossfade_frames + kLeastFrames) {
    return report(Severity::Error,
                  fmt::format("the take lasts {}, which is shorter than the crossfade into it",
                              format_duration(job.timeline.duration())),
                  "transition = \"cut\", or trim less of the take");
  }
  stand_throughout(job);
  auto book = GreetingBook::read(campaign.greetings);
  if (!book) return report(Severity::Error, book.error().describe(), book.error().hint());

  std::vector<Candidate> candidates;
  size_t without = 0;
  size_t flagged = 0;
  for (Candidate& candidate : job.roster.candidates) {
    if (book->clips_of(candidate.id).empty()) {
      ++without;
      candidates.push_back(std::move(candidate));
      continue;
    }
    auto greeting = read_greeting(*book, candidate, job.timeline.rate, job.crossfade_frames);
    if (!greeting) {
      Finding finding{
          Severity::Error,        campaign.roster.string(), candidate.line, "id", greeting.error().describe(),
          greeting.error().hint()};
      job.roster.rejected.push_back({candidate.line, candidate.name, {std::move(finding)}});
      continue;
    }
    if (!greeting->flaws.empty()) ++flagged;
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
  if (flagged > 0) {
    report(Severity::Warning,
           fmt::format("{} of {} greetings {} flagged: {}", flagged, job.greetings.size(),
                       flagged == 1 ? "was" : "were", flagged_names(job)),
           kRemedy);
  }
}

std::vector<Findings> flagged_greetings(const Job& job) {
  std::vector<Findings> all(job.roster.candidates.size());
  for (const auto& [candidate, greeting] : job.greetings) {
    if (greeting.flaws.empty()) continue;
    all[candidate].push_back({Severity::Warning, job.campaign.roster.string(), job.roster.candidates[candidate].line,
                              "id", fmt::format("{} was flagged: {}", greeting.file.string(), join(greeting.flaws)),
                              kRemedy});
  }
  return all;
}

}  // namespace candid::campaign
