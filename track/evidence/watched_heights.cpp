#include "track/evidence/watched_heights.h"

#include <algorithm>

namespace candid::track {
namespace {

// Reported and credited seconds are rounded differently.
constexpr double kBorneOut = 0.9;

bool is_view(ViewState state) {
  return state >= ViewState::Played && state < ViewState::OwnerExcluded;
}

}  // namespace

SeenStretches credited_stretches(const SessionVerdict& verdict) {
  const bool is_borne_out = verdict.watched_seconds >= kBorneOut * verdict.facts.played_seconds;
  return is_view(verdict.state) && is_borne_out ? verdict.facts.seen : SeenStretches{};
}

WatchedHeights watched_heights(const CandidateView& view) {
  WatchedHeights watched;
  std::array<int, kStretches> visits{};
  for (const SessionVerdict& session : view.sessions) {
    const SeenStretches credited = credited_stretches(session);
    if (credited == SeenStretches{}) {
      if (session.watched_seconds > 0) ++watched.left_out;
      continue;
    }
    ++watched.visits;
    for (size_t i = 0; i < kStretches; ++i) {
      if (credited[i] >= kSeenPercent) ++visits[i];
    }
  }
  const int most = *std::max_element(visits.begin(), visits.end());
  for (size_t i = 0; i < kStretches && most > 0; ++i) watched.heights[i] = static_cast<double>(visits[i]) / most;
  return watched;
}

}  // namespace candid::track
