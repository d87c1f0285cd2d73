#include "track/evidence/source_labels.h"

#include <algorithm>
#include <random>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/track/fixtures.h"
#include "track/evidence/shared_signs.h"

namespace candid::track {
namespace {

using test::kNoon;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kHome = "203.0.113.0/24";
constexpr const char* kOffice = "198.51.100.0/24";

using Labels = std::vector<std::string>;

bool share(const Labels& one, const Labels& other) {
  return std::find_first_of(one.begin(), one.end(), other.begin(), other.end()) != one.end();
}

TEST(SourceLabels, TwoRequestsOfOneNetworkShareOneWithinTwoMinutes) {
  for (int begin = 0; begin < 240; begin += 7) {
    SourceLabels labels;
    UtcTime first = kNoon + std::chrono::seconds(begin);
    Labels one = labels.of(kHome, first);
    EXPECT_THAT(one, SizeIs(2));
    EXPECT_TRUE(share(one, labels.of(kHome, first + std::chrono::seconds(1)))) << begin;
    EXPECT_TRUE(share(one, labels.of(kHome, first + kSourceWindow))) << begin;
    EXPECT_FALSE(share(one, labels.of(kHome, first + 2 * kSourceWindow))) << begin;
  }
}

TEST(SourceLabels, NoTwoNetworksShareOne) {
  SourceLabels labels;
  std::set<std::string> all;
  for (int i = 0; i < 5'000; ++i) {
    for (std::string& label : labels.of(fmt::format("10.{}.{}.0/24", i / 256, i % 256), kNoon))
      all.insert(std::move(label));
  }
  EXPECT_EQ(all.size(), 10'000u);
}

TEST(SourceLabels, HoldNothingOfTheNetworkThatAnotherProgramCouldFind) {
  SourceLabels one;
  SourceLabels other;
  EXPECT_FALSE(share(one.of(kHome, kNoon), other.of(kHome, kNoon)));
  // Nor could this one, a while later: the keys are gone.
  Labels before = one.of(kHome, kNoon);
  one.of(kHome, kNoon + std::chrono::hours(1));
  EXPECT_FALSE(share(before, one.of(kHome, kNoon)));
}

TEST(SourceLabels, WhatManyPeopleShareHasNone) {
  SourceLabels labels;
  EXPECT_THAT(labels.of("172.225.46.0/24", kNoon), IsEmpty());  // iCloud Private Relay
  EXPECT_THAT(labels.of("", kNoon), IsEmpty());
}

// The signs that labels give are those that the networks themselves give.
TEST(SourceLabels, GiveTheSignsThatNetworksGive) {
  std::mt19937 random(11);
  SourceLabels labels;
  std::vector<Arrival> by_network;
  for (int i = 0; i < 600; ++i) {
    std::string candidate = fmt::format("c{}", random() % 40);
    by_network.push_back({candidate,
                          candidate,
                          fmt::format("l{}", random() % 3),
                          {random() % 3 == 0 ? kOffice : kHome},
                          kNoon + std::chrono::seconds(random() % 20'000)});
  }
  std::sort(by_network.begin(), by_network.end(), [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  std::vector<Arrival> by_label = by_network;
  for (Arrival& arrival : by_label) {
    Labels given = labels.of(*arrival.sources.begin(), arrival.at);
    arrival.sources = {given.begin(), given.end()};
  }
  auto expected = find_shared_signs(by_network);
  auto found = find_shared_signs(by_label);
  int marked = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found[i].candidates > 0, expected[i].candidates > 0) << i;
    EXPECT_EQ(found[i].links > 0, expected[i].links > 0) << i;
    marked += expected[i].candidates > 0 ? 1 : 0;
  }
  EXPECT_GT(marked, 50);
  EXPECT_LT(marked, 590);
}

TEST(SourceLabels, ManyThreadsGetTheSame) {
  SourceLabels labels;
  const Labels expected = labels.of(kHome, kNoon);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) EXPECT_EQ(labels.of(kHome, kNoon), expected);
    });
  }
}

}  // namespace
}  // namespace candid::track
