#pragma once
// Frames of the take, branded and encoded: the segments that messages are made of. Internal to campaign.

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/progress_meter.h"
#include "campaign/workspace.h"
#include "encode/rate_control.h"
#include "encode/segment.h"
#include "media/frame_sink.h"
#include "media/frame_store.h"
#include "media/video_reader.h"
#include "overlay/composition.h"

namespace candid::campaign {

// What a frame costs beside one at constant quality, for the progress.
constexpr double kSecondPassWeight = 0.5;
constexpr double kKeepWeight = 0.08;  // decoding alone

// Everything it makes is on record in the workspace when the call returns. Ranges are named by their index in the plan.
// Thread-safe; a range's prepare() must be over before its make(), and all its make() before its release().
class SegmentMaker {
 public:
  // Draws the layers that all candidates share, but for captions. All arguments are borrowed.
  static Result<SegmentMaker> create(const Job& job, const Plan& plan, const Workspace& workspace,
                                     media::MemoryBudget& budget, ProgressMeter& meter, std::stop_token stop);

  // Decodes a personal range once for all its segments: takes the first pass when it has not been taken, and keeps the
  // frames when more than one segment is to be made of them.
  Result<void> prepare(size_t range, bool keep_frames);
  void release(size_t range) { stores_[range].reset(); }

  // The segment with this candidate's words; of a shared range, anybody's.
  Result<void> make(size_t range, const std::string& key, const Candidate& candidate);

  // The segment of a candidate's greeting, with the body's first frames blended into its last where it fades. Needs no
  // prepare().
  Result<void> make_greeting(size_t candidate, const std::string& key);

  // The frames of a range with this candidate's words, into the sink, which is finished.
  Result<void> draw(size_t range, const Candidate& candidate, media::FrameSink& sink) const;

  // Where bytes are counted: all segments get this share of what constant quality would take. Before the first make().
  void set_share(double share) { share_ = share; }

  // All that shows in a range, or at one moment in it, for one candidate. Fails when a character cannot be drawn.
  Result<overlay::Composition> composition(size_t range, const Fields& fields,
                                           std::optional<Microseconds> moment = {}) const;

 private:
  SegmentMaker(const Job& job, const Plan& plan, const Workspace& workspace, media::MemoryBudget& budget,
               ProgressMeter& meter, std::stop_token stop)
      : job_(job),
        plan_(plan),
        workspace_(workspace),
        budget_(budget),
        meter_(meter),
        stop_(std::move(stop)),
        stores_(plan.ranges.size()) {}
  bool is_drawn_by_range(const overlay::Layer& layer) const;
  Result<void> check_captions() const;
  size_t first_personal_layer(const PlannedRange& range) const;
  Result<media::VideoReader> open_reader(const PlannedRange& range) const;
  class Body;
  Result<encode::Segment> encode_second(size_t range, const Candidate& candidate, encode::SecondPass pass) const;

  const Job& job_;
  const Plan& plan_;
  const Workspace& workspace_;
  media::MemoryBudget& budget_;
  ProgressMeter& meter_;
  std::stop_token stop_;
  std::optional<double> share_;
  overlay::Composition shared_;  // what was drawn once for all
  // A range each, while its frames are kept: with all below the first personal layer drawn on them.
  std::vector<std::unique_ptr<media::FrameStore>> stores_;
};

}  // namespace candid::campaign
