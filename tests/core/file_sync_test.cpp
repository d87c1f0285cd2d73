#include "core/file_sync.h"

#include <thread>

#include "core/files.h"
#include "tests/support/results.h"

namespace candid {
namespace {

using test::must;
using namespace std::chrono_literals;

TEST(FileSync, IsContentWithAFileThatGrows) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "growing";
  must(write_file(path, std::string_view("a")));
  auto sync = must(FileSync::start(path, 5ms));
  for (int i = 0; i < 20; ++i) {
    must(write_file(folder.path() / "other", std::string_view("b")));
    std::this_thread::sleep_for(2ms);
  }
  must(sync->status());
}

TEST(FileSync, TellsWhatTheDiskDidNotTake) {
  // A device that is no disk: fdatasync(2) says EINVAL.
  auto sync = must(FileSync::start("/dev/null", 1ms));
  Result<void> status;
  for (int i = 0; i < 5000 && status; ++i) {
    std::this_thread::sleep_for(1ms);
    status = sync->status();
  }
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message().find("/dev/null"), std::string::npos);
}

TEST(FileSync, NeedsItsFile) {
  EXPECT_EQ(FileSync::start("/nowhere/at/all", 1s).error().kind(), ErrorKind::NotFound);
}

TEST(FileSync, EndsAtOnce) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "file";
  must(write_file(path, std::string_view("a")));
  auto began = std::chrono::steady_clock::now();
  must(FileSync::start(path, 1h)).reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

}  // namespace
}  // namespace candid
