#pragma once
// What is seen of a ledger that is not made yet: one with nothing in it. Internal to track.

#include <memory>
#include <string>

#include "track/ledger/ledger.h"

namespace candid::track {

// `name` is what describe() tells. Its id is as random as the one that it will get; what would write is refused
// (PermissionDenied).
std::unique_ptr<Ledger> make_empty_ledger(std::string name);

}  // namespace candid::track
