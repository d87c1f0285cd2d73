// What lines say about each other.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/track/judged_lines.h"

namespace candid::track {
namespace {

using nlohmann::json;

TEST(Judge, LinesOfOneMailAreJudgedTogether) {
  json one = higher_level();
  one["agent"] = kBrowser;
  json two = one;
  one.update({{"id", "one"}, {"mail", "m"}, {"link", "first"}, {"starts_at", 0}});
  two.update({{"id", "two"}, {"mail", "m"}, {"link", "second"}, {"starts_at", 8}});
  Told told = judged(one.dump() + "\n" + two.dump() + "\n");
  EXPECT_EQ(told.verdicts[0]["state"], "machine_scanner");
  EXPECT_EQ(told.verdicts[1]["state"], "machine_scanner");
  two["mail"] = "another";
  told = judged(one.dump() + "\n" + two.dump() + "\n");
  EXPECT_EQ(told.verdicts[0]["state"], "watched_50");
}

TEST(Judge, LinesThatNameNoLinkOrNoTimeAreNoSign) {
  json session = higher_level();
  session["agent"] = kBrowser;
  session.update({{"mail", "m"}, {"network", "203.0.113.9"}, {"seconds_since_mail", 5400}});
  for (const json& verdict : judged(session.dump() + "\n" + session.dump() + "\n").verdicts) {
    EXPECT_EQ(verdict["state"], "watched_50");
  }
  session.erase("seconds_since_mail");
  session["played"] = {{0, 20}};
  session["source_group"] = "s";
  std::string lines;
  for (const char* mail : {"a", "b", "c"}) {
    session["mail"] = mail;
    lines += session.dump() + "\n";
  }
  for (const json& verdict : judged(lines).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
}

TEST(Judge, RequestsTellWhenALineBeganWhereNothingElseDoes) {
  auto states = [](double apart) {
    json one = higher_level();
    one["agent"] = kBrowser;
    json two = one;
    one.update({{"mail", "m"}, {"link", "1"}});
    two.update({{"mail", "m"}, {"link", "2"}});
    two["requests"][0]["at"] = apart;
    std::vector<std::string> all;
    for (const json& verdict : judged(one.dump() + "\n" + two.dump() + "\n").verdicts) all.push_back(verdict["state"]);
    return all;
  };
  EXPECT_THAT(states(5), testing::Each("machine_scanner"));
  EXPECT_THAT(states(60), testing::Each("watched_50"));
  EXPECT_THAT(states(0), testing::Each("watched_50"));  // each from its own beginning
}

TEST(Judge, ANetworkIsTheSourceOfNamedCandidates) {
  auto lines = [](double apart, const char* network) {
    std::string all;
    for (int i = 0; i < 3; ++i) {
      json session = higher_level();
      session.update({{"agent", kBrowser}, {"network", network}, {"candidate", fmt::format("c{}", i)}});
      session.update({{"starts_at", i * apart}, {"played", {{0, 20}}}});
      all += session.dump() + "\n";
    }
    return all;
  };
  for (const json& verdict : judged(lines(20, "203.0.113.7")).verdicts) EXPECT_EQ(verdict["state"], "page_unverified");
  for (const json& verdict : judged(lines(100, "203.0.113.7")).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
  for (const json& verdict : judged(lines(20, "Deutsche Telekom")).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
  for (const json& verdict : judged(lines(20, "104.28.20.9")).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
}

TEST(Judge, TwoLinksInOneLineAreTwoLinks) {
  EXPECT_EQ(judged_one({{"requests", {"/v/aaa", "/v/bbb"}}})["state"], "machine_scanner");
  EXPECT_EQ(judged_one({{"requests", {"/v/aaa", "/v/aaa?again", "https://video.example.org/v/aaa"}}})["state"],
            "page_unverified");
  json apart = {{"requests", {{{"path", "/v/aaa"}, {"at", 0}}, {{"path", "/v/bbb"}, {"at", 30}}}}};
  EXPECT_EQ(judged_one(apart)["state"], "page_unverified");
}

TEST(Judge, LinesThatDoNotSaySoHaveNothingToDoWithEachOther) {
  json session = higher_level();
  session["agent"] = kBrowser;
  session["network"] = "203.0.113.0/24";
  session["played"] = {{0, 20}};
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += session.dump() + "\n";
  for (const json& verdict : judged(lines).verdicts) EXPECT_EQ(verdict["state"], "watched_25");
}

}  // namespace
}  // namespace candid::track
