#pragma once
// The pictures that stand for a message before it plays, with this candidate's name on them: a still of a good moment,
// and where wanted a few moving seconds. Internal to campaign.

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
  Result<std::vector<uint8_t>> poster(const Candidate& candidate) const;

  // For mails, which cannot play video; each below a megabyte, with a mark that says it plays.
  struct Previews {
    std::vector<uint8_t> gif;
    std::vector<uint8_t> webp;
  };
  Result<Previews> previews(const Candidate& candidate) const;

 private:
  PosterMaker(const Job& job, const Plan& plan, const SegmentMaker& segments)
      : job_(job), plan_(plan), segments_(segments) {}
  // The take's picture at a frame, small enough to be shown and to be judged.
  struct Moment {
    int64_t frame = 0;
    size_t range = 0;   // in which it lies
    media::Frame bare;  // without overlays
  };
  // Every `step`th frame (which need not be whole) from `first` on, `count` of them at most.
  Result<std::vector<Moment>> read(int64_t first, double step, int count) const;
  Result<media::Frame> branded(const Moment& moment, const Candidate& candidate) const;

  const Job& job_;
  const Plan& plan_;
  const SegmentMaker& segments_;
  std::vector<Moment> poster_;   // one
  std::vector<Moment> preview_;  // as many as it has pictures
};

}  // namespace candid::campaign
