#pragma once
// A strict reader of Prometheus's text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats): whatever a
// scraper could trip over is told.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace candid::track::test {

struct PrometheusText {
  std::map<std::string, double> samples{};     // by name and labels as they stand, "a_total{b=\"c\"}"
  std::map<std::string, std::string> types{};  // by family
  std::vector<std::string> problems{};         // empty: it is well-formed

  // -1 where there is none.
  double value(const std::string& sample) const {
    auto found = samples.find(sample);
    return found == samples.end() ? -1 : found->second;
  }
};

PrometheusText parse_prometheus(std::string_view text);

}  // namespace candid::track::test
