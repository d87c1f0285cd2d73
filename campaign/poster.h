#pragma once
// The still picture that stands for a message before it plays: a good moment of the take, with this candidate's name on
// it. Internal to campaign.

#include <cstdint>
#include <vector>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/segment_maker.h"

namespace candid::campaign {

// Thread-safe once made.
class PosterMaker {
 public:
  // Chooses the moment and decodes it, once for all messages. All arguments are borrowed.
  static Result<PosterMaker> create(const Job& job, const Plan& plan, const SegmentMaker& segments);

  // JPEG.
  Result<std::vector<uint8_t>> make(const Candidate& candidate) const;

 private:
  PosterMaker(const Job& job, const SegmentMaker& segments, media::Frame bare)
      : job_(job), segments_(segments), bare_(std::move(bare)) {}

  const Job& job_;
  const SegmentMaker& segments_;
  media::Frame bare_;  // without overlays
  int64_t frame_ = 0;  // its index
  size_t range_ = 0;   // in which it lies
};

}  // namespace candid::campaign
