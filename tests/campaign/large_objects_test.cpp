// Objects that take seconds to be read, and uploads that somebody else is busy with: nobody waits for them.

#include <algorithm>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "campaign/serving/object_digests.h"
#include "campaign/serving/open_file.h"
#include "campaign/serving/store_door.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"

namespace candid::campaign {
namespace {

using candid::test::must;
using Bytes = std::vector<uint8_t>;

// What no test waits for: without a block on the disk, but it takes minutes to be read.
constexpr uint64_t kEndless = 1ull << 38;

template <typename Value>
void expect_told_to_come_back(const Result<Value>& answer) {
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Io) << answer.error().describe();
  EXPECT_TRUE(answer.error().retryable());
}

class LargeObjectsTest : public testing::Test {
 protected:
  std::filesystem::path root() const { return folder_.path() / "store"; }
  std::vector<std::filesystem::path> unfinished() const { return must(files_below(root() / ".uploads")); }
  std::filesystem::path make_large(const std::string& name, uint8_t first, uint64_t size = ObjectDigests::kLarge) {
    std::filesystem::path path = folder_.path() / name;
    must(write_file(path, std::span(&first, 1)));
    std::filesystem::resize_file(path, size);
    return path;
  }
  // An upload all of which has come, as a server left it that died before it had compared it.
  track::ObjectUpload make_unfinished(const std::string& name, uint64_t size, const std::string& sha256) {
    track::ObjectUpload upload{name, size, sha256};
    std::vector<std::filesystem::path> before = unfinished();
    must(door_->append(upload, 0, Bytes(1)));
    for (const std::filesystem::path& file : unfinished()) {
      if (std::find(before.begin(), before.end(), file) == before.end()) std::filesystem::resize_file(file, size);
    }
    return upload;
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::unique_ptr<upload::FolderStore> store_ = must(upload::FolderStore::open(root()));
  std::unique_ptr<StoreDoor> door_ = must(StoreDoor::open(*store_));
  track::test::FakeClock clock_;
};

TEST_F(LargeObjectsTest, AreReadInTheirOrderWhetherOrNotAnybodyWaits) {
  ObjectDigests digests(clock_, std::chrono::milliseconds(0));
  std::vector<std::filesystem::path> files;
  for (uint8_t i = 0; i < 4; ++i) files.push_back(make_large(fmt::format("{}", i), i));
  for (const auto& file : files) expect_told_to_come_back(digests.of(file));
  std::filesystem::path small = folder_.path() / "small";
  must(write_file(small, std::string_view("small")));
  EXPECT_EQ(must(digests.of(small)), sha256("small")) << "meanwhile";
  // Only the last is asked for again.
  while (!digests.of(files.back())) std::this_thread::yield();
  for (const auto& file : files) EXPECT_EQ(must(digests.of(file)), must(sha256_file(file)));
}

TEST_F(LargeObjectsTest, WhoComesAgainIsToldWhatWasRead) {
  ObjectDigests digests(clock_);
  std::filesystem::path file = make_large("file", 1);
  auto digest = digests.of(file);
  while (!digest) {
    expect_told_to_come_back(digest);
    digest = digests.of(file);
  }
  EXPECT_EQ(*digest, must(sha256_file(file)));
}

TEST_F(LargeObjectsTest, ADigestIsOfTheFileThatItWasMadeFrom) {
  ObjectDigests digests(clock_);
  std::filesystem::path path = folder_.path() / "candid-store.json";
  must(write_file(path, std::string_view("one")));
  FileIdentity first = must(identity_of(path));
  // Somebody else's file takes the name before the first one's digest is remembered.
  must(write_file(path, std::string_view("two")));
  digests.remember(first, sha256("one"));
  EXPECT_EQ(must(digests.of(path)), sha256("two"));
}

TEST_F(LargeObjectsTest, UploadsThatAreComparedKeepNobodyWaiting) {
  auto endless = make_unfinished("videos/endless.mp4", kEndless, std::string(64, 'a'));
  std::vector<std::jthread> askers;
  for (int i = 0; i < 8; ++i) {
    askers.emplace_back([&] {
      expect_told_to_come_back(door_->received(endless));
      expect_told_to_come_back(door_->append(endless, kEndless, {}));
    });
  }
  askers.clear();
  Bytes bytes(1000, 7);
  track::ObjectUpload small{"videos/small.mp4", bytes.size(), to_hex(sha256(bytes))};
  EXPECT_EQ(must(door_->append(small, 0, bytes)), bytes.size());
  EXPECT_EQ(must(store_->get(small.name)), bytes);
}

TEST_F(LargeObjectsTest, UploadsAreHashedAsTheyComeAndNotReadAtTheirEnd) {
  // Whatever would have to be read waits behind this one.
  expect_told_to_come_back(door_->received(make_unfinished("videos/endless.mp4", kEndless, std::string(64, 'a'))));
  Bytes bytes(ObjectDigests::kLarge + 5, 7);
  track::ObjectUpload upload{"videos/large.mp4", bytes.size(), to_hex(sha256(bytes))};
  for (uint64_t offset = 0; offset < bytes.size();) {
    auto piece = std::span(bytes).subspan(offset, std::min<size_t>(8 << 20, bytes.size() - offset));
    offset = must(door_->append(upload, offset, piece));
  }
  EXPECT_EQ(must(store_->get(upload.name)), bytes);
  EXPECT_EQ(must(door_->received(upload)), bytes.size());
}

TEST_F(LargeObjectsTest, AnUploadThatGoesOnAfterARestartIsReadOnce) {
  Bytes bytes(ObjectDigests::kLarge + 5, 7);
  track::ObjectUpload upload{"videos/large.mp4", bytes.size(), to_hex(sha256(bytes))};
  must(door_->append(upload, 0, std::span(bytes).first(bytes.size() - 5)));
  door_ = must(StoreDoor::open(*store_));
  auto received = door_->append(upload, bytes.size() - 5, std::span(bytes).last(5));
  while (!received) {
    expect_told_to_come_back(received);
    received = door_->received(upload);
  }
  EXPECT_EQ(*received, bytes.size());
  EXPECT_EQ(must(store_->get(upload.name)), bytes);
  EXPECT_TRUE(unfinished().empty());
}

TEST_F(LargeObjectsTest, APieceThatAnotherServerAddedIsHashedToo) {
  Bytes bytes(30'000);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i / 7);
  track::ObjectUpload upload{"videos/v.mp4", bytes.size(), to_hex(sha256(bytes))};
  auto other = must(StoreDoor::open(*store_));
  must(door_->append(upload, 0, std::span(bytes).first(10'000)));
  must(other->append(upload, 10'000, std::span(bytes).subspan(10'000, 10'000)));
  EXPECT_EQ(must(door_->append(upload, 20'000, std::span(bytes).last(10'000))), bytes.size());
  EXPECT_EQ(must(store_->get(upload.name)), bytes);
}

TEST_F(LargeObjectsTest, WhoMeetsAnotherAtAnUploadIsToldToComeBack) {
  Bytes bytes(1000, 7);
  track::ObjectUpload upload{"videos/v.mp4", bytes.size(), to_hex(sha256(bytes))};
  must(door_->append(upload, 0, std::span(bytes).first(400)));
  std::filesystem::last_write_time(unfinished().at(0),
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 8));
  {
    OpenFile another(::open(unfinished().at(0).c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(another.descriptor, LOCK_EX), 0);
    expect_told_to_come_back(door_->received(upload));
    expect_told_to_come_back(door_->append(upload, 400, std::span(bytes).last(600)));
    EXPECT_EQ(must(door_->remove_stale_uploads()), 0) << "it is in use";
  }
  EXPECT_EQ(must(door_->append(upload, 400, std::span(bytes).last(600))), bytes.size());
}

}  // namespace
}  // namespace candid::campaign
