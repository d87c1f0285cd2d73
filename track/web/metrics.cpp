#include "track/web/metrics.h"

#include <algorithm>

#include "track/api/api.h"

namespace candid::track {
namespace {

constexpr int kTooMany = 429;
constexpr int kUnavailable = 503;

}  // namespace

PathClass path_class(Method method, std::string_view path) {
  if (path.starts_with("/v/")) {
    const size_t slash = path.find('/', 3);
    if (slash == std::string_view::npos) return PathClass::Page;
    if (method == Method::Post && path.substr(slash) == "/events") return PathClass::Beacon;
    return PathClass::Form;
  }
  if (path.starts_with("/m/")) return PathClass::Media;
  if (path.starts_with(kStorePath)) return PathClass::Store;
  if (path.starts_with("/api/")) return PathClass::Api;
  if (path == "/r" || path.starts_with("/r/")) return PathClass::Dashboard;
  if (path == "/healthz") return PathClass::Health;
  return path == "/metrics" ? PathClass::Metrics : PathClass::Other;
}

void LatencyHistogram::add(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  counts_[static_cast<size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  nanoseconds_.fetch_add(static_cast<uint64_t>(std::max<int64_t>(took.count(), 0)), std::memory_order_relaxed);
}

std::array<uint64_t, LatencyHistogram::kBounds.size() + 1> LatencyHistogram::buckets() const {
  std::array<uint64_t, kBounds.size() + 1> counts{};
  for (size_t i = 0; i < counts.size(); ++i) counts[i] = counts_[i].load(std::memory_order_relaxed);
  return counts;
}

void Metrics::count_request(PathClass path, int status, uint64_t sent, std::chrono::nanoseconds took) {
  const auto index = static_cast<size_t>(path);
  const int hundreds = std::clamp(status / 100, 1, static_cast<int>(kStatusClasses));
  add(requests_[index][static_cast<size_t>(hundreds - 1)], 1);
  add(sent_[index], sent);
  latency_[index].add(took);
}

void Metrics::count_refusal_of(int status) {
  if (status == kTooMany) count_refusal(Refusal::Quota);
  if (status == kUnavailable) count_refusal(Refusal::Failed);
}

// What is done is read first: events that end between the two reads must not make it negative.
uint64_t Metrics::events_waiting() const {
  const uint64_t done = events_stored() + events_lost();
  const uint64_t queued = queued_.load(std::memory_order_relaxed);
  return queued > done ? queued - done : 0;
}

}  // namespace candid::track
