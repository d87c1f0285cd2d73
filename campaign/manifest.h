#pragma once
// out/manifest.json: what a run left, for people and programs that look into out/. File format: docs/formats.md.

#include <vector>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/render.h"
#include "campaign/workspace.h"

namespace candid::campaign {

// Replaces the one of the run before, at once.
Result<void> write_manifest(const Job& job, const Plan& plan, const Workspace& workspace,
                            const std::vector<RenderOutcome>& outcomes);

}  // namespace candid::campaign
