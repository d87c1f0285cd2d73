#include "core/random.h"

#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace candid {
namespace {

TEST(PassingToken, HasTheLengthOfItsBits) {
  for (size_t bits : {8, 96, 128, 160, 1024}) EXPECT_EQ(passing_token(bits).size(), random_token(bits).size()) << bits;
}

TEST(PassingToken, IsGivenOutOnce) {
  std::mutex mutex;
  std::set<std::string> seen;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) {
          std::string token = passing_token(128);
          std::lock_guard lock(mutex);
          EXPECT_TRUE(seen.insert(std::move(token)).second);
        }
      });
    }
  }
  EXPECT_EQ(seen.size(), 8000u);
}

TEST(PassingToken, ACopyOfTheProcessGivesOutOthers) {
  (void)passing_token(128);  // the supply is there
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::string token = passing_token(128);
    const bool written = ::write(ends[1], token.data(), token.size()) == static_cast<ssize_t>(token.size());
    ::_exit(written ? 0 : 1);
  }
  const std::string own = passing_token(128);
  std::string other(own.size(), '\0');
  EXPECT_EQ(::read(ends[0], other.data(), other.size()), static_cast<ssize_t>(other.size()));
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_NE(own, other);
}

}  // namespace
}  // namespace candid
