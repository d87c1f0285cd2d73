#pragma once
// A campaign ready for work: its file, its roster and its take, all checked together.

#include <filesystem>

#include "campaign/campaign_file.h"
#include "campaign/roster.h"
#include "core/error.h"
#include "core/finding.h"
#include "core/time.h"
#include "media/probe.h"

namespace candid::campaign {

// The video that every message has: size, rate and length, and where it begins in the take.
struct Timeline {
  media::FrameSize size;
  Rational rate{30, 1};
  int64_t frames = 0;
  Microseconds take_start{0};

  Microseconds time_of(int64_t frame) const { return Microseconds(frame * 1'000'000 * rate.den / rate.num); }
  Microseconds duration() const { return time_of(frames); }
  // The frame that shows at `time`, within the video.
  int64_t frame_at(Microseconds time) const;
};

struct Job {
  Campaign campaign;
  Roster roster;
  media::RecordingFacts take;
  Timeline timeline;
};

// Reads and checks everything before any work. All problems of campaign.toml, roster and take go to `findings`; when
// one of them is an error the result is an InvalidInput Error that only counts them. Bad rows are no error here: they
// are in roster.rejected.
Result<Job> load_job(const std::filesystem::path& folder, Findings& findings);

}  // namespace candid::campaign
