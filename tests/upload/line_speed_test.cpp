#include "upload/s3/line_speed.h"

#include <future>

#include <gtest/gtest.h>

#include "tests/upload/fake_web.h"

namespace candid::upload {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kLeast = 8 << 20;
constexpr uint64_t kMost = 64 << 20;

class LineSpeedTest : public testing::Test {
 protected:
  void learn(uint64_t bytes, std::chrono::milliseconds took) { speed_.learn(bytes, time_.now() - took); }
  uint64_t worth(const std::stop_token& stop = {}) { return speed_.worth_of_one_request(kLeast, kMost, stop); }
  std::future<uint64_t> ask() {
    return std::async(std::launch::async, [this] { return worth(stop_.get_token()); });
  }

  test::FakePause time_;
  LineSpeed speed_{time_};
  std::stop_source stop_;
};

TEST_F(LineSpeedTest, BeforeAnythingIsKnownRequestsAreSmall) {
  EXPECT_EQ(worth(), kLeast);
}

TEST_F(LineSpeedTest, OnAFastLineOneRequestBringsMore) {
  learn(20'000'000, 1s);
  EXPECT_EQ(worth(), 40'000'000U);
  learn(1'000'000'000, 1s);
  EXPECT_EQ(worth(), kMost);
}

TEST_F(LineSpeedTest, ALineThatBecomesSlowCountsAtOnce) {
  learn(50'000'000, 1s);
  learn(8 << 20, 60s);
  EXPECT_EQ(worth(), kLeast);
  learn(50'000'000, 1s);
  EXPECT_LT(worth(), 50'000'000U);
}

TEST_F(LineSpeedTest, SmallTransfersTellNothing) {
  learn(1000, 1ms);
  learn(20'000'000, 1s);
  learn(1000, 10s);
  EXPECT_EQ(worth(), 40'000'000U);
}

TEST_F(LineSpeedTest, WhoAsksSecondWaitsForWhatTheFirstLearns) {
  EXPECT_EQ(worth(), kLeast);
  auto second = ask();
  EXPECT_EQ(second.wait_for(50ms), std::future_status::timeout);
  learn(20'000'000, 1s);
  EXPECT_EQ(second.get(), 40'000'000U);
}

TEST_F(LineSpeedTest, NobodyWaitsLongForASlowLine) {
  EXPECT_EQ(worth(), kLeast);
  time_.wait(3s, {});
  EXPECT_EQ(worth(), kLeast);
}

TEST_F(LineSpeedTest, WhoIsStoppedDoesNotWait) {
  EXPECT_EQ(worth(), kLeast);
  stop_.request_stop();
  auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(worth(stop_.get_token()), kLeast);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1500ms);
}

}  // namespace
}  // namespace candid::upload
