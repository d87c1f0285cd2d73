#pragma once
// How many files this process may open, and how many connections that leaves room for.

#include <cstddef>
#include <cstdint>

namespace candid::track {

// Raises the soft limit to the hard one, as 1024 is what many systems begin with; the limit there is then.
uint64_t raise_open_file_limit();
// What the kernel lets a process have of such a hard limit (fs.nr_open): a higher one, infinity say, is refused.
uint64_t reachable_open_files(uint64_t hard_limit);
// At most `wanted`: each is one file, and the process keeps what it needs itself (the ledger, the store, its workers,
// and files that are held while they are sent: held_file.h). At least one.
size_t connections_within(uint64_t open_files, size_t wanted);

}  // namespace candid::track
