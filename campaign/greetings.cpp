#include "campaign/greetings.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "campaign/greeting_book.h"
#include "campaign/plan.h"
#include "core/text.h"
#include "core/time.h"

namespace candid::campaign {
namespace {

// Of a segment, and so of what a crossfade leaves of greeting and body.
constexpr int64_t kLeastFrames = 2;

Result<Greeting> read_greeting(const std::vector<std::filesystem::path>& clips, Rational rate, int64_t crossfade) {
  if (clips.size() > 1) {
    auto [first, second] = std::minmax(clips[0].filename().string(), clips[1].filename().string());
    return fail(ErrorKind::InvalidInput, fmt::format("{} and {} are both this candidate's greeting", first, second),
                "keep one of them");
  }
  media::RecordingFacts facts = TRY(media::probe(clips.front()));
  double seconds = std::chrono::duration<double>(facts.duration).count();
  Greeting greeting{clips.front(), std::llround(seconds * rate.value())};
  if (greeting.frames < kLeastFrames) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} has fewer than two frames", clips.front().string()),
                "record it again");
  }
  if (greeting.frames < crossfade + kLeastFrames) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} lasts {}, which is shorter than the crossfade into the take", clips.front().string(),
                            format_duration(facts.duration)),
                "record it again, or make crossfade in [greeting] shorter");
  }
  return greeting;
}

// The worst that a greeting can do is to say another's name.
Result<void> check_name(const GreetingBook& book, const Candidate& candidate) {
  GreetingStatus status = TRY(book.status_of(candidate));
  if (status.state != GreetingState::OtherName) return {};
  return fail(
      ErrorKind::InvalidInput,
      fmt::format("{} was said to \"{}\", and the roster has \"{}\"", status.file.string(),
                  shorten(status.recorded_name, 60), shorten(candidate.name, 60)),
      fmt::format("candid greet asks for it again; candid greet --keep {} if it is right all the same", candidate.id));
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
  for (Candidate& candidate : job.roster.candidates) {
    auto clips = book->clips_of(candidate.id);
    if (clips.empty()) {
      ++without;
      candidates.push_back(std::move(candidate));
      continue;
    }
    auto greeting = read_greeting(clips, job.timeline.rate, job.crossfade_frames);
    if (greeting) {
      if (auto right = check_name(*book, candidate); !right) greeting = tl::unexpected(right.error());
    }
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
