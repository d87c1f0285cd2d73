#include "campaign/serving/object_mirror.h"

#include <functional>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "campaign/serving/notes_snapshot.h"
#include "campaign/serving/store_library.h"
#include "campaign/workspace.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/campaign/publish_bench.h"
#include "upload/file_notes.h"

namespace candid::campaign {
namespace {

using test::must;
using test::WatchedStore;

// Time that moves when it is told to.
class SetPause final : public Pause {
 public:
  bool wait(std::chrono::milliseconds duration, const std::stop_token&) override {
    time += duration;
    return true;
  }
  std::chrono::steady_clock::time_point now() const override { return time; }
  std::chrono::steady_clock::time_point time = std::chrono::steady_clock::now();
};

// Does something before each fetch: fails, say.
class HookedStore final : public upload::Store {
 public:
  HookedStore(upload::Store& inner, std::function<Result<void>()> before_fetch)
      : inner_(inner), before_fetch_(std::move(before_fetch)) {}
  Result<std::optional<uint64_t>> size_of(std::string_view name) override { return inner_.size_of(name); }
  Result<void> put(std::string_view name, std::span<const uint8_t> bytes) override { return inner_.put(name, bytes); }
  Result<void> put_file(std::string_view name, const std::filesystem::path& file,
                        const upload::PutOptions& options) override {
    return inner_.put_file(name, file, options);
  }
  Result<std::vector<uint8_t>> get(std::string_view name) override { return inner_.get(name); }
  Result<void> get_file(std::string_view name, const std::filesystem::path& file) override {
    TRY_VOID(before_fetch_());
    return inner_.get_file(name, file);
  }
  Result<void> remove(std::string_view name) override { return inner_.remove(name); }
  std::string describe() const override { return inner_.describe(); }

 private:
  upload::Store& inner_;
  std::function<Result<void>()> before_fetch_;
};

class ObjectMirrorTest : public testing::Test {
 protected:
  std::string store_part(const std::string& content) {
    std::string name = to_hex(sha256(content));
    must(folder_store->put(upload::part_object(name), bytes(content)));
    return name;
  }
  static std::span<const uint8_t> bytes(const std::string& text) {
    return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
  }
  std::unique_ptr<ObjectMirror> open(uint64_t most = 1 << 20) {
    return must(ObjectMirror::open(store, folder.path() / "cache", most, pause));
  }

