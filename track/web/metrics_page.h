#pragma once
// The metrics as Prometheus reads them: its text format 0.0.4. Internal to track.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "track/web/metrics.h"

namespace candid::track {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// What there is at this moment, besides what Metrics counts.
struct ServerGauges {
  uint64_t connections = 0;
  uint64_t most_connections = 0;
  uint64_t group_commits = 0;
  std::vector<std::pair<std::string, uint64_t>> waiting_for_workers{};  // by the pool's name
};

std::string metrics_text(const Metrics& metrics, const ServerGauges& gauges);

}  // namespace candid::track
