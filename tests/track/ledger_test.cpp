// What is SQLite's own; what every ledger does is in tests/contract.

#include "track/ledger/ledger.h"

#include <condition_variable>
#include <mutex>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/support/small_disk.h"
#include "tests/track/fixtures.h"
#include "track/ledger/sqlite_connection.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::FakeClock;
using test::sample_message;

class SqliteLedgerTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> open() { return must(open_sqlite_ledger(path_, clock_)); }

  static std::string make_link(Ledger& ledger) {
    must(ledger.upsert_messages({sample_message()}));
    std::string token = make_token();
    must(ledger.put_link(sha256(token), "m-1", Purpose::Candidate, {}));
    return token;
  }

  std::string all_bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      auto bytes = must(read_file(entry.path()));
      all.append(bytes.begin(), bytes.end());
    }
    return all;
  }

  // The tables of the first release, step 1, as it made them.
  void make_first_release() const {
    SQLite::Database database(path_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(must(read_text_file(std::filesystem::path(CANDID_SOURCE_DIR) / "tests/track/ledger_step_1.sql")));
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path path_ = folder_.path() / "ledger.sqlite";
  FakeClock clock_;
};

TEST_F(SqliteLedgerTest, HoldsNoTokenInItsFiles) {
  auto ledger = open();
  std::string token = make_link(*ledger);
  std::string api_token = make_api_token();
  must(ledger->add_api_token(sha256(api_token), {.name = "laptop of Northwind"}));
  EXPECT_GE(token.size(), 27U);  // 160 bits
  EXPECT_GE(api_token.size(), 31U);
  for (int closed = 0; closed < 2; ++closed) {
    EXPECT_EQ(all_bytes().find(token), std::string::npos);
    EXPECT_EQ(all_bytes().find(api_token), std::string::npos);
    EXPECT_NE(all_bytes().find("laptop of Northwind"), std::string::npos);  // the search does find what is there
    ledger.reset();
  }
}

TEST_F(SqliteLedgerTest, IsReadableByItsOwnerAlone) {
  auto ledger = open();
  must(ledger->upsert_messages({sample_message()}));
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    struct stat status {};
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U) << entry.path();
  }
}

TEST_F(SqliteLedgerTest, RefusesWhatIsNoLedger) {
  must(write_file(path_, std::string(4096, 'x')));
  EXPECT_EQ(open_sqlite_ledger(path_, clock_).error().kind(), ErrorKind::Corrupt);
}

TEST_F(SqliteLedgerTest, BringsALedgerOfTheFirstReleaseUpToDateWithAllItHolds) {
  make_first_release();
  auto ledger = open();
  auto message = must(ledger->find_message("m-1"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->candidate_name, "Ana 100% Lopez");
  EXPECT_EQ(message->page.headline, "Hello Ana");
  auto link = must(ledger->find_link(sha256("the first token")));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->id, 7);
  EXPECT_EQ(link->terms, (LinkTerms{.expires_at = test::kNoon + std::chrono::hours(1)}));
  EXPECT_FALSE(must(ledger->find_link(sha256("the revoked token"))));
  auto histories = must(ledger->history("m-1"));
  ASSERT_EQ(histories.size(), 2U);
  ASSERT_EQ(histories[0].events.size(), 2U);
  EXPECT_EQ(histories[0].events[1].sequence, 0);
  EXPECT_TRUE(histories[1].link.do_not_track);
  EXPECT_EQ(must(ledger->server_key()), std::vector<uint8_t>(32, 0xAB));
  // And all of this release works on it.
  must(ledger->put_link(sha256("the first token"), "m-1", Purpose::Candidate, {.view_limit = 1}));
  EXPECT_TRUE(must(ledger->admit_view(7, "one")));
  EXPECT_FALSE(must(ledger->admit_view(7, "two")));
  must(ledger->add_api_token(sha256(make_api_token()), {.name = "laptop"}));
  must(ledger->add_counts(message->campaign_id, {{ViewState::Viewed, 1}}));
  EXPECT_EQ(must(ledger->counts(message->campaign_id)), (ViewCounts{{ViewState::Viewed, 1}}));
  ledger.reset();
  EXPECT_EQ(must(open()->find_link(7))->terms.view_limit, 1);
}

