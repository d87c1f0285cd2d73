#include "upload/s3/line_speed.h"

#include <gtest/gtest.h>

namespace candid::upload {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kLeast = 8 << 20;
constexpr uint64_t kMost = 64 << 20;

TEST(LineSpeed, BeforeAnythingIsKnownRequestsAreSmall) {
  EXPECT_EQ(LineSpeed().worth_of_one_request(kLeast, kMost), kLeast);
}

TEST(LineSpeed, OnAFastLineOneRequestBringsMore) {
  LineSpeed speed;
  speed.learn(20'000'000, 1s);
  EXPECT_EQ(speed.worth_of_one_request(kLeast, kMost), 40'000'000U);
  speed.learn(1'000'000'000, 1s);
  EXPECT_EQ(speed.worth_of_one_request(kLeast, kMost), kMost);
}

TEST(LineSpeed, ALineThatBecomesSlowCountsAtOnce) {
  LineSpeed speed;
  speed.learn(50'000'000, 1s);
  speed.learn(8 << 20, 60s);
  EXPECT_EQ(speed.worth_of_one_request(kLeast, kMost), kLeast);
  speed.learn(50'000'000, 1s);
  EXPECT_LT(speed.worth_of_one_request(kLeast, kMost), 50'000'000U);
}

TEST(LineSpeed, SmallTransfersTellNothing) {
  LineSpeed speed;
  speed.learn(1000, 1ms);
  speed.learn(20'000'000, 1s);
  speed.learn(1000, 10s);
  EXPECT_EQ(speed.worth_of_one_request(kLeast, kMost), 40'000'000U);
}

}  // namespace
}  // namespace candid::upload
