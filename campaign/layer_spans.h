#pragma once
// Which frames a layer shows in, and in which of them it differs from candidate to candidate. Internal to campaign.

#include <vector>

#include "campaign/job.h"
#include "campaign/ranges.h"

namespace candid::campaign {

// The frames in which a layer may show.
FrameSpan span_of(const Job& job, const overlay::Layer& layer);
// Those of a caption, within its layer.
FrameSpan span_of(const Job& job, const overlay::Layer& layer, const overlay::CaptionLine& line);

// Whether a layer shows in these frames.
bool shows(const Job& job, const overlay::Layer& layer, const FrameRange& range);

// Where it shows words of the candidate's, in order: all its time, or that of the captions that hold a field.
std::vector<FrameSpan> personal_spans(const Job& job, const overlay::Layer& layer);

// The captions that show in these frames.
std::vector<const overlay::CaptionLine*> lines_in(const Job& job, const overlay::Layer& layer, const FrameRange& range);

}  // namespace candid::campaign
