// Lines that are damaged, or sent to do harm.

#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/files.h"
#include "tests/track/judged_lines.h"
#include "track/evidence/outside_session.h"

namespace candid::track {
namespace {

using candid::test::must;
using nlohmann::json;
using testing::HasSubstr;

TEST(Judge, BadLinesAreToldByTheirNumberAndTheRestGoesOn) {
  Told told = judged(fmt::format("{0}\n\nnot JSON\n{0}\n[1]\n{{\"agent\":7}}\r\n{0}", R"({"agent":"curl/8"})"));
  EXPECT_EQ(told.verdicts.size(), 3u);
  ASSERT_EQ(told.refused.size(), 3u);
  EXPECT_EQ(told.refused[0].first, 3u);
  EXPECT_EQ(told.refused[1].first, 5u);
  EXPECT_EQ(told.refused[2].first, 6u);
  EXPECT_THAT(told.refused[0].second, HasSubstr("not JSON"));
  EXPECT_THAT(told.refused[2].second, HasSubstr("\"agent\" is no text"));
  EXPECT_EQ(told.verdicts[1]["id"], "4");  // its line, where it has no name
}

TEST(Judge, ALineThatIsTooLongIsToldAndReadAway) {
  Told told = judged(std::string(2 << 20, ' ') + "\n" + std::string(2 << 20, '[') + "\n{\"agent\":\"curl/8\"}\n");
  EXPECT_EQ(told.verdicts.size(), 1u);
  ASSERT_EQ(told.refused.size(), 1u);
  EXPECT_EQ(told.refused[0].first, 2u);
}

TEST(Judge, RandomBytesAreToldAsBad) {
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    auto session = read_outside_session(bytes);
    EXPECT_FALSE(session) << bytes;
  }
}

TEST(Judge, BrokenLinesNeverEndIt) {
  std::mt19937 random(6);
  auto below = [&](size_t most) { return most == 0 ? 0 : random() % most; };
  std::vector<std::string> seeds = {low_level().dump(), higher_level().dump()};
  std::istringstream cases(
      must(read_text_file(std::filesystem::path(CANDID_SOURCE_DIR) / "tests/evidence/cases.jsonl")));
  for (std::string line; std::getline(cases, line);) seeds.push_back(line);
  const std::vector<std::string> pieces = {
      "null", "true", "-1",   "1e308",  "[[", "]]",          "{\"kind\":\"beat\"}",
      "\"\"", ",",    "-0.0", "1e-400", "{}", "\"\\u0000\"", "18446744073709551616"};
  size_t judged_count = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string line = seeds[below(seeds.size())];
    for (size_t change = 1 + below(4); change > 0 && !line.empty(); --change) {
      size_t at = below(line.size());
      switch (below(4)) {
        case 0:
          line[at] = static_cast<char>(random());
          break;
        case 1:
          line.erase(at, 1 + below(12));
          break;
        case 2:
          line.insert(at, pieces[below(pieces.size())]);
          break;
        default:
          line.replace(at, below(6), pieces[below(pieces.size())]);
      }
    }
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::istringstream input(line);
    auto count = must(judge_lines(
        input, [](const std::string& verdict) { ASSERT_TRUE(json::accept(verdict)) << verdict; },
        [](size_t, const Error&) {}));
    judged_count += count.judged;
  }
  EXPECT_GT(judged_count, 100u);  // the changes do not all end at the parser
}

TEST(Judge, DeepNestingUnderAnyKeyIsToldAsBad) {
  for (const char* key : {"owner", "webdriver", "trap", "visible", "id", "duration", "network", "events", "requests",
                          "inputs", "played", "outer", "mail", "navigator", "owner_token", "sec_ch_ua"}) {
    const std::string deep = std::string(240'000, '[') + std::string(240'000, ']');
    Told told = judged(fmt::format("{{\"agent\":\"curl/8\",\"{}\":{}}}\n{{\"agent\":\"curl/8\"}}\n", key, deep));
    EXPECT_EQ(told.verdicts.size() + told.refused.size(), 2u) << key;
  }
}

TEST(Judge, ManyUnknownKeysAreCountedAndNotAllTold) {
  std::string line = "{\"agent\":\"curl/8\"";
  for (int i = 0; i < 60'000; ++i) line += fmt::format(",\"k{:06}\":1", i);
  Told told = judged(line + "}\n");
  EXPECT_EQ(told.verdicts.size(), 1u);
  ASSERT_EQ(told.slips.size(), 21u);
  EXPECT_EQ(told.slips.back(), "and 980 more, or still more");
  told = judged(R"({"agent":"x","a1":1,"b1":1,"c1":1})");
  EXPECT_EQ(told.slips.size(), 3u);
}

TEST(Judge, DeepNestingIsNoConcern) {
  Told told = judged("{\"x\":" + std::string(500'000, '[') + std::string(500'000, ']') + ",\"agent\":\"curl/8\"}\n" +
                     std::string(1'000'000, '[') + "\n");
  EXPECT_EQ(told.verdicts.size(), 1u);
  EXPECT_EQ(told.refused.size(), 1u);
}

}  // namespace
}  // namespace candid::track
