#include "campaign/serving/store_door.h"

#include <csignal>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/support/small_disk.h"
#include "tests/track/fixtures.h"
#include "track/api/store_api.h"

namespace candid::campaign {
namespace {

using candid::test::must;
using Bytes = std::vector<uint8_t>;

Bytes some_bytes(size_t count, uint32_t seed = 1) {
  Bytes bytes(count);
  for (uint8_t& byte : bytes) {
    seed = seed * 1'664'525 + 1'013'904'223;
    byte = static_cast<uint8_t>(seed >> 24);
  }
  return bytes;
}

track::ObjectUpload upload_of(std::string name, const Bytes& bytes) {
  return {std::move(name), bytes.size(), to_hex(sha256(bytes))};
}

std::span<const uint8_t> cut(const Bytes& bytes, size_t offset, size_t length) {
  return std::span(bytes).subspan(offset, std::min(length, bytes.size() - offset));
}

class StoreDoorTest : public testing::Test {
 protected:
  std::filesystem::path root() const { return folder_.path() / "store"; }
  std::filesystem::path uploads() const { return root() / ".uploads"; }
  size_t unfinished() const { return must(files_below(uploads())).size(); }
  std::filesystem::path only_unfinished() const { return must(files_below(uploads())).at(0); }
  bool is_there(std::string_view name) { return door_->find(name).has_value(); }
  Bytes content(std::string_view name) { return must(store_->get(name)); }
  ErrorKind kind_of_append(const track::ObjectUpload& upload, uint64_t offset, std::span<const uint8_t> bytes) {
    auto result = door_->append(upload, offset, bytes);
    return result ? ErrorKind::Internal : result.error().kind();
  }
  void send_whole(const track::ObjectUpload& upload, const Bytes& bytes, size_t piece = 1 << 16) {
    for (uint64_t offset = must(door_->received(upload)); offset < bytes.size();) {
      offset = must(door_->append(upload, offset, cut(bytes, offset, piece)));
    }
  }

