#pragma once
// How many visits of a campaign proved what, of campaigns whose visits are counted without persons.

#include <cstdint>
#include <map>

#include "track/evidence/view_state.h"

namespace candid::track {

// States that no visit had are left out.
using ViewCounts = std::map<ViewState, int64_t>;
// In one call of Ledger::add_counts(), of one state.
inline constexpr int64_t kMostCountedAtOnce = 1'000'000'000;

}  // namespace candid::track
