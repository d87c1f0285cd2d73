#pragma once
// One moment of the finished video: the take's picture, and the layers as they stand on it. Internal to campaign.

#include "campaign/job.h"
#include "core/error.h"
#include "core/finding.h"
#include "media/frame.h"
#include "overlay/composition.h"

namespace candid::campaign {

struct Moment {
  Microseconds time{0};
  media::Frame frame;           // the take's
  overlay::Composition shared;  // what all candidates see on it
};

// The picture of the take alone.
Result<media::Frame> take_frame(const Job& job, int64_t number);

// The layers that all candidates share, as they stand at a moment.
Result<overlay::Composition> shared_layers(const Job& job, Microseconds time);

struct DrawnMoment {
  media::Frame frame;
  Findings findings;  // of the candidate's own words: cut, without a font, over a face; they name the roster's row
};

// The moment with one candidate's words. The moment's frame stays as it is. May be called from several threads at once.
Result<DrawnMoment> draw_moment(const Job& job, const Moment& moment, const Candidate& candidate);

}  // namespace candid::campaign
