// Media on their way to a peer: which files are open meanwhile, and what happens when one changes.

#include "track/web/send_file.h"

#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/results.h"
#include "track/held_file.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::ip::tcp;
using candid::test::must;

// More than the buffers of both ends take.
constexpr size_t kLong = 24 << 20;

std::string some_bytes(size_t count, unsigned seed = 1) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  return bytes;
}

// How often this process has the file open that lies there, or lay there.
int times_open(const fs::path& path) {
  int times = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the directory's own
    const std::string target = fs::read_symlink(entry.path(), gone).string();
    times += target == path.string() || target == path.string() + " (deleted)" ? 1 : 0;
  }
  return times;
}

class FileTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& bytes) {
    must(write_file(folder_.path() / name, bytes));
    return folder_.path() / name;
  }
  // Another file of the same length under the name.
  void replace(const fs::path& path, const std::string& bytes) {
    const fs::path other = write("other", bytes);
    fs::rename(other, path);
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

// A sender and a peer that takes nothing until it is told to; both on this thread.
class SendFileTest : public FileTest {
 protected:
  SendFileTest() {
    tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    peer_.connect(acceptor.local_endpoint());
    acceptor.accept(sender_);
    peer_.non_blocking(true);
  }

  void start(std::vector<Extent> extents, std::chrono::milliseconds stall = std::chrono::minutes(5)) {
    extents_ = std::move(extents);
    auto send = [this, stall]() -> asio::awaitable<void> {
      sent_ = co_await send_extents(sender_, extents_, stall);
      boost::system::error_code ignored;
      sender_.shutdown(tcp::socket::shutdown_send, ignored);
      ended_ = true;
    };
    asio::co_spawn(io_, send, asio::detached);
    run_until_it_waits();
  }
  void run_until_it_waits() {
    while (io_.poll() > 0) {
    }
  }
  // All that comes until the sender ends.
  std::string take_all() {
    std::string taken;
    std::vector<char> piece(1 << 20);
    for (boost::system::error_code code; code != asio::error::eof;) {
      const size_t bytes = peer_.read_some(asio::buffer(piece), code);
      taken.append(piece.data(), bytes);
      if (code && code != asio::error::would_block && code != asio::error::eof)
        throw std::runtime_error(code.message());
      if (code != asio::error::eof) io_.poll();
    }
    return taken;
  }

  asio::io_context io_{1};
  tcp::socket sender_{io_};
  tcp::socket peer_{io_};
  std::vector<Extent> extents_;
  uint64_t sent_ = 0;
  bool ended_ = false;
};

TEST_F(SendFileTest, APeerThatTakesNothingHoldsNoFile) {
  const std::string bytes = some_bytes(kLong);
  const fs::path path = write("video", bytes);
  start({{path, 0, kLong}});
  ASSERT_FALSE(ended_) << "the peer has taken nothing";
  EXPECT_EQ(times_open(path), 0);
  EXPECT_EQ(take_all(), bytes);
  EXPECT_EQ(sent_, kLong);
  EXPECT_EQ(times_open(path), 0);
}

TEST_F(SendFileTest, SendsExtentsOneAfterTheOther) {
  const std::string one = some_bytes(5'000'000, 1), two = some_bytes(3'000'000, 2);
  const fs::path first = write("one", one), second = write("two", two);
  std::string wanted = one.substr(7, 4'000'000) + two + one.substr(0, 100);
  start({{first, 7, 4'000'000}, {second, 0, two.size()}, {first, 0, 100}});
  EXPECT_EQ(take_all(), wanted);
  EXPECT_EQ(sent_, wanted.size());
}

TEST_F(SendFileTest, ManySmallExtentsLeaveOthersTheirTurn) {
  const std::string bytes = some_bytes(1 << 20);
  const fs::path path = write("video", bytes);
  start(std::vector<Extent>(64, {path, 0, bytes.size() / 2}));
  EXPECT_EQ(take_all().size(), 32 * bytes.size());
  EXPECT_EQ(sent_, 32 * bytes.size());
}

TEST_F(SendFileTest, AFileThatWasReplacedEndsTheAnswer) {
  const std::string bytes = some_bytes(kLong);
  const fs::path path = write("video", bytes);
  start({{path, 0, kLong}, {path, 0, 100}});
  ASSERT_FALSE(ended_);
  replace(path, some_bytes(kLong, 2));
  const std::string taken = take_all();
  EXPECT_LT(taken.size(), kLong);
  EXPECT_EQ(taken.size(), sent_);
  EXPECT_TRUE(bytes.starts_with(taken)) << "bytes of the other file have left";
}

TEST_F(SendFileTest, AFileThatWasWrittenToEndsTheAnswer) {
  const std::string bytes = some_bytes(kLong);
  const fs::path path = write("video", bytes);
  // As if it lay there since long ago: file systems count time in steps.
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
  start({{path, 0, kLong}});
  ASSERT_FALSE(ended_);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << "others";
  const std::string taken = take_all();
  EXPECT_LT(taken.size(), kLong);
  EXPECT_EQ(taken.size(), sent_);
}

TEST_F(SendFileTest, AFileThatWasRemovedEndsTheAnswer) {
  const std::string bytes = some_bytes(kLong);
  const fs::path path = write("video", bytes);
  start({{path, 0, kLong}});
  ASSERT_FALSE(ended_);
  fs::remove(path);
  const std::string taken = take_all();
  EXPECT_LT(taken.size(), kLong);
  EXPECT_TRUE(bytes.starts_with(taken));
}

TEST_F(SendFileTest, AHeldFileLeavesWholeWhateverItsNameStandsFor) {
  const std::string bytes = some_bytes(kLong);
  const fs::path path = write("video", bytes);
  auto held = must(HeldFile::open(path));
  start({held->extent()});
  ASSERT_FALSE(ended_);
  EXPECT_EQ(times_open(path), 1) << "the held one";
  fs::remove(path);
  EXPECT_EQ(take_all(), bytes);
  EXPECT_EQ(sent_, kLong);
}

TEST_F(SendFileTest, AShortFileEndsTheAnswer) {
  const fs::path path = write("video", some_bytes(1000));
  start({{path, 100, 1000}, {path, 0, 100}});
  EXPECT_EQ(take_all().size(), 900u);
  EXPECT_EQ(sent_, 900u);
}

TEST_F(SendFileTest, APeerThatTakesNothingForTooLongEndsTheAnswer) {
  const fs::path path = write("video", some_bytes(kLong));
  start({{path, 0, kLong}}, std::chrono::milliseconds(1));
  while (!ended_) io_.run_one();
  EXPECT_LT(sent_, kLong);
}

class ExtentReaderTest : public FileTest {
 protected:
  // What is read from now on, in pieces.
  static std::string rest_of(ExtentReader& reader) {
    std::string all, piece(1000, '\0');
    while (size_t bytes = reader.read(piece)) all.append(piece, 0, bytes);
    return all;
  }
};

TEST_F(ExtentReaderTest, HoldsNoFileBetweenTwoPieces) {
  const std::string bytes = some_bytes(5000);
  const fs::path path = write("video", bytes);
  const std::vector<Extent> extents = {{path, 10, 3000}, {path, 0, 500}};
  ExtentReader reader(extents);
  std::string piece(1200, '\0');
  ASSERT_EQ(reader.read(piece), piece.size());
  EXPECT_EQ(times_open(path), 0);
  EXPECT_EQ(piece + rest_of(reader), bytes.substr(10, 3000) + bytes.substr(0, 500));
}

TEST_F(ExtentReaderTest, GivesNothingOfAFileThatWasReplaced) {
  const fs::path path = write("video", some_bytes(5000));
  const std::vector<Extent> extents = {{path, 0, 5000}, {path, 0, 100}};
  ExtentReader reader(extents);
  std::string piece(1000, '\0');
  ASSERT_EQ(reader.read(piece), piece.size());
  replace(path, some_bytes(5000, 2));
  EXPECT_EQ(reader.read(piece), 0u);
  EXPECT_EQ(reader.read(piece), 0u);
}

TEST_F(ExtentReaderTest, EndsWhereAFileIsShort) {
  const fs::path path = write("video", some_bytes(1500));
  const std::vector<Extent> extents = {{path, 0, 5000}, {path, 0, 100}};
  ExtentReader reader(extents);
  EXPECT_EQ(rest_of(reader).size(), 1500u);
  const std::vector<Extent> nothing = {{folder_.path() / "absent", 0, 100}};
  ExtentReader absent(nothing);
  EXPECT_EQ(rest_of(absent), "");
}

using HeldFileTest = FileTest;

TEST_F(HeldFileTest, AProcessHasABoundedNumberOfThem) {
  const fs::path path = write("video", "bytes");
  std::vector<std::shared_ptr<HeldFile>> held;
  while (held.size() < kMostHeldFiles) held.push_back(must(HeldFile::open(path)));
  for (int again = 0; again < 2; ++again) {
    auto refused = HeldFile::open(path);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().retryable());
  }
  EXPECT_EQ(times_open(path), static_cast<int>(kMostHeldFiles));
  held.pop_back();
  EXPECT_TRUE(HeldFile::open(path)) << "and its place is free again at once";
  EXPECT_TRUE(HeldFile::open(path));
  held.clear();
  EXPECT_EQ(times_open(path), 0);
}

TEST_F(HeldFileTest, WhatCannotBeOpenedTakesNoPlace) {
  for (size_t tries = 0; tries < 2 * kMostHeldFiles; ++tries) {
    auto absent = HeldFile::open(folder_.path() / "absent");
    ASSERT_FALSE(absent);
    ASSERT_EQ(absent.error().kind(), ErrorKind::NotFound);
    ASSERT_EQ(HeldFile::open(folder_.path()).error().kind(), ErrorKind::NotFound) << "a folder";
  }
  EXPECT_TRUE(HeldFile::open(write("video", "bytes")));
}

}  // namespace
}  // namespace candid::track
