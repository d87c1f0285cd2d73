#include "tests/load/tally.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace candid::load {
namespace {

double milliseconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

nlohmann::json json_of(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"p50_ms", milliseconds(histogram.percentile(0.5))},
          {"p99_ms", milliseconds(histogram.percentile(0.99))},
          {"p999_ms", milliseconds(histogram.percentile(0.999))},
          {"max_ms", milliseconds(histogram.longest())}};
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

Tally::Tally(const std::string& acknowledged_file) {
  if (acknowledged_file.empty()) return;
  acknowledged_.exceptions(std::ofstream::failbit | std::ofstream::badbit);
  acknowledged_.open(acknowledged_file);
}

void Tally::acknowledge(const std::string& session, int sequence) {
  ++acknowledged_events_;
  // Flushed, so that others see how far it came.
  if (acknowledged_.is_open()) acknowledged_ << session << ' ' << sequence << '\n' << std::flush;
}

void Tally::connection_opened() {
  ++open_;
  most_open_ = std::max(most_open_, open_);
}

nlohmann::json Tally::to_json() const {
  nlohmann::json statuses = nlohmann::json::object();
  for (const auto& [status, count] : statuses_) statuses[fmt::to_string(status)] = count;
  return {{"pages", json_of(pages)},
          {"reports", json_of(reports)},
          {"lateness", json_of(lateness)},
          {"media", json_of(media)},
          {"statuses", std::move(statuses)},
          {"acknowledged", acknowledged_events_},
          {"unopened", unopened},
          {"broken", broken},
          {"ended", ended},
          {"unreadable", unreadable},
          {"open", open_},
          {"most_open", most_open_},
          {"cpu_seconds", cpu_seconds()}};
}

}  // namespace candid::load
