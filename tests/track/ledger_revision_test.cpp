// What a server keeps of look-ups, and how every program that has the ledger open ends that.

#include "track/ledger/ledger_revision.h"

#include <set>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/ledger/ledger.h"
#include "track/ledger/linked_cache.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::FakeClock;
using test::kNoon;
using test::sample_message;
using namespace std::chrono_literals;

class LedgerRevisionTest : public testing::Test {
 protected:
  void SetUp() override { must(write_file(ledger_, "", FileMode::Private)); }
  LedgerRevision open() const { return {ledger_, LedgerRevision::Use::Keep}; }
  static uint64_t of(const LedgerRevision& revision) { return revision.now().value().revision; }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path ledger_ = folder_.path() / "ledger.db";
  std::filesystem::path file_ = folder_.path() / "ledger.db.revision";
};

TEST_F(LedgerRevisionTest, IsAnotherOneForAllAfterEachChange) {
  LedgerRevision one = open(), other = open();
  EXPECT_EQ(of(one), of(other));
  std::set<uint64_t> seen = {of(one)};
  for (LedgerRevision* changing : {&one, &other, &one}) {
    {
      const LedgerRevision::Change change(*changing);
      EXPECT_TRUE(seen.insert(of(one)).second) << "already while it is made";
    }
    EXPECT_TRUE(seen.insert(of(one)).second);
    EXPECT_EQ(of(one), of(other));
  }
}

TEST_F(LedgerRevisionTest, StaysWithoutAChange) {
  const uint64_t before = of(open());
  EXPECT_EQ(of(open()), before);
}

TEST_F(LedgerRevisionTest, IsReadableByWhoReadsTheLedger) {
  for (const mode_t mode : {0600, 0660, 0640}) {
    must(remove_file(file_));
    ASSERT_EQ(::chmod(ledger_.c_str(), mode), 0);
    (void)open();
    struct stat facts {};
    ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, mode);
    EXPECT_EQ(facts.st_size, 8);
  }
}

TEST_F(LedgerRevisionTest, AFileThatIsTooShortIsFilledAgain) {
  LedgerRevision revision = open();
  for (const char* text : {"", "short"}) {
    ASSERT_EQ(::truncate(file_.c_str(), 0), 0);  // while it is open
    must(write_file(file_, text));
    EXPECT_TRUE(revision.now_for_certain());
    EXPECT_EQ(std::filesystem::file_size(file_), 8u);
  }
}

TEST_F(LedgerRevisionTest, OneThatIsMadeShorterWhileItIsOpenTellsNothingUntilTheNextChange) {
  LedgerRevision revision = open();
  ASSERT_EQ(::truncate(file_.c_str(), 3), 0);
  EXPECT_FALSE(revision.now());
  { const LedgerRevision::Change change(revision); }
  EXPECT_TRUE(revision.now());
}

TEST_F(LedgerRevisionTest, AFileThatWasDeletedIsMadeAnewAndFoundByAll) {
  LedgerRevision reader = open(), writer = open();
  must(remove_file(file_));
  { const LedgerRevision::Change change(writer); }
  ASSERT_TRUE(std::filesystem::exists(file_));
  EXPECT_EQ(reader.now_for_certain().value().revision, of(writer));
  const uint64_t before = of(reader);
  { const LedgerRevision::Change change(writer); }
  EXPECT_NE(of(reader), before);
}

TEST_F(LedgerRevisionTest, WithoutAFileNothingIsKnownAndNobodyWaits) {
  std::filesystem::create_directory(folder_.path() / "gone");
  LedgerRevision revision(folder_.path() / "gone/ledger.db", LedgerRevision::Use::Keep);  // no ledger, so none made
  EXPECT_FALSE(revision.now());
  EXPECT_FALSE(revision.now_for_certain());
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) const LedgerRevision::Change change(revision);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1000 * kBelieved / 2);
}

TEST_F(LedgerRevisionTest, WhoCannotTellWaitsUntilNobodyBelieves) {
  std::filesystem::create_directory(file_);
  LedgerRevision revision = open();
  EXPECT_FALSE(revision.now_for_certain());
  const auto before = std::chrono::steady_clock::now();
  { const LedgerRevision::Change change(revision); }
  EXPECT_GE(std::chrono::steady_clock::now() - before, kBelieved);
}

TEST_F(LedgerRevisionTest, WhatIsNoRevisionIsLeftAsItIs) {
  const std::filesystem::path other = folder_.path() / "other";
  must(write_file(other, "precious"));
  std::filesystem::create_hard_link(other, file_);
  for (int i = 0; i < 2; ++i) {
    LedgerRevision revision = open();
    EXPECT_FALSE(revision.now());
    { const LedgerRevision::Change change(revision); }
    EXPECT_EQ(must(read_text_file(file_)), i == 0 ? "precious" : "a text that is longer than a revision");
    must(remove_file(file_));
    must(write_file(file_, "a text that is longer than a revision"));
  }
}

