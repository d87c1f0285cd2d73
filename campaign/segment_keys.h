#pragma once
// What a segment's bytes depend on, as a hash. Internal to campaign.

#include <string>
#include <vector>

#include "campaign/job.h"
#include "campaign/ranges.h"
#include "core/error.h"

namespace candid::campaign {

class SegmentKeys {
 public:
  // Reads the take, pictures and fonts once.
  static Result<SegmentKeys> create(const Job& job);

  // The frames of a range as the template has them, before any candidate's words: take, time, layers, encoder settings.
  // A layer that does not show there does not count.
  std::string frames(const FrameRange& range, const std::vector<size_t>& layers) const;
  // The words of a candidate that these layers show; empty when none is personal.
  Result<std::string> words(const Candidate& candidate, const std::vector<size_t>& layers) const;
  // A greeting's frames, with the layers that lie over it.
  Result<std::string> greeting(const Greeting& greeting, const std::vector<size_t>& layers) const;
  // What sounds, and the captions beside the video.
  const std::string& sound() const { return sound_; }

 private:
  explicit SegmentKeys(const Job& job) : job_(job) {}
  std::string layer(size_t index, const FrameRange& range) const;

  const Job& job_;
  std::string common_;
  std::string sound_;
  std::vector<std::string> images_;  // a layer each: hash of its picture file
  std::vector<std::string> fonts_;   // a layer each: of its own font; empty: the campaign's
};

// Whether a layer shows in these frames.
bool shows(const Job& job, const overlay::Layer& layer, const FrameRange& range);
// The frames in which a layer may show.
FrameSpan span_of(const Job& job, const overlay::Layer& layer);

}  // namespace candid::campaign
