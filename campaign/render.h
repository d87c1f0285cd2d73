#pragma once
// Messages into out/: what is there and unchanged is left alone, so that an interrupted run resumes.

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/workspace.h"

namespace candid::campaign {

struct RenderOptions {
  int jobs = 0;                     // threads; 0: as many as there are cores
  std::optional<std::string> only;  // one candidate's id
  // Bytes of pictures to hold in memory, those that encoders work on included; decoded frames that do not fit go to a
  // file below out/work. The whole program stays within this and 300 MB, if it leaves each thread its working set. 0: a
  // quarter of the machine's memory.
  uint64_t memory = 0;
};

struct RenderProgress {
  size_t messages_done = 0;
  size_t messages_total = 0;
  double fraction = 0;           // of all work, 0..1
  double frames_per_second = 0;  // encoded so far, over all threads
  uint64_t predicted_bytes = 0;  // of each MP4, once it is known; 0 where quality decides
  // Since the last call, as indices into Job::roster.candidates: whose video is there, and whose could not be made.
  std::vector<size_t> ready{};
  std::vector<size_t> failed{};
};

enum class RenderState { Rendered, Unchanged, Failed, Cancelled };

struct RenderOutcome {
  size_t candidate = 0;  // index into Job::roster.candidates
  std::string message_id;
  std::filesystem::path file;
  RenderState state = RenderState::Failed;
  std::optional<Error> error;
};

// A quarter of the machine's memory, bytes.
uint64_t default_memory();

// `progress` is called from worker threads, one call at a time, a few times a second at most. A message that fails does
// not stop the others; a full disk or a request to stop does. Fails with InvalidInput when `only` names nobody, and
// with the reason when what all messages share cannot be made.
Result<std::vector<RenderOutcome>> render(const Job& job, const Plan& plan, const Workspace& workspace,
                                          const RenderOptions& options,
                                          const std::function<void(const RenderProgress&)>& progress,
                                          std::stop_token stop);

}  // namespace candid::campaign
