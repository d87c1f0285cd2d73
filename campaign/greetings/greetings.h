#pragma once
// Each candidate's own opening clip, found in the campaign's folder of greetings. Internal to campaign.

#include "campaign/job.h"

namespace candid::campaign {

// Fills Job::greetings and Job::crossfade_frames. A clip's name is its candidate's id: ID.mkv, ID.mp4, ID.mov, in any
// case; an id never becomes part of a path. Whose clip cannot be used is moved to Roster::rejected, as nobody must get
// another's video than was meant. A folder that cannot be read is an error; candidates without a clip, and clips that
// were flagged, are a warning.
// Layers that lie over greetings and body stand still from the first frame on.
void find_greetings(Job& job, Findings& findings);

// For each candidate of the roster, in its order: a warning where the greeting was flagged.
std::vector<Findings> flagged_greetings(const Job& job);

}  // namespace candid::campaign
