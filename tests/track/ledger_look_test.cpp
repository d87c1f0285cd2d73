// Looking into SQLite's ledger: it and its folder stay as they are.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/ledger/ledger.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::sample_message;

class LedgerLook : public testing::Test {
 protected:
  // As closed by a program that published.
  void make() const {
    auto ledger = must(open_sqlite_ledger(path_));
    must(ledger->upsert_messages({sample_message()}));
    must(ledger->put_link(sha256("token"), "m-1", Purpose::Candidate, {}));
  }
  void change(const std::string& sql) const {
    SQLite::Database(path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
  }
  std::map<std::filesystem::path, std::vector<uint8_t>> everything() const {
    std::map<std::filesystem::path, std::vector<uint8_t>> contents;
    for (const auto& path : must(files_below(folder_.path()))) contents[path] = must(read_file(path));
    return contents;
  }
  Result<std::unique_ptr<Ledger>> look() const { return look_into_sqlite_ledger(path_); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  // Letters that mean something in an address.
  std::filesystem::path path_ = folder_.path() / "a 100%41?mode=rwc#b" / "ledger.db";
  void SetUp() override { must(make_folder(path_.parent_path())); }
};

TEST_F(LedgerLook, MakesNone) {
  auto expect_nothing_in_it = [&] {
    auto before = everything();
    auto ledger = must(look());
    EXPECT_TRUE(must(ledger->messages("backend")).empty());
    EXPECT_EQ(must(ledger->find_links({sha256("a"), sha256("b")})).size(), 2U);
    EXPECT_EQ(must(ledger->id()).size(), 32U);
    EXPECT_NE(must(ledger->id()), must(must(look())->id()));
    EXPECT_EQ(ledger->describe(), "ledger " + path_.string());
    EXPECT_EQ(ledger->upsert_messages({sample_message()}).error().kind(), ErrorKind::PermissionDenied);
    EXPECT_EQ(everything(), before);
  };
  expect_nothing_in_it();
  must(write_file(path_, ""));  // as a program that was killed leaves it
  expect_nothing_in_it();
}

TEST_F(LedgerLook, TellsAllAndChangesNothing) {
  make();
  std::string id = must(must(open_sqlite_ledger(path_))->id());
  auto before = everything();
  {
    auto ledger = must(look());
    ASSERT_TRUE(ledger);
    EXPECT_EQ(must(ledger->id()), id);
    EXPECT_EQ(must(ledger->messages("backend")).size(), 1U);
    EXPECT_TRUE(must(ledger->find_links({sha256("token")})).at(0));
    EXPECT_EQ(must(ledger->history("m-1")).size(), 1U);
    EXPECT_EQ(everything(), before);
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(LedgerLook, RefusesToWrite) {
  make();
  auto before = everything();
  {
    auto ledger = must(look());
    EXPECT_EQ(ledger->upsert_messages({sample_message("m-2")}).error().kind(), ErrorKind::PermissionDenied);
    EXPECT_EQ(ledger->revoke_links("m-1").error().kind(), ErrorKind::PermissionDenied);
    EXPECT_FALSE(
        ledger->append_and_wait({Event{.link_id = 1, .session = "s", .sequence = 0, .agent = "", .network = ""}}));
  }
  EXPECT_EQ(everything(), before);
}

TEST_F(LedgerLook, SeesWhatOthersHaveCommittedALittleBefore) {
  auto other = must(open_sqlite_ledger(path_));
  must(other->upsert_messages({sample_message()}));
  auto ledger = must(look());
  ASSERT_TRUE(ledger);
  EXPECT_EQ(must(ledger->messages("backend")).size(), 1U);
  must(other->upsert_messages({sample_message("m-2")}));
  EXPECT_EQ(must(ledger->messages("backend")).size(), 2U);
}

TEST_F(LedgerLook, RefusesAnOlderOneAndANewerOneAndLeavesThem) {
  change(must(read_text_file(std::filesystem::path(CANDID_SOURCE_DIR) / "tests/track/ledger_step_1.sql")));
  auto before = everything();
  EXPECT_EQ(look().error().kind(), ErrorKind::Unsupported);
  EXPECT_EQ(everything(), before);
  must(open_sqlite_ledger(path_));
  EXPECT_TRUE(must(look()));
  change("INSERT INTO schema_version VALUES (1000)");
  EXPECT_EQ(look().error().kind(), ErrorKind::Unsupported);
}

TEST_F(LedgerLook, GivesOneWithoutAnIdNone) {
  make();
  change("DELETE FROM meta WHERE key = 'ledger_id'");
  auto before = everything();
  EXPECT_EQ(must(must(look())->id()).size(), 32U);
  EXPECT_EQ(everything(), before);
}

TEST_F(LedgerLook, SaysWhatIsNoLedger) {
  must(write_file(path_, std::string(4096, 'x')));
  EXPECT_EQ(look().error().kind(), ErrorKind::Corrupt);
}

}  // namespace
}  // namespace candid::track
