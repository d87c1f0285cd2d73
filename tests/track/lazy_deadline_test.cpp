#include "track/web/lazy_deadline.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace candid::track {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class LazyDeadlineTest : public testing::Test {
 protected:
  // Until nothing rings any more; a deadline in an hour is not waited for.
  void run() { io_.run(); }

  boost::asio::io_context io_;
  int passed_ = 0;
  LazyDeadline deadline_{io_.get_executor(), [this] {
                           ++passed_;
                           io_.stop();
                         }};
};

TEST_F(LazyDeadlineTest, PassesOnce) {
  deadline_.expires_after(milliseconds(5));
  run();
  EXPECT_EQ(passed_, 1);
  EXPECT_TRUE(deadline_.has_passed());
}

TEST_F(LazyDeadlineTest, ALaterTimeTakesThePlaceOfAnEarlierOne) {
  deadline_.expires_after(milliseconds(5));
  deadline_.expires_after(hours(1));
  while (io_.poll_one() == 0) {
  }
  EXPECT_EQ(passed_, 0) << "it rang, and had time left";
  EXPECT_FALSE(deadline_.has_passed());
}

TEST_F(LazyDeadlineTest, AnEarlierTimeTakesThePlaceOfALaterOne) {
  deadline_.expires_after(hours(1));
  deadline_.expires_after(milliseconds(5));
  run();
  EXPECT_EQ(passed_, 1);
}

TEST_F(LazyDeadlineTest, NeverPassesWhenWhatItLimitsHasEnded) {
  deadline_.expires_after(milliseconds(5));
  deadline_.expires_never();
  run();
  EXPECT_EQ(passed_, 0);
}

TEST_F(LazyDeadlineTest, LimitsWhatComesAfterItHasPassed) {
  deadline_.expires_after(milliseconds(5));
  run();
  deadline_.expires_after(milliseconds(5));
  EXPECT_FALSE(deadline_.has_passed());
  io_.restart();
  run();
  EXPECT_EQ(passed_, 2);
}

TEST_F(LazyDeadlineTest, IsSilentOnceItIsClosed) {
  deadline_.expires_after(milliseconds(5));
  deadline_.close();
  run();
  EXPECT_EQ(passed_, 0);
}

}  // namespace
}  // namespace candid::track