  TemporaryFolder folder = must(TemporaryFolder::create());
  std::unique_ptr<upload::FolderStore> folder_store = must(upload::FolderStore::open(folder.path() / "store"));
  WatchedStore store{*folder_store};
  SetPause pause;
};

TEST_F(ObjectMirrorTest, APartIsFetchedOnceAndKeptAcrossRestarts) {
  std::string part = store_part("some bytes");
  auto mirror = open();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(must(read_text_file(must(mirror->part(part)))), "some bytes");
  EXPECT_EQ(store.gets, 1);
  mirror.reset();
  mirror = open();
  must(mirror->part(part));
  EXPECT_EQ(store.gets, 1);
}

TEST_F(ObjectMirrorTest, ManyWhoAskAtOnceAreServedByOneFetch) {
  std::string part = store_part(std::string(100'000, 'x'));
  auto mirror = open();
  std::vector<std::jthread> askers;
  std::atomic<int> served = 0;
  for (int i = 0; i < 16; ++i) {
    askers.emplace_back([&] {
      auto path = mirror->part(part);
      if (path && std::filesystem::file_size(*path) == 100'000) ++served;
    });
  }
  askers.clear();
  EXPECT_EQ(served, 16);
  EXPECT_EQ(store.gets, 1);
}

TEST_F(ObjectMirrorTest, WhatIsNotItsDigestIsNeverServed) {
  std::string part = store_part("right");
  must(folder_store->put(upload::part_object(part), bytes("wrong")));
  auto mirror = open();
  auto path = mirror->part(part);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().kind(), ErrorKind::Corrupt);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(mirror->part(part).error().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(store.gets, 1) << "it is not fetched for every request";
  must(folder_store->put(upload::part_object(part), bytes("right")));
  pause.time += std::chrono::minutes(1);
  EXPECT_TRUE(mirror->part(part)) << "and is asked for again";
}

TEST_F(ObjectMirrorTest, WhatTheStoreItselfFindsDamagedIsNotFetchedForEveryRequestEither) {
  std::string part = store_part("right");
  bool is_damaged = true;
  int fetches = 0;
  HookedStore comparing(*folder_store, [&]() -> Result<void> {
    ++fetches;
    if (!is_damaged) return {};
    return tl::unexpected(Error(ErrorKind::Corrupt, "it does not arrive as it is stored").retry_may_help());
  });
  auto mirror = must(ObjectMirror::open(comparing, folder.path() / "cache", 1 << 20, pause));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(mirror->part(part).error().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(fetches, 1);
  is_damaged = false;
  pause.time += std::chrono::minutes(1);
  EXPECT_TRUE(mirror->part(part)) << "and is asked for again";
}

TEST_F(ObjectMirrorTest, AStoreThatDoesNotAnswerIsAskedAgainAtOnce) {
  std::string part = store_part("right");
  int fetches = 0;
  HookedStore away(*folder_store, [&]() -> Result<void> {
    if (++fetches < 3) return fail(ErrorKind::Network, "no answer");
    return {};
  });
  auto mirror = must(ObjectMirror::open(away, folder.path() / "cache", 1 << 20, pause));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(mirror->part(part).error().kind(), ErrorKind::Network);
  EXPECT_TRUE(mirror->part(part));
}

TEST_F(ObjectMirrorTest, AfterAFetchThatThrewTheNextOneTriesAnew) {
  std::string part = store_part("some bytes");
  bool throws = true;
  HookedStore throwing(*folder_store, [&]() -> Result<void> {
    if (std::exchange(throws, false)) throw std::bad_alloc();
    return {};
  });
  auto mirror = must(ObjectMirror::open(throwing, folder.path() / "cache", 1 << 20, pause));
  EXPECT_THROW((void)mirror->part(part), std::bad_alloc);
  EXPECT_EQ(must(read_text_file(must(mirror->part(part)))), "some bytes");
}

TEST_F(ObjectMirrorTest, NotesOfAnotherProgramAreReadWithoutBeingTouched) {
  std::filesystem::path file = folder.path() / "notes";
  auto notes = must(upload::FileNotes::open(file));  // and holds their lock
  must(notes->keep("videos/a.mp4", "one"));
  NotesSnapshot snapshot(file);
  EXPECT_EQ(snapshot.find("videos/a.mp4"), "one");
  for (int i = 0; i < 5; ++i) must(notes->keep("videos/b.mp4", std::to_string(i)));
  auto before = must(read_text_file(file));
  EXPECT_EQ(snapshot.names().size(), 2u);
  EXPECT_EQ(snapshot.find("videos/b.mp4"), "4");
  must(snapshot.drop("videos/a.mp4"));
  must(snapshot.keep("videos/c.mp4", "mine"));
  EXPECT_FALSE(snapshot.find("videos/a.mp4"));
  EXPECT_EQ(snapshot.names(), (std::vector<std::string>{"videos/b.mp4", "videos/c.mp4"}));
  EXPECT_EQ(must(read_text_file(file)), before);
  notes.reset();
  EXPECT_EQ(NotesSnapshot(file).find("videos/a.mp4"), "one");
  EXPECT_EQ(must(read_text_file(file)), before) << "also when nobody has it open";
}

TEST_F(ObjectMirrorTest, ANoteThatChangesIsReadAnewThoughItIsKnown) {
  std::filesystem::path file = folder.path() / "notes";
  auto notes = must(upload::FileNotes::open(file));
  must(notes->keep("parts/a", "http://there/1"));
  NotesSnapshot snapshot(file);
  EXPECT_EQ(snapshot.find("parts/a"), "http://there/1");
  // A damaged one is put anew, and the old one is ended.
  must(notes->keep("parts/a", "http://there/2"));
  EXPECT_EQ(snapshot.find("parts/a"), "http://there/2");
  must(notes->drop("parts/a"));
  EXPECT_FALSE(snapshot.find("parts/a"));
  must(notes->keep("parts/a", "http://there/3"));
  notes.reset();
  notes = must(upload::FileNotes::open(file));  // which rewrites the file
  EXPECT_EQ(snapshot.find("parts/a"), "http://there/3");
}

TEST_F(ObjectMirrorTest, WhatIsNotThereIsNotFound) {
  auto mirror = open();
  EXPECT_EQ(mirror->part(std::string(64, 'a')).error().kind(), ErrorKind::NotFound);
  for (const char* name : {"", "../../etc/passwd", "ABCD"}) EXPECT_FALSE(mirror->part(name)) << name;
  EXPECT_FALSE(mirror->recipe_version("nobody"));
  EXPECT_FALSE(mirror->recipe_version("../x"));
}

TEST_F(ObjectMirrorTest, TheLeastRecentlyUsedGoWhenRoomIsNeeded) {
  std::vector<std::string> parts;
  for (char c : {'a', 'b', 'c', 'd'}) parts.push_back(store_part(std::string(1000, c)));
  auto mirror = open(2500);
  must(mirror->part(parts[0]));
  pause.time += std::chrono::minutes(2);
  must(mirror->part(parts[1]));
  pause.time += std::chrono::minutes(2);
  must(mirror->part(parts[0]));  // used again
  must(mirror->part(parts[2]));
  EXPECT_TRUE(mirror->keeps(std::vector{parts[0], parts[2]}));
  EXPECT_FALSE(mirror->keeps(std::vector{parts[1]}));
  // What may be on its way to a viewer stays, even where it is too much.
  must(mirror->part(parts[3]));
  EXPECT_TRUE(mirror->keeps(std::vector{parts[0], parts[2], parts[3]}));
}

TEST_F(ObjectMirrorTest, ARecipeIsAskedForAgainAfterSeconds) {
  must(folder_store->put(recipe_object("m1"), bytes("one")));
  auto mirror = open();
  std::string first = must(mirror->recipe_version("m1"));
  must(folder_store->put(recipe_object("m1"), bytes("two")));
  EXPECT_EQ(must(mirror->recipe_version("m1")), first);
  EXPECT_EQ(store.gets, 1);
  pause.time += std::chrono::seconds(6);
  EXPECT_NE(must(mirror->recipe_version("m1")), first);
  EXPECT_EQ(must(mirror->recipe_text("m1")), "two");
  EXPECT_EQ(store.gets, 2);
  must(folder_store->remove(recipe_object("m1")));
  pause.time += std::chrono::seconds(6);
  EXPECT_FALSE(mirror->recipe_version("m1")) << "what was removed is not served on";
}

TEST_F(ObjectMirrorTest, TwoServersDoNotShareTheirCopies) {
  auto mirror = open();
  auto second = ObjectMirror::open(store, folder.path() / "cache", 1000, pause);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Exists);
}

TEST(ObjectMirrorLibrary, ServesByteForByteWhatTheFolderStoreDoes) {
  test::PublishBench bench;
  bench.render();
  PublishReport report = bench.publish();
  auto store = bench.store();
  auto mirror = must(ObjectMirror::open(*store, bench.folder() / "cache", 1 << 30));
  FolderFiles files(*store);
  StoreLibrary local(files);
  StoreLibrary copied(*mirror);
  auto content = [](const track::MediaFile& file) {
    std::vector<uint8_t> all;
    for (const track::Extent& extent : file.extents) {
      auto bytes = must(read_file(extent.file));
      auto first = bytes.begin() + static_cast<ptrdiff_t>(extent.offset);
      all.insert(all.end(), first, first + static_cast<ptrdiff_t>(extent.length));
    }
    return all;
  };
  for (const PublishedLink& link : report.links) {
    track::MediaFile here = must(local.find(link.video_ref));
    track::MediaFile there = must(copied.find(link.video_ref));
    EXPECT_EQ(there.etag, here.etag);
    EXPECT_EQ(content(there), content(here));
    EXPECT_EQ(content(must(copied.find(link.video_ref))), content(here)) << "and the second time";
  }
}

// A bucket that only signs.
class SigningBucket final : public upload::Bucket {
 public:
  Result<std::string> presigned_get(std::string_view name, std::chrono::seconds lifetime) override {
    return fmt::format("https://bucket.example.com/{}?for={}", name, lifetime.count());
  }
  std::string origin() const override { return "https://bucket.example.com"; }
  Result<void> compose(std::string_view, std::span<const upload::ObjectRange>, std::string_view, std::string_view,
                       const std::function<Result<std::vector<uint8_t>>(const upload::ObjectRange&)>&,
                       const upload::PutOptions&) override {
    return {};
  }
};

TEST_F(ObjectMirrorTest, AComposedVideoIsWhereTheBucketSigns) {
  auto mirror = open();
  SigningBucket bucket;
  StoreLibrary library(*mirror, &bucket);
  track::MediaFile file = must(library.find(composed_ref("m1")));
  EXPECT_EQ(file.redirect, "https://bucket.example.com/videos/m1.mp4?for=3600");
  EXPECT_EQ(file.extents.begin(), file.extents.end());
  EXPECT_THAT(library.origins(), testing::ElementsAre("https://bucket.example.com"));
  EXPECT_EQ(store.gets + store.looks, 0) << "without a transfer";
}

}  // namespace
}  // namespace candid::campaign
