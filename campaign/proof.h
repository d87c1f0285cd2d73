#pragma once
// Every candidate at a glance before one video is made: the frames that show their words, and what is wrong with a row.

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/decisions.h"
#include "campaign/job.h"
#include "campaign/workspace.h"

namespace candid::campaign {

struct ProofPicture {
  std::filesystem::path file;  // JPEG
  Microseconds time{0};        // in the video
};

struct ProofRow {
  size_t candidate = 0;  // index into Job::roster.candidates
  Findings findings;     // preflight's, of a flagged greeting, and of drawing: text that is cut, characters without a
                         // font, covered faces
  std::vector<ProofPicture> pictures;  // one a personal moment
  std::string seen;                    // hash of the words on them
  Standing standing;

  Severity worst() const;  // of its findings, which must not be empty
};

struct Proof {
  std::vector<ProofRow> rows;                 // in the roster's order
  Findings shared;                            // of what all candidates see
  std::filesystem::path html;                 // opens from disk, without a network
  std::vector<std::filesystem::path> sheets;  // the same as PNG pages
};

// Fills out/proof anew. `progress` gets rows done and rows in all, one call at a time. Cancelled when stopped.
Result<Proof> make_proof(const Job& job, const Workspace& workspace, const Decisions& decisions,
                         const std::function<void(size_t done, size_t total)>& progress, std::stop_token stop);

}  // namespace candid::campaign
