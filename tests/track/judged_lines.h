#pragma once
// What `candid judge` makes of lines, and sessions to change a little.

#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/results.h"
#include "track/evidence/judge_lines.h"

namespace candid::track {

inline constexpr const char* kBrowser =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

struct Told {
  std::vector<nlohmann::json> verdicts;
  std::vector<std::pair<size_t, std::string>> refused;
  std::vector<std::string> slips;
};

inline Told judged(const std::string& lines) {
  std::istringstream input(lines);
  Told told;
  told.slips =
      candid::test::must(
          judge_lines(
              input, [&](const std::string& verdict) { told.verdicts.push_back(nlohmann::json::parse(verdict)); },
              [&](size_t line, const Error& error) {
                told.refused.emplace_back(line, fmt::format("{} ({})", error.message(), error.hint()));
              }))
          .slips;
  return told;
}

inline nlohmann::json judged_one(nlohmann::json session) {
  if (!session.contains("agent")) session["agent"] = kBrowser;
  Told told = judged(session.dump() + "\n");
  if (told.verdicts.size() != 1) throw std::runtime_error(told.refused.empty() ? "nothing" : told.refused[0].second);
  return told.verdicts[0];
}

inline nlohmann::json page_request() {
  return {{"method", "GET"}, {"path kind", "page"}, {"at", 0}};
}

// A person, as the page would report them.
inline nlohmann::json low_level() {
  return {
      {"requests", {page_request(), {{"method", "GET"}, {"path kind", "media"}, {"range", "bytes=0-"}, {"at", 3}}}},
      {"events",
       {{{"kind", "load"},
         {"at", 0.4},
         {"visible", true},
         {"webdriver", false},
         {"prerendered", false},
         {"outer", {1280, 800}}},
        {{"kind", "input"}, {"at", 2.4}, {"trusted", true}, {"keyboard", false}, {"ms", 2000}},
        {{"kind", "play"}, {"at", 2.5}, {"trusted", true}, {"ms", 2100}},
        {{"kind", "beat"}, {"at", 7.5}, {"ranges", {{0, 5}}}, {"visible", true}, {"muted", false}, {"rate", 1}},
        {{"kind", "ended"}, {"at", 32.5}, {"ranges", {{5, 30}}}, {"visible", true}, {"muted", false}, {"rate", 1}}}}};
}

inline nlohmann::json higher_level() {
  return {{"requests", {page_request()}},
          {"inputs", {{{"trusted", true}, {"ms", 2000}, {"keyboard", false}}}},
          {"played", {{0, 30}}},
          {"wall_seconds", 30},
          {"webdriver", false},
          {"outer", {1280, 800}},
          {"visible", true},
          {"muted", false},
          {"rate", 1},
          {"gpu", "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)"}};
}

}  // namespace candid::track
