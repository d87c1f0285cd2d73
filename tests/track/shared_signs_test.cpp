#include "track/evidence/shared_signs.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

using test::kNoon;

constexpr const char* kNetwork = "203.0.113.0/24";

Arrival arrival(std::string candidate, int second, std::string network = kNetwork, std::string link = "page") {
  return {candidate, candidate, std::move(link), {std::move(network)}, kNoon + std::chrono::seconds(second)};
}

std::vector<int> candidates_of(const std::vector<Arrival>& arrivals) {
  std::vector<int> counts;
  for (const SharedSigns& signs : find_shared_signs(arrivals)) counts.push_back(signs.candidates);
  return counts;
}

std::vector<int> links_of(const std::vector<Arrival>& arrivals) {
  std::vector<int> counts;
  for (const SharedSigns& signs : find_shared_signs(arrivals)) counts.push_back(signs.links);
  return counts;
}

using Counts = std::vector<int>;

TEST(SharedSigns, ThreeCandidatesInTwoMinutesAreASign) {
  EXPECT_EQ(candidates_of({arrival("a", 0), arrival("b", 60), arrival("c", 120)}), (Counts{3, 3, 3}));
  EXPECT_EQ(candidates_of({arrival("a", 0), arrival("b", 60), arrival("c", 121)}), (Counts{0, 0, 0}));
  EXPECT_EQ(candidates_of({arrival("a", 0), arrival("b", 1)}), (Counts{0, 0}));
}

TEST(SharedSigns, OneCandidateThreeTimesIsNone) {
  EXPECT_EQ(candidates_of({arrival("a", 0), arrival("a", 1), arrival("a", 2), arrival("b", 3)}), (Counts{0, 0, 0, 0}));
}

TEST(SharedSigns, SourcesAreNotMixed) {
  EXPECT_EQ(candidates_of({arrival("a", 0), arrival("b", 1), arrival("c", 2, "198.51.100.0/24")}), (Counts{0, 0, 0}));
  EXPECT_EQ(candidates_of({arrival("a", 0, ""), arrival("b", 1, ""), arrival("c", 2, "")}).size(), 3u);
}

TEST(SharedSigns, OnlyTheRunIsMarked) {
  EXPECT_EQ(
      candidates_of({arrival("z", -600), arrival("a", 0), arrival("b", 60), arrival("c", 110), arrival("y", 600)}),
      (Counts{0, 3, 3, 3, 0}));
}

TEST(SharedSigns, ProxiesOfPeopleAreNoSource) {
  const char* relay = "172.225.46.0/24";
  EXPECT_EQ(candidates_of({arrival("a", 0, relay), arrival("b", 1, relay), arrival("c", 2, relay)}), (Counts{0, 0, 0}));
}

TEST(SharedSigns, TwoLinksOfOneMailInTenSeconds) {
  EXPECT_EQ(links_of({arrival("a", 0, kNetwork, "one"), arrival("a", 10, kNetwork, "two")}), (Counts{2, 2}));
  EXPECT_EQ(links_of({arrival("a", 0, kNetwork, "one"), arrival("a", 11, kNetwork, "two")}), (Counts{0, 0}));
  EXPECT_EQ(links_of({arrival("a", 0, kNetwork, "one"), arrival("a", 1, kNetwork, "one")}), (Counts{0, 0}));
  EXPECT_EQ(links_of({arrival("a", 0, kNetwork, "one"), arrival("b", 1, kNetwork, "two")}), (Counts{0, 0}));
}

// Scanners come from several networks at once, and under several names.
TEST(SharedSigns, LinksOfOneMailCountWhoeverOpensThem) {
  EXPECT_EQ(links_of({arrival("a", 0, "203.0.113.0/24", "one"), arrival("a", 10, "198.51.100.0/24", "two")}),
            (Counts{2, 2}));
  EXPECT_EQ(links_of({arrival("a", 0, "", "one"), arrival("a", 5, "", "two")}), (Counts{2, 2}));
  EXPECT_EQ(links_of({arrival("", 0, kNetwork, "one"), arrival("", 5, kNetwork, "two")}), (Counts{0, 0}));
}

TEST(SharedSigns, OrderDoesNotMatter) {
  std::mt19937 random(3);
  std::vector<Arrival> arrivals;
  for (int i = 0; i < 400; ++i) {
    arrivals.push_back(arrival(fmt::format("c{}", random() % 60), static_cast<int>(random() % 4000),
                               fmt::format("203.0.{}.0/24", random() % 8), fmt::format("l{}", random() % 3)));
  }
  auto marked = [](std::vector<Arrival> given) {
    auto signs = find_shared_signs(given);
    std::multiset<std::string> all;
    for (size_t i = 0; i < given.size(); ++i) {
      all.insert(fmt::format("{} {} {} {} {}", given[i].candidate, given[i].link, format_utc(given[i].at),
                             signs[i].candidates > 0, signs[i].links > 0));
    }
    return all;
  };
  auto expected = marked(arrivals);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(arrivals.begin(), arrivals.end(), random);
    ASSERT_EQ(marked(arrivals), expected);
  }
}

// A hundred thousand sessions of one source within two minutes: what is quadratic would not end.
TEST(SharedSigns, TakeACampaignThatOneSourceOpens) {
  std::vector<Arrival> arrivals;
  for (int i = 0; i < 100'000; ++i) arrivals.push_back(arrival(fmt::format("c{}", i), i % 100));
  auto counts = candidates_of(arrivals);
  EXPECT_TRUE(std::all_of(counts.begin(), counts.end(), [](int count) { return count >= 3; }));
}

}  // namespace
}  // namespace candid::track
