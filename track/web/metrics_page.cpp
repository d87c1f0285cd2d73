#include "track/web/metrics_page.h"

#include <array>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "track/web/process_facts.h"

namespace candid::track {
namespace {

// What people wait for.
constexpr std::array kTimed = {PathClass::Page, PathClass::Beacon, PathClass::Media};

class Text {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text_), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  }
  // `labels` as they stand between the braces; every value of them is one of our own words.
  template <typename Number>
  void sample(std::string_view name, std::string_view labels, Number value) {
    const bool has_labels = !labels.empty();
    fmt::format_to(std::back_inserter(text_), "{}{}{}{} {}\n", name, has_labels ? "{" : "", labels,
                   has_labels ? "}" : "", value);
  }
  template <typename Number>
  void single(std::string_view name, std::string_view type, std::string_view help, Number value) {
    family(name, type, help);
    sample(name, "", value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view name_of(PathClass path) {
  return kPathClassNames[static_cast<size_t>(path)];
}

void write_requests(Text& text, const Metrics& metrics) {
  text.family("candid_http_requests_total", "counter", "Requests answered, by kind of address and class of status.");
  for (size_t path = 0; path < kPathClassNames.size(); ++path) {
    for (size_t status = 0; status < Metrics::kStatusClasses; ++status) {
      text.sample("candid_http_requests_total",
                  fmt::format("path=\"{}\",status=\"{}xx\"", kPathClassNames[path], status + 1),
                  metrics.requests(PathClass(path), status));
    }
  }
  text.family("candid_http_response_bytes_total", "counter", "Bytes of bodies that left, by kind of address.");
  for (size_t path = 0; path < kPathClassNames.size(); ++path) {
    text.sample("candid_http_response_bytes_total", fmt::format("path=\"{}\"", kPathClassNames[path]),
                metrics.sent(PathClass(path)));
  }
}

void write_latency(Text& text, const Metrics& metrics) {
  constexpr const char* kName = "candid_http_request_duration_seconds";
  text.family(kName, "histogram", "From a request that is read to its last byte sent.");
  for (PathClass path : kTimed) {
    const auto buckets = metrics.latency(path).buckets();
    uint64_t count = 0;
    for (size_t i = 0; i < buckets.size(); ++i) {
      count += buckets[i];
      const bool is_last = i == LatencyHistogram::kBounds.size();
      const std::string bound = is_last ? "+Inf" : fmt::format("{}", LatencyHistogram::kBounds[i]);
      text.sample(fmt::format("{}_bucket", kName), fmt::format("path=\"{}\",le=\"{}\"", name_of(path), bound), count);
    }
    text.sample(fmt::format("{}_sum", kName), fmt::format("path=\"{}\"", name_of(path)),
                metrics.latency(path).sum_seconds());
    text.sample(fmt::format("{}_count", kName), fmt::format("path=\"{}\"", name_of(path)), count);
  }
}

void write_load(Text& text, const Metrics& metrics, const ServerGauges& gauges) {
  text.single("candid_connections", "gauge", "Connections that are open.", gauges.connections);
  text.single("candid_connections_limit", "gauge", "How many may be open.", gauges.most_connections);
  text.single("candid_live_feeds", "gauge", "Live answers that are open.", metrics.live_feeds.load());
  text.family("candid_refused_total", "counter", "Requests (429, 503) and connections turned away, by cause.");
  for (size_t why = 0; why < kRefusalNames.size(); ++why) {
    text.sample("candid_refused_total", fmt::format("cause=\"{}\"", kRefusalNames[why]),
                metrics.refusals(Refusal(why)));
  }
  text.family("candid_worker_queue", "gauge", "Requests that wait for a worker, by kind of worker.");
  for (const auto& [pool, waiting] : gauges.waiting_for_workers) {
    text.sample("candid_worker_queue", fmt::format("pool=\"{}\"", pool), waiting);
  }
}

void write_ledger(Text& text, const Metrics& metrics, const ServerGauges& gauges) {
  text.single("candid_events_stored_total", "counter", "Events that are durable.", metrics.events_stored());
  text.single("candid_events_lost_total", "counter", "Events that the ledger did not take.", metrics.events_lost());
  text.single("candid_event_queue", "gauge", "Events that wait for a commit.", metrics.events_waiting());
  text.single("candid_group_commits_total", "counter", "Commits of groups of events.", gauges.group_commits);
  text.single("candid_ledger_errors_total", "counter", "Writes of events that failed.", metrics.ledger_errors());
}

void write_process(Text& text) {
  const ProcessFacts facts = process_facts();
  text.single("process_start_time_seconds", "gauge", "When the process began, in seconds since 1970.",
              fmt::format("{:.3f}", facts.start_seconds));
  text.single("process_cpu_seconds_total", "counter", "Processor time used.", fmt::format("{:.2f}", facts.cpu_seconds));
  text.single("process_resident_memory_bytes", "gauge", "Memory in use.", facts.resident_bytes);
  text.single("process_open_fds", "gauge", "Files and sockets that are open.", facts.open_files);
  text.single("process_max_fds", "gauge", "How many may be open.", facts.most_files);
}

}  // namespace

std::string metrics_text(const Metrics& metrics, const ServerGauges& gauges) {
  Text text;
  write_requests(text, metrics);
  write_latency(text, metrics);
  write_load(text, metrics, gauges);
  write_ledger(text, metrics, gauges);
  write_process(text);
  return text.take();
}

}  // namespace candid::track
