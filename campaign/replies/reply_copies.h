#pragma once
// The candidates' video replies of a data folder, copied to where they survive it: they exist nowhere else.

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "core/error.h"

namespace candid::campaign {

struct ReplyCopies {
  int replies = 0;
  uint64_t bytes = 0;
};

// Copies the replies that have arrived below `replies` into `target`, a new folder (0700, files 0600) that is there
// whole and durable, or not at all; as DATA/replies a server finds them in it. Nothing is made where there are none.
// Servers may go on meanwhile: a reply that is made playable is copied before or after that, one that is erased is left
// out. Exists for a target that is there, Cancelled when it was stopped.
Result<ReplyCopies> copy_replies(const std::filesystem::path& replies, const std::filesystem::path& target,
                                 const std::stop_token& stop);

}  // namespace candid::campaign