TEST_F(LedgerRevisionTest, AnOpenFileIsFollowedByMany) {
  LedgerRevision revision = open();
  std::jthread reader([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) (void)revision.now();
  });
  for (int i = 0; i < 200; ++i) {
    must(remove_file(file_));
    EXPECT_TRUE(revision.now_for_certain());
  }
}

class LinkedCacheTest : public testing::Test {
 protected:
  static Linked linked(int64_t id) {
    return std::make_shared<const LinkedMessage>(LinkedMessage{{.id = id}, sample_message()});
  }
  const LedgerMoment start_{1, std::chrono::steady_clock::time_point(1h)};
  static LedgerMoment later(LedgerMoment moment, std::chrono::milliseconds time) {
    moment.time += time;
    return moment;
  }
  LinkedCache<int64_t> cache_;
};

TEST_F(LinkedCacheTest, GivesWhatWasKeptForASecond) {
  EXPECT_FALSE(cache_.find(7, start_));
  const Linked kept = linked(7);
  cache_.keep(7, kept, start_);
  EXPECT_EQ(cache_.find(7, later(start_, kBelieved - 1ms)), kept);
  EXPECT_FALSE(cache_.find(7, later(start_, kBelieved)));
  EXPECT_FALSE(cache_.find(8, start_));
}

