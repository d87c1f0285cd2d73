#pragma once
// Which stretches of a video a candidate saw, over all visits that count.

#include <array>

#include "track/evidence/evidence.h"
#include "track/evidence/seen_time.h"

namespace candid::track {

// The share of each stretch that a session is credited with, 0..100; all 0 for one that is no view, or whose report is
// not borne out.
SeenStretches credited_stretches(const SessionVerdict& verdict);
// A stretch is seen when half of it was.
inline constexpr uint8_t kSeenPercent = 50;

// In how many of the visits each stretch was seen, as a share of the most: 0 to 1.
struct WatchedHeights {
  std::array<double, kStretches> heights{};
  int visits = 0;    // that count
  int left_out = 0;  // views whose report is not borne out
};
WatchedHeights watched_heights(const CandidateView& view);

}  // namespace candid::track
