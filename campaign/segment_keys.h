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
  // The words of a candidate that these layers show in a range; empty when none is personal.
  Result<std::string> words(const Candidate& candidate, const FrameRange& range,
                            const std::vector<size_t>& layers) const;
  // A greeting's frames, with the layers that lie over it, and the key of the frames it fades into; empty: none.
  Result<std::string> greeting(const Greeting& greeting, const std::vector<size_t>& layers,
                               const std::string& opening) const;
  const std::string& sound() const { return sound_; }
  // The captions beside a candidate's video.
  Result<std::string> captions(const Candidate& candidate) const;

 private:
  explicit SegmentKeys(const Job& job) : job_(job) {}
  std::string layer(size_t index, const FrameRange& range) const;
  std::string faces(const overlay::Layer& layer, const FrameRange& range) const;

  const Job& job_;
  std::string common_;
  std::string sound_;
  std::vector<std::string> images_;  // a layer each: hash of its picture file
  std::vector<std::string> fonts_;   // a layer each: of its own font; empty: the campaign's
};

}  // namespace candid::campaign
