#pragma once
// How a video becomes as large as was asked for: every segment gets the same share of what constant quality would take.
// Internal to campaign.

#include <cstdint>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/workspace.h"

namespace candid::campaign {

struct SizeBudget {
  double share = 1;              // of the bytes that constant quality takes
  uint64_t predicted_bytes = 0;  // of each MP4
};

// For a job with max_mb, after the first passes over all ranges. `sound_bytes`: of the shared sound track. Fails with
// OutOfReach, and the least size that would do, when so little would be left for the picture that it falls apart.
Result<SizeBudget> share_out(const Job& job, const Plan& plan, const Workspace& workspace, uint64_t sound_bytes);

}  // namespace candid::campaign
