#include "tests/track/prometheus_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace candid::track::test {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

struct Sample {
  std::string name{};
  std::map<std::string, std::string> labels{};
  double value = 0;
};

// As far as names may go; ':' is for metrics alone.
std::string take_name(std::string_view& rest, bool is_metric) {
  size_t length = 0;
  while (length < rest.size()) {
    const char c = rest[length];
    bool is_fine = kLetters.find(c) != std::string_view::npos || c == '_' || (is_metric && c == ':') ||
                   (length > 0 && kDigits.find(c) != std::string_view::npos);
    if (!is_fine) break;
    ++length;
  }
  std::string name(rest.substr(0, length));
  rest.remove_prefix(length);
  return name;
}

// "\"text\"" with \\, \" and \n.
std::optional<std::string> take_quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) return std::nullopt;
  std::string text;
  for (size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '"') {
      rest.remove_prefix(at + 1);
      return text;
    }
    if (rest[at] == '\\') {
      if (++at >= rest.size() || std::string_view("\\\"n").find(rest[at]) == std::string_view::npos)
        return std::nullopt;
      text += rest[at] == 'n' ? '\n' : rest[at];
    } else {
      text += rest[at];
    }
  }
  return std::nullopt;
}

std::optional<double> number(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::nan("");
  double value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Sample> parse_sample(std::string_view line) {
  Sample sample;
  sample.name = take_name(line, true);
  if (sample.name.empty()) return std::nullopt;
  if (line.starts_with('{')) {
    line.remove_prefix(1);
    while (!line.starts_with('}')) {
      std::string label = take_name(line, false);
      if (label.empty() || !line.starts_with('=')) return std::nullopt;
      line.remove_prefix(1);
      auto value = take_quoted(line);
      if (!value || !sample.labels.emplace(label, *value).second) return std::nullopt;
      if (line.starts_with(',')) line.remove_prefix(1);
    }
    line.remove_prefix(1);
  }
  if (!line.starts_with(' ')) return std::nullopt;
  auto value = number(line.substr(1));  // without a time, which we never give
  if (!value) return std::nullopt;
  sample.value = *value;
  return sample;
}

std::string family_of(const std::string& name, const std::map<std::string, std::string>& types) {
  for (const char* suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    std::string base = name.substr(0, name.size() - std::string_view(suffix).size());
    auto type = types.find(base);
    if (type != types.end() && type->second == "histogram") return base;
  }
  return name;
}

class Reader {
 public:
  void line(std::string_view text) {
    if (text.starts_with("# HELP ")) return help(text.substr(7));
    if (text.starts_with("# TYPE ")) return type(text.substr(7));
    if (text.empty() || text.starts_with('#')) return problem("an empty line or a stray comment", text);
    auto sample = parse_sample(text);
    if (!sample) return problem("no sample", text);
    add(*sample, text);
  }

  void end() {
    for (const auto& [series, buckets] : buckets_) check_histogram(series, buckets);
  }
  PrometheusText result{};

 private:
  void problem(std::string_view what, std::string_view line) {
    result.problems.push_back(fmt::format("{}: {}", what, line));
  }
  void help(std::string_view rest) {
    std::string name = take_name(rest, true);
    if (name.empty() || !rest.starts_with(' ') || rest.size() < 2) problem("no help", rest);
    if (!helped_.insert(name).second) problem("helped twice", name);
    current_ = name;
  }
  void type(std::string_view rest) {
    std::string name = take_name(rest, true);
    std::string kind(rest.substr(rest.empty() ? 0 : 1));
    if (name != current_) problem("a type that does not follow its help", name);
    if (kind != "counter" && kind != "gauge" && kind != "histogram") problem("an unknown type", kind);
    if (!result.types.emplace(name, kind).second) problem("typed twice", name);
  }
  void add(const Sample& sample, std::string_view line) {
    std::string family = family_of(sample.name, result.types);
    if (family != current_) problem("a sample outside of its family", line);
    const std::string kind = result.types[family];
    if (kind == "counter" && !family.ends_with("_total")) problem("a counter without _total", line);
    if (kind != "gauge" && !(sample.value >= 0)) problem("a count below zero", line);
    std::string key(line.substr(0, line.rfind(' ')));
    if (!result.samples.emplace(key, sample.value).second) problem("twice", line);
    if (kind != "histogram") return;
    auto others = sample.labels;
    auto bound = others.extract("le");
    std::string series = family;
    for (const auto& [label, value] : others) series += fmt::format(",{}={}", label, value);
    if (sample.name.ends_with("_bucket")) {
      auto le = bound ? number(bound.mapped()) : std::nullopt;
      if (!le) return problem("a bucket without a bound", line);
      buckets_[series].push_back({*le, sample.value});
    } else if (sample.name.ends_with("_count")) {
      counts_[series] = sample.value;
    }
  }
  void check_histogram(const std::string& series, const std::vector<std::pair<double, double>>& buckets) {
    for (size_t i = 1; i < buckets.size(); ++i) {
      if (buckets[i].first <= buckets[i - 1].first) problem("bounds out of order", series);
      if (buckets[i].second < buckets[i - 1].second) problem("buckets do not add up", series);
    }
    if (buckets.empty() || !std::isinf(buckets.back().first)) return problem("no bucket +Inf", series);
    auto count = counts_.find(series);
    if (count == counts_.end() || count->second != buckets.back().second) problem("a count that differs", series);
  }

  std::string current_;
  std::set<std::string> helped_;
  std::map<std::string, std::vector<std::pair<double, double>>> buckets_;
  std::map<std::string, double> counts_;
};

}  // namespace

PrometheusText parse_prometheus(std::string_view text) {
  Reader reader;
  if (!text.ends_with('\n')) reader.result.problems.emplace_back("the last line does not end");
  while (!text.empty()) {
    const size_t end = text.find('\n');
    reader.line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  reader.end();
  return reader.result;
}

}  // namespace candid::track::test