TEST_F(LinkedCacheTest, AnotherRevisionEndsAllOfIt) {
  (void)cache_.find(7, start_);
  cache_.keep(7, linked(7), start_);
  cache_.keep(8, linked(8), start_);
  EXPECT_FALSE(cache_.find(7, {2, start_.time}));
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(LinkedCacheTest, WhatWasLookedUpBeforeAChangeIsNotKeptAfterIt) {
  (void)cache_.find(7, start_);
  (void)cache_.find(7, {2, start_.time});
  cache_.keep(7, linked(7), start_);
  EXPECT_FALSE(cache_.find(7, {2, start_.time}));
}

TEST_F(LinkedCacheTest, WhatNobodyAsksForLeavesTheMemoryToo) {
  for (const LedgerMoment& now : {later(start_, kBelieved), LedgerMoment{2, start_.time}}) {
    (void)cache_.find(7, start_);
    cache_.keep(7, linked(7), start_);
    cache_.drop_old(start_);
    EXPECT_EQ(cache_.size(), 1u);
    cache_.drop_old(now);
    EXPECT_EQ(cache_.size(), 0u);
  }
}

TEST_F(LinkedCacheTest, HoldsNoMoreThanItsBound) {
  (void)cache_.find(0, start_);
  const Linked one = linked(1);
  for (size_t i = 0; i < 3 * LinkedCache<int64_t>::kMost; ++i) {
    cache_.keep(static_cast<int64_t>(i), one, start_);
    ASSERT_LE(cache_.size(), LinkedCache<int64_t>::kMost);
  }
}

class KeptLinks : public testing::Test {
 protected:
  void SetUp() override {
    must(ledger_->upsert_messages({sample_message()}));
    put({});
  }
  void put(const LinkTerms& terms) { must(ledger_->put_link(token_, "m-1", Purpose::Candidate, terms)); }
  std::unique_ptr<Ledger> open() { return must(open_sqlite_ledger(path_, clock_)); }
  // Until what was looked up is at hand; a busy machine may take longer than that is believed.
  Linked keep() {
    Linked found = must(ledger_->find_linked(token_));
    while (found != nullptr && ledger_->linked_at_hand(token_) != found) found = must(ledger_->find_linked(token_));
    return found;
  }
  std::string headline() { return must(ledger_->find_linked(token_))->message.page.headline; }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path path_ = folder_.path() / "ledger.db";
  FakeClock clock_;
  std::unique_ptr<Ledger> ledger_ = open();
  const Sha256 token_ = sha256("a token");
};

TEST_F(KeptLinks, AreNotLookedUpAgain) {
  const Linked kept = keep();
  ASSERT_TRUE(kept);
  const int64_t number = kept->link.id;
  Linked found = must(ledger_->find_linked(number));
  while (must(ledger_->find_linked(number)) != found) found = must(ledger_->find_linked(number));
  EXPECT_EQ(found->message, kept->message);
}

TEST_F(KeptLinks, EndWithEveryChangeOfThisProgramOrAnother) {
  auto other = open();
  for (Ledger* changing : {ledger_.get(), other.get()}) {
    auto changed = [&](const char* what) {
      EXPECT_FALSE(ledger_->linked_at_hand(token_)) << what;
      ASSERT_TRUE(keep()) << what;
    };
    ASSERT_TRUE(keep());
    auto message = sample_message();
    message.page.headline = "Hello again";
    must(changing->upsert_messages({message}));
    changed("its message is another");
    EXPECT_EQ(headline(), "Hello again");
    must(changing->put_link(token_, "m-1", Purpose::Candidate, {.may_download = true}));
    changed("its terms are others");
    must(changing->stop_tracking(keep()->link.id));
    changed("it is not tracked any more");
    EXPECT_TRUE(must(ledger_->find_linked(token_))->link.do_not_track);
  }
}

TEST_F(KeptLinks, ARevokedLinkIsFoundByNobody) {
  auto other = open();
  int number = 0;
  for (Ledger* revoking : {ledger_.get(), other.get()}) {
    for (int way = 0; way < 4; ++way) {
      const Sha256 token = sha256(std::to_string(number++));
      must(ledger_->upsert_messages({sample_message()}));
      must(ledger_->put_link(token, "m-1", Purpose::Candidate, {}));
      const int64_t id = must(ledger_->find_linked(token))->link.id;
      while (!ledger_->linked_at_hand(token)) must(ledger_->find_linked(token));
      if (way == 0) must(revoking->revoke_link(token));
      if (way == 1) must(revoking->revoke_links("m-1"));
      if (way == 2) must(revoking->revoke_messages({"m-1"}));
      if (way == 3) must(revoking->erase({.receipt = make_receipt(), .message_ids = {"m-1"}}));
      EXPECT_FALSE(ledger_->linked_at_hand(token)) << way;
      EXPECT_FALSE(must(ledger_->find_linked(token))) << way;
      EXPECT_FALSE(must(ledger_->find_linked(id))) << way;
    }
  }
}

TEST_F(KeptLinks, EndWhenTheirTimeIsOver) {
  put({.expires_at = kNoon + 10min});
  ASSERT_TRUE(keep());
  clock_.advance(10min);
  EXPECT_FALSE(ledger_->linked_at_hand(token_));
  EXPECT_FALSE(must(ledger_->find_linked(token_)));
}

TEST_F(KeptLinks, AreNoneWhereViewsAreCounted) {
  put({.view_limit = 2});
  const int64_t id = must(ledger_->find_linked(token_))->link.id;
  EXPECT_FALSE(ledger_->linked_at_hand(token_));
  must(ledger_->admit_view(id, "a session"));
  EXPECT_EQ(must(ledger_->find_linked(token_))->link.views, 1);
}

TEST_F(KeptLinks, EventsChangeNothing) {
  const Linked kept = keep();
  const auto revision = must(read_file(path_.string() + ".revision"));
  Event event;
  event.link_id = kept->link.id;
  event.network = "203.0.113.0/24";
  must(ledger_->append_and_wait({event}));
  must(ledger_->drop_networks_before(kNoon));
  EXPECT_EQ(must(read_file(path_.string() + ".revision")), revision);
}

TEST_F(KeptLinks, WhatAnotherToolWritesIsSeenWithinASecond) {
  ASSERT_TRUE(keep());
  SQLite::Database(path_.string(), SQLite::OPEN_READWRITE, 10'000).exec("UPDATE message SET candidate_name = 'Other'");
  while (must(ledger_->find_linked(token_))->message.candidate_name != "Other") std::this_thread::yield();
}

TEST_F(KeptLinks, AreNoneInALedgerThatIsOnlyLookedInto) {
  ledger_.reset();
  must(remove_file(path_.string() + ".revision"));
  auto looked = must(look_into_sqlite_ledger(path_, clock_));
  ASSERT_TRUE(must(looked->find_linked(token_)));
  EXPECT_FALSE(looked->linked_at_hand(token_));
  EXPECT_FALSE(std::filesystem::exists(path_.string() + ".revision"));
}

TEST_F(KeptLinks, WhereTheFileCannotBeUsedTheLedgerIsAsked) {
  ledger_.reset();
  must(remove_file(path_.string() + ".revision"));
  std::filesystem::create_symlink("/dev/null", path_.string() + ".revision");
  ledger_ = open();
  ASSERT_TRUE(must(ledger_->find_linked(token_)));
  EXPECT_FALSE(ledger_->linked_at_hand(token_));
  must(ledger_->revoke_link(token_));
  EXPECT_FALSE(must(ledger_->find_linked(token_)));
}

}  // namespace
}  // namespace candid::track