TEST_F(SqliteLedgerTest, BringsALedgerOfTheReleaseBeforeUpToDateWithAllItHolds) {
  must(open()->upsert_messages({sample_message()}));
  {
    SQLite::Database database(path_.string(), SQLite::OPEN_READWRITE);
    database.exec("DROP TABLE view_count; DELETE FROM schema_version WHERE version = 4");
  }
  auto ledger = open();
  EXPECT_TRUE(must(ledger->find_message("m-1")));
  must(ledger->add_counts("backend", {{ViewState::Viewed, 1}}));
  EXPECT_EQ(must(ledger->counts("backend")), (ViewCounts{{ViewState::Viewed, 1}}));
}

TEST_F(SqliteLedgerTest, ProgramsThatFindAnOldLedgerAtOnceBringItUpToDateOnce) {
  make_first_release();
  std::vector<pid_t> children;
  for (int program = 0; program < 4; ++program) {
    pid_t child = fork();
    if (child == 0) _exit(open_sqlite_ledger(path_, clock_) ? 0 : 1);
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_TRUE(must(open()->find_link(7)));
}

TEST_F(SqliteLedgerTest, RefusesTheLedgerOfANewerProgram) {
  open();
  {
    SQLite::Database database(path_.string(), SQLite::OPEN_READWRITE);
    database.exec("INSERT INTO schema_version VALUES (1000)");
  }
  auto opened = open_sqlite_ledger(path_, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::Unsupported);
}

TEST_F(SqliteLedgerTest, AFullDiskIsSaidAndLosesNothing) {
  auto disk = candid::test::SmallDisk::mount(folder_.path(), 2'000);
  if (!disk) GTEST_SKIP() << candid::test::kNoSmallDisk;
  {
    auto ledger = open();
    std::string token = make_link(*ledger);
    std::vector<MessageRecord> many;
    for (int i = 0; i < 2'000; ++i) many.push_back(sample_message(fmt::format("many-{}", i)));
    for (MessageRecord& message : many) message.page.message = std::string(2'000, 'x');
    auto stored = ledger->upsert_messages(many);
    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().kind(), ErrorKind::NoSpace);
    EXPECT_TRUE(must(ledger->find_link(sha256(token))));
    EXPECT_EQ(must(ledger->messages("backend")).size(), 1U) << "all or none";
    EXPECT_EQ(ledger->back_up(folder_.path() / "no room for it").error().kind(), ErrorKind::NoSpace);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "no room for it"));
  }
  EXPECT_EQ(must(open()->messages("backend")).size(), 1U);
}

// Closing a descriptor of the ledger's file beside SQLite's own once took its locks away, and commits were lost.
TEST_F(SqliteLedgerTest, ManyProgramsMakeItOpenItBackItUpAndLoseNothing) {
  constexpr int kPrograms = 4;
  constexpr int kOpenings = 5;
  auto store_all = [&](int program) -> Result<void> {
    for (int opening = 0; opening < kOpenings; ++opening) {
      auto ledger = TRY(open_sqlite_ledger(path_));
      TRY_VOID(ledger->upsert_messages({sample_message(fmt::format("m-{}-{}", program, opening))}));
      TRY_VOID(ledger->back_up(folder_.path() / fmt::format("backup-{}-{}", program, opening)));
      TRY_VOID(ledger->upsert_messages({sample_message(fmt::format("n-{}-{}", program, opening))}));
    }
    return {};
  };
  std::vector<pid_t> children;
  for (int program = 0; program < kPrograms; ++program) {
    pid_t child = fork();
    if (child == 0) _exit(store_all(program) ? 0 : 1);
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(must(open()->messages("backend")).size(), size_t{2 * kPrograms * kOpenings});
}

TEST_F(SqliteLedgerTest, WhenTheProgramThatCheckpointsEndsAnotherTakesOver) {
  auto one = open();
  auto two = open();
  std::string token = make_link(*one);
  int64_t link = must(one->find_link(sha256(token)))->id;
  one.reset();  // held the right to checkpoint
  Event event{.link_id = link, .session = "s", .sequence = 0, .agent = "agent", .network = ""};
  must(two->append_and_wait({event}));
  two.reset();
  EXPECT_EQ(must(open()->history("m-1"))[0].events.size(), 1U);
}

// As a server does at night, beside a publish of much.
TEST_F(SqliteLedgerTest, AProgramThatWritesNothingStillKeepsTheWalSmall) {
  constexpr uintmax_t kMuch = 20 << 20;
  auto holder = must(open_sqlite_ledger(path_, Clock::system(), std::chrono::milliseconds(20)));
  auto other = open();
  std::vector<MessageRecord> many;
  for (int i = 0; i < 400; ++i) {
    many.push_back(sample_message(fmt::format("m-{}", i)));
    many.back().page.message = std::string(60'000, 'x');
  }
  must(other->upsert_messages(many));
  std::filesystem::path wal = path_.string() + "-wal";
  ASSERT_GT(std::filesystem::file_size(wal), kMuch);
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  // With a moment between commits, as who publishes leaves it.
  std::mutex mutex;
  std::condition_variable nobody;
  std::unique_lock lock(mutex);
  while (std::filesystem::file_size(wal) > kMuch && std::chrono::steady_clock::now() < deadline) {
    nobody.wait_for(lock, std::chrono::milliseconds(100));
    must(other->upsert_messages({sample_message("small")}));
  }
  EXPECT_LT(std::filesystem::file_size(wal), kMuch);
  EXPECT_GT(std::filesystem::file_size(path_), kMuch) << "where it is now";
}

// Refuses the one statement, as a disk that is full would.
int refuse_truncation(void*, int, const char* pragma, const char* value, const char*, const char*) {
  bool is_truncation =
      pragma && value && std::string_view(pragma) == "wal_checkpoint" && std::string_view(value) == "TRUNCATE";
  return is_truncation ? SQLITE_DENY : SQLITE_OK;
}

TEST_F(SqliteLedgerTest, ACheckpointThatFailsLeavesWritersTheirPatience) {
  CheckpointDuty duty(path_);
  SQLite::Database writer = must(connect(path_, ConnectionRole::Writer));
  duty.take_if_free(writer);
  auto patience = [&] { return writer.execAndGet("PRAGMA busy_timeout").getInt(); };
  const int before = patience();
  EXPECT_GE(before, 1'000);
  writer.exec("CREATE TABLE much (bytes BLOB)");
  writer.exec("INSERT INTO much VALUES (zeroblob(24000000))");
  sqlite3_set_authorizer(writer.getHandle(), refuse_truncation, nullptr);
  EXPECT_THROW(duty.checkpoint(writer), SQLite::Exception);
  EXPECT_EQ(patience(), before);
  sqlite3_set_authorizer(writer.getHandle(), nullptr, nullptr);
  duty.checkpoint(writer);
  EXPECT_EQ(patience(), before);
  EXPECT_EQ(std::filesystem::file_size(path_.string() + "-wal"), 0U);
}

TEST_F(SqliteLedgerTest, ALedgerOfBeforeGetsAnId) {
  must(open()->id());
  SQLite::Database(path_.string(), SQLite::OPEN_READWRITE).exec("DELETE FROM meta WHERE key = 'ledger_id'");
  std::string id = must(open()->id());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(must(open()->id()), id);
}

}  // namespace
}  // namespace candid::track
