// The rules, tried on cases that are data: tests/evidence.

#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "tests/support/results.h"
#include "track/evidence/agents.h"
#include "track/evidence/judge_lines.h"
#include "track/evidence/view_state.h"

namespace candid::track {
namespace {

using nlohmann::json;
using test::must;

std::string kept(const char* name) {
  return must(read_text_file(std::filesystem::path(CANDID_SOURCE_DIR) / "tests/evidence" / name));
}

std::vector<json> verdicts_of(const std::string& lines) {
  std::istringstream input(lines);
  std::vector<json> verdicts;
  must(judge_lines(
      input, [&](const std::string& verdict) { verdicts.push_back(json::parse(verdict)); },
      [](size_t line, const Error& error) { ADD_FAILURE() << "line " << line << ": " << error.describe(); }));
  return verdicts;
}

TEST(EvidenceCases, ComeToWhatTheyMust) {
  const std::string lines = kept("cases.jsonl");
  std::map<std::string, json> cases;
  std::istringstream input(lines);
  for (std::string line; std::getline(input, line);) {
    json told = json::parse(line);
    std::string id = told["id"];
    cases[id] = std::move(told);
  }
  ASSERT_GE(cases.size(), 80u);
  auto verdicts = verdicts_of(lines);
  ASSERT_EQ(verdicts.size(), cases.size()) << "two cases have one id";
  for (const json& verdict : verdicts) {
    EXPECT_EQ(verdict["state"], cases[verdict["id"].get<std::string>()]["expect"]) << verdict;
  }
}

TEST(EvidenceCases, EachTellsItsSource) {
  std::istringstream input(kept("cases.jsonl"));
  for (std::string line; std::getline(input, line);) {
    json told = json::parse(line);
    EXPECT_FALSE(told.value("source", "").empty()) << told["id"];
    EXPECT_TRUE(view_state(told.value("expect", ""))) << told["id"];
  }
}

TEST(EvidenceCases, NoBrowserOfPeopleIsOnTheList) {
  std::istringstream input(kept("browsers.txt"));
  int browsers = 0;
  for (std::string line; std::getline(input, line);) {
    if (line.starts_with('#')) continue;
    ++browsers;
    auto known = AgentList::built_in().find(line);
    EXPECT_FALSE(known) << line << ": " << known->what;
  }
  EXPECT_GE(browsers, 50);
}

}  // namespace
}  // namespace candid::track
