#pragma once
// The faces in a take, for the layers that keep off them.

#include <stop_token>

#include "campaign/job.h"
#include "campaign/workspace.h"
#include "core/error.h"

namespace candid::campaign {

// Looks for faces where such layers show, or remembers them from an earlier run (out/work/faces), and settles where
// captions stand. To be called once, before anything is planned or drawn. Without the detectors (doctor tells) layers
// stay where campaign.toml puts them, and the log says so. Cancelled when stopped.
Result<void> find_faces(Job& job, const Workspace& workspace, std::stop_token stop);

}  // namespace candid::campaign
