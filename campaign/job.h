#pragma once
// A campaign ready for work: its file, its roster and its take, all checked together.

#include <filesystem>
#include <map>
#include <optional>

#include "campaign/campaign_file.h"
#include "campaign/page_logo.h"
#include "campaign/roster.h"
#include "campaign/timeline.h"
#include "core/error.h"
#include "core/finding.h"
#include "media/probe.h"

namespace candid::campaign {

// A candidate's own opening clip, played before what all see.
struct Greeting {
  std::filesystem::path file;
  int64_t frames = 0;                // at the timeline's rate
  std::vector<std::string> flaws{};  // what may be wrong with it, and nobody said yet that it is right all the same
};

struct Job {
  Campaign campaign;
  Roster roster;
  media::RecordingFacts take;
  std::string take_digest;  // SHA-256 of the take's file, hexadecimal
  Timeline timeline;
  std::map<size_t, Greeting> greetings;  // by index into roster.candidates; who has none begins with the body
  // By so many frames a greeting's end and the body's beginning lie over each other; 0: a cut.
  int64_t crossfade_frames = 0;
  std::optional<PageLogo> logo{};  // for pages; none where the campaign has none

  encode::VideoSettings encoding() const;
  // The take's pictures as the video has them, from a frame on.
  media::VideoRequest pictures(int64_t first_frame, int64_t count) const;
};

// Reads and checks everything before any work. All problems of campaign.toml, roster and take go to `findings`; when
// one of them is an error the result is an InvalidInput Error that only counts them. Bad rows are no error here: they
// are in roster.rejected.
Result<Job> load_job(const std::filesystem::path& folder, Findings& findings);

}  // namespace candid::campaign
