#pragma once
// A candidate's greetings: the clips, and the sittings in which their name was said. Internal to campaign.

#include "campaign/privacy/local_traces.h"

namespace candid::campaign {

// Clips and notes go, also such as were replaced. The recording of a sitting in which they were greeted goes whole,
// with its journal: the others' clips were cut out of it and stay. Where somebody's was not cut yet, the recording
// remains, and its journal loses the lines about this candidate.
Result<void> add_greeting_traces(const Campaign& campaign, const Subject& subject, LocalTraces& traces);

}  // namespace candid::campaign