  static Bytes served(const std::vector<track::Extent>& extents) {
    Bytes bytes;
    for (const track::Extent& extent : extents) {
      std::ifstream file(extent.file, std::ios::binary);
      Bytes piece(extent.length);
      file.seekg(static_cast<std::streamoff>(extent.offset));
      file.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
      bytes.insert(bytes.end(), piece.begin(), piece.begin() + file.gcount());
    }
    return bytes;
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::unique_ptr<upload::FolderStore> store_ = must(upload::FolderStore::open(root()));
  std::unique_ptr<StoreDoor> door_ = must(StoreDoor::open(*store_));
};

TEST_F(StoreDoorTest, AnObjectAppearsWithItsLastPieceAndNothingElseStays) {
  Bytes bytes = some_bytes(100'000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  EXPECT_EQ(must(door_->received(upload)), 0u);
  EXPECT_EQ(must(door_->append(upload, 0, cut(bytes, 0, 60'000))), 60'000u);
  EXPECT_EQ(must(door_->received(upload)), 60'000u);
  EXPECT_FALSE(is_there("recipes/m-1.json"));
  EXPECT_EQ(must(door_->append(upload, 60'000, cut(bytes, 60'000, 40'000))), 100'000u);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
  EXPECT_EQ(must(door_->received(upload)), 100'000u);
  EXPECT_EQ(unfinished(), 0u);
}

TEST_F(StoreDoorTest, AnObjectIsServedAsTheFileItIs) {
  Bytes bytes = some_bytes(1000);
  send_whole(upload_of("recipes/m-1.json", bytes), bytes);
  auto file = must(door_->find("recipes/m-1.json"));
  EXPECT_EQ(file.size, 1000u);
  EXPECT_EQ(served(file.extents), bytes);
  std::string old_etag = file.etag;
  Bytes other = some_bytes(1000, 2);
  send_whole(upload_of("recipes/m-1.json", other), other);
  EXPECT_NE(must(door_->find("recipes/m-1.json")).etag, old_etag);
}

TEST_F(StoreDoorTest, AnObjectThatIsReplacedWhileItIsSentIsSentAsItWas) {
  Bytes bytes = some_bytes(1000);
  send_whole(upload_of("recipes/m-1.json", bytes), bytes);
  track::StoreApi api(*door_);
  track::HttpRequest request;
  auto answer = api.answer(request, "recipes/m-1.json");
  Bytes shorter = some_bytes(400, 2);
  send_whole(upload_of("recipes/m-1.json", shorter), shorter);
  auto& body = std::get<track::MediaBody>(answer.body);
  EXPECT_EQ(body.length, 1000u);
  EXPECT_EQ(served(body.extents), bytes);
  // And one that is removed.
  auto next = api.answer(request, "recipes/m-1.json");
  must(door_->remove("recipes/m-1.json"));
  EXPECT_EQ(served(std::get<track::MediaBody>(next.body).extents), shorter);
  EXPECT_EQ(api.answer(request, "recipes/m-1.json").status, 404);
}

TEST_F(StoreDoorTest, WhatWasSentIsNotKeptOpen) {
  Bytes bytes = some_bytes(1000);
  send_whole(upload_of("recipes/m-1.json", bytes), bytes);
  auto open_files = [] {
    std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  auto before = open_files();
  for (int i = 0; i < 10; ++i) {
    must(door_->find("recipes/m-1.json"));
    EXPECT_FALSE(door_->find("recipes"));
    EXPECT_FALSE(door_->find("recipes/m-2.json"));
  }
  EXPECT_EQ(open_files(), before);
}

TEST_F(StoreDoorTest, AnUploadGoesOnInANewProcess) {
  Bytes bytes = some_bytes(100'000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  must(door_->append(upload, 0, cut(bytes, 0, 30'000)));
  door_ = must(StoreDoor::open(*store_));
  EXPECT_EQ(must(door_->received(upload)), 30'000u);
  send_whole(upload, bytes);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
}

TEST_F(StoreDoorTest, APieceAtTheWrongPlaceChangesNothing) {
  Bytes bytes = some_bytes(90'000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  EXPECT_EQ(kind_of_append(upload, 30'000, cut(bytes, 30'000, 10)), ErrorKind::Exists);
  EXPECT_EQ(unfinished(), 0u);
  must(door_->append(upload, 0, cut(bytes, 0, 30'000)));
  EXPECT_EQ(kind_of_append(upload, 0, cut(bytes, 0, 30'000)), ErrorKind::Exists);
  EXPECT_EQ(kind_of_append(upload, 60'000, cut(bytes, 60'000, 30'000)), ErrorKind::Exists);
  EXPECT_EQ(kind_of_append(upload, 30'000, some_bytes(60'001)), ErrorKind::InvalidInput);
  EXPECT_EQ(must(door_->received(upload)), 30'000u);
  send_whole(upload, bytes);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
}

TEST_F(StoreDoorTest, AWholeThatIsNotWhatItsDigestSaysStartsAnew) {
  Bytes bytes = some_bytes(50'000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  Bytes damaged = bytes;
  damaged[40'000] ^= 1;
  must(door_->append(upload, 0, cut(damaged, 0, 30'000)));
  auto refused = door_->append(upload, 30'000, cut(damaged, 30'000, 20'000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Corrupt);
  EXPECT_TRUE(refused.error().retryable());
  EXPECT_EQ(must(door_->received(upload)), 0u);
  EXPECT_FALSE(is_there("recipes/m-1.json"));
  send_whole(upload, bytes);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
}

TEST_F(StoreDoorTest, WhatIsThereIsNotTakenAgain) {
  Bytes bytes = some_bytes(50'000);
  auto upload = upload_of(upload::part_object(to_hex(sha256(bytes))), bytes);
  must(store_->put(upload.name, bytes));
  EXPECT_EQ(must(door_->received(upload)), 50'000u);
  EXPECT_EQ(must(door_->append(upload, 0, cut(bytes, 0, 10))), 50'000u);
  EXPECT_EQ(unfinished(), 0u);
}

TEST_F(StoreDoorTest, AnObjectThatADiskDamagedIsReplaced) {
  Bytes bytes = some_bytes(50'000);
  auto upload = upload_of(upload::part_object(to_hex(sha256(bytes))), bytes);
  must(store_->put(upload.name, some_bytes(50'000, 9)));
  EXPECT_EQ(must(door_->received(upload)), 0u);
  send_whole(upload, bytes);
  EXPECT_EQ(content(upload.name), bytes);
}

TEST_F(StoreDoorTest, TheOldVersionStaysUntilTheNewOneIsWhole) {
  Bytes old_bytes = some_bytes(20'000, 1), new_bytes = some_bytes(20'000, 2);
  must(store_->put("recipes/m-1.json", old_bytes));
  auto upload = upload_of("recipes/m-1.json", new_bytes);
  must(door_->append(upload, 0, cut(new_bytes, 0, 19'999)));
  EXPECT_EQ(content("recipes/m-1.json"), old_bytes);
  send_whole(upload, new_bytes);
  EXPECT_EQ(content("recipes/m-1.json"), new_bytes);
}

TEST_F(StoreDoorTest, AnObjectMayBeEmpty) {
  Bytes nothing;
  EXPECT_EQ(must(door_->append(upload_of("recipes/empty.json", nothing), 0, nothing)), 0u);
  EXPECT_EQ(must(door_->find("recipes/empty.json")).size, 0u);
  EXPECT_EQ(unfinished(), 0u);
}

TEST_F(StoreDoorTest, RemovingIsRepeatable) {
  Bytes bytes = some_bytes(10);
  send_whole(upload_of("recipes/m-1.json", bytes), bytes);
  must(door_->remove("recipes/m-1.json"));
  must(door_->remove("recipes/m-1.json"));
  EXPECT_FALSE(is_there("recipes/m-1.json"));
}

TEST_F(StoreDoorTest, NamesNeverLeaveTheObjects) {
  Bytes bytes = some_bytes(10);
  for (const char* name : {"", "/etc/passwd", "../ledger.db", "a/../../b", ".uploads", ".uploads/0123", "a/.b", ".a",
                           "A", "a//b", "a/", "a b", "a%2e", "a\nb"}) {
    SCOPED_TRACE(name);
    auto upload = upload_of(name, bytes);
    EXPECT_EQ(door_->find(name).error().kind(), ErrorKind::InvalidInput);
    EXPECT_EQ(door_->remove(name).error().kind(), ErrorKind::InvalidInput);
    EXPECT_EQ(door_->received(upload).error().kind(), ErrorKind::InvalidInput);
    EXPECT_EQ(kind_of_append(upload, 0, bytes), ErrorKind::InvalidInput);
  }
  EXPECT_EQ(must(files_below(folder_.path())).size(), 0u);
}

TEST_F(StoreDoorTest, OnlyNamesThatPublishingUsesAreTaken) {
  Bytes bytes = some_bytes(10);
  std::string part = upload::part_object(to_hex(sha256(bytes)));
  for (const std::string& name :
       {std::string("parts"), part.substr(0, 8), std::string("parts/ab/abcdef"), part + "/x", std::string("recipes"),
        std::string("videos"), std::string("recipes/m-1.json/x.json"), std::string("recipes/a/m-1.json"),
        std::string("recipes/m-1"), std::string("recipes/json"), std::string("videos/m-1.json"), std::string("files/a"),
        std::string("index.html")}) {
    EXPECT_EQ(door_->received(upload_of(name, bytes)).error().kind(), ErrorKind::InvalidInput) << name;
    EXPECT_EQ(kind_of_append(upload_of(name, bytes), 0, bytes), ErrorKind::InvalidInput) << name;
  }
  EXPECT_EQ(must(files_below(root())).size(), 0u);
  for (const std::string& name : {part, std::string("recipes/m-1.json"), std::string("recipes/m-1-0123abcd.json"),
                                  std::string("videos/m-1.mp4"), std::string("candid-store.json")}) {
    send_whole(upload_of(name, bytes), bytes);
    EXPECT_EQ(content(name), bytes) << name;
  }
}

TEST_F(StoreDoorTest, WhatIsStoredIsForNobodyElseOnTheMachine) {
  auto mode_of = [](const std::filesystem::path& path) { return std::filesystem::status(path).permissions(); };
  EXPECT_EQ(mode_of(root()), std::filesystem::perms::owner_all);
  Bytes bytes = some_bytes(10);
  send_whole(upload_of("candid-store.json", bytes), bytes);
  EXPECT_EQ(mode_of(root() / "candid-store.json"),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  // An administrator's own choice stays.
  std::filesystem::permissions(root(), std::filesystem::perms(0750));
  door_ = must(StoreDoor::open(*store_));
  EXPECT_EQ(mode_of(root()), std::filesystem::perms(0750));
}

TEST_F(StoreDoorTest, ADisksReserveIsLeftToTheLedger) {
  Bytes bytes = some_bytes(1000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  must(door_->append(upload, 0, cut(bytes, 0, 400)));
  door_ = must(StoreDoor::open(*store_, Clock::system(), [](uint64_t disk_bytes) { return disk_bytes; }));
  auto refused = door_->append(upload, 400, cut(bytes, 400, 600));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::NoSpace);
  EXPECT_EQ(must(door_->received(upload)), 400u) << "what came stays";
  EXPECT_EQ(kind_of_append(upload_of("recipes/m-2.json", bytes), 0, bytes), ErrorKind::NoSpace);
  EXPECT_EQ(unfinished(), 1u);
  door_ = must(StoreDoor::open(*store_));
  send_whole(upload, bytes);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
}

TEST(DiskReserve, IsHalfAGigabyteOrTwoPercentButAnEighthOfASmallDisk) {
  constexpr uint64_t kGigabyte = 1 << 30;
  EXPECT_EQ(reserve_of_disk(20 * kGigabyte), kGigabyte / 2);
  EXPECT_EQ(reserve_of_disk(1000 * kGigabyte), 20 * kGigabyte);
  EXPECT_EQ(reserve_of_disk(1 << 20), uint64_t{1} << 17);
}

TEST_F(StoreDoorTest, AnObjectIsReadOnceHoweverOftenItIsAskedFor) {
  track::test::FakeClock clock;
  door_ = must(StoreDoor::open(*store_, clock));
  Bytes bytes = some_bytes(50'000), other = some_bytes(50'000, 2);
  auto upload = upload_of(upload::part_object(to_hex(sha256(bytes))), bytes);
  must(store_->put(upload.name, bytes));
  EXPECT_EQ(must(door_->received(upload)), upload.size);
  // Only who reads it can tell that a disk has damaged it.
  auto written = std::filesystem::last_write_time(root() / upload.name);
  std::ofstream(root() / upload.name, std::ios::binary | std::ios::in)
      .write(reinterpret_cast<const char*>(other.data()), static_cast<std::streamsize>(other.size()));
  std::filesystem::last_write_time(root() / upload.name, written);
  EXPECT_EQ(must(door_->received(upload)), upload.size);
  EXPECT_EQ(must(door_->append(upload, 0, cut(bytes, 0, 10))), upload.size);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(must(door_->received(upload)), 0u) << "but not for ever";
  send_whole(upload, bytes);
  EXPECT_EQ(content(upload.name), bytes);
}

TEST_F(StoreDoorTest, APartsNameIsItsDigest) {
  Bytes bytes = some_bytes(10);
  auto forged = upload_of(upload::part_object(to_hex(sha256(some_bytes(10, 2)))), bytes);
  EXPECT_EQ(door_->received(forged).error().kind(), ErrorKind::InvalidInput);
  EXPECT_EQ(kind_of_append(forged, 0, bytes), ErrorKind::InvalidInput);
}

TEST_F(StoreDoorTest, AnObjectAndAFolderDoNotShareAName) {
  Bytes bytes = some_bytes(10);
  send_whole(upload_of("recipes/m-1.json", bytes), bytes);
  EXPECT_EQ(kind_of_append(upload_of("recipes", bytes), 0, bytes), ErrorKind::InvalidInput);
  EXPECT_EQ(kind_of_append(upload_of("recipes/m-1.json/x", bytes), 0, bytes), ErrorKind::InvalidInput);
  EXPECT_EQ(door_->find("recipes").error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(door_->find("recipes/m-1.json/x").error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
}

TEST_F(StoreDoorTest, ManySendersOfOneUploadDoNotInterleave) {
  constexpr size_t kPiece = 20'000;
  Bytes bytes = some_bytes(50 * kPiece);
  auto upload = upload_of("recipes/m-1.json", bytes);
  std::atomic<int> taken = 0;
  auto send = [&] {
    StoreDoor& door = *door_;
    while (true) {
      auto offset = door.received(upload);
      if (offset == upload.size) return;
      auto after = offset ? door.append(upload, *offset, cut(bytes, *offset, kPiece)) : offset;
      if (after) taken += *after == *offset + kPiece ? 1 : 0;
      // The others' pieces are the only thing that may be in the way.
      if (!after) {
        ASSERT_TRUE(after.error().kind() == ErrorKind::Exists || after.error().retryable()) << after.error().describe();
      }
    }
  };
  std::vector<std::thread> senders;
  for (int i = 0; i < 6; ++i) senders.emplace_back(send);
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
  EXPECT_EQ(taken, 50);
  EXPECT_EQ(unfinished(), 0u);
}

TEST_F(StoreDoorTest, AnUploadOutlivesAKillAtAnyMoment) {
  Bytes bytes = some_bytes(1'000'000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  bool is_whole = false;  // where the children are much faster than we are
  for (int acknowledged = 1; acknowledged <= 12 && !is_whole; ++acknowledged) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    pid_t child = ::fork();
    if (child == 0) {
      uint64_t offset = door_->received(upload).value_or(0);
      while (offset < upload.size) {
        offset = door_->append(upload, offset, cut(bytes, offset, 700)).value_or(offset);
        [[maybe_unused]] ssize_t told = ::write(pipe[1], &offset, sizeof offset);
      }
      ::_exit(0);
    }
    ::close(pipe[1]);
    uint64_t durable = 0;
    for (int i = 0; i < acknowledged && !is_whole; ++i)
      is_whole = ::read(pipe[0], &durable, sizeof durable) != ssize_t{sizeof durable};
    if (is_whole) {
      EXPECT_EQ(must(door_->received(upload)), upload.size);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(pipe[0]);
    EXPECT_GE(must(door_->received(upload)), durable);
  }
  send_whole(upload, bytes);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
  EXPECT_EQ(unfinished(), 0u);
}

TEST_F(StoreDoorTest, AnUploadThatLostItsLastStepIsFinished) {
  Bytes bytes = some_bytes(50'000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  must(door_->append(upload, 0, cut(bytes, 0, 30'000)));
  // As the power goes between the last byte and the name.
  must(write_file(only_unfinished(), bytes));
  EXPECT_EQ(must(door_->received(upload)), 50'000u);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
  EXPECT_EQ(unfinished(), 0u);
}

TEST_F(StoreDoorTest, WhatNobodyAddedToForAWeekIsRemoved) {
  Bytes bytes = some_bytes(100);
  must(door_->append(upload_of("recipes/old.json", bytes), 0, cut(bytes, 0, 50)));
  std::filesystem::path old_file = only_unfinished();
  must(door_->append(upload_of("recipes/new.json", bytes), 0, cut(bytes, 0, 50)));
  auto now = std::filesystem::file_time_type::clock::now();
  for (const auto& file : must(files_below(uploads()))) {
    std::filesystem::last_write_time(file, now - std::chrono::hours(file == old_file ? 24 * 7 + 1 : 24 * 7 - 1));
  }
  door_ = must(StoreDoor::open(*store_));
  EXPECT_EQ(must(door_->received(upload_of("recipes/old.json", bytes))), 0u);
  EXPECT_EQ(must(door_->received(upload_of("recipes/new.json", bytes))), 50u);
  EXPECT_EQ(must(door_->remove_stale_uploads()), 0);
}

// A limit on the sizes of this process's files, until destroyed: a disk that takes no more, for any user.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit tight{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

TEST_F(StoreDoorTest, OfAPieceThatCannotBeWrittenNothingIsKept) {
  Bytes bytes = some_bytes(100'000);
  auto upload = upload_of("recipes/m-1.json", bytes);
  must(door_->append(upload, 0, cut(bytes, 0, 40'000)));
  {
    FileSizeLimit limit(50'000);
    EXPECT_FALSE(door_->append(upload, 40'000, cut(bytes, 40'000, 60'000)));
    EXPECT_EQ(must(door_->received(upload)), 40'000u);
    EXPECT_EQ(std::filesystem::file_size(only_unfinished()), 40'000u);
  }
  send_whole(upload, bytes);
  EXPECT_EQ(content("recipes/m-1.json"), bytes);
}

TEST_F(StoreDoorTest, AFullDiskIsSaidAndBreaksNothing) {
  auto disk = candid::test::SmallDisk::mount(root(), 1024);
  if (!disk) GTEST_SKIP() << candid::test::kNoSmallDisk;
  door_ = must(StoreDoor::open(*store_));
  Bytes first = some_bytes(500'000, 1), second = some_bytes(700'000, 2);
  send_whole(upload_of("recipes/first.json", first), first);
  auto upload = upload_of("recipes/second.json", second);
  must(door_->append(upload, 0, cut(second, 0, 300'000)));
  auto full = door_->append(upload, 300'000, cut(second, 300'000, 400'000));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind(), ErrorKind::NoSpace);
  EXPECT_EQ(must(door_->received(upload)), 300'000u);
  EXPECT_EQ(content("recipes/first.json"), first);
  must(door_->remove("recipes/first.json"));
  send_whole(upload, second);
  EXPECT_EQ(content("recipes/second.json"), second);
}

}  // namespace
}  // namespace candid::campaign
