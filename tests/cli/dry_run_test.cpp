// A dry run leaves everything as it is, whatever state the ledger is in.

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/cli/publish_program.h"

namespace candid {
namespace {

using test::Ended;
using test::must;

class DryRun : public test::PublishProgram {
 protected:
  void SetUp() override {
    bench.render();
    ASSERT_EQ(candid("publish " + folder()).code, 0);
    // One more link to make.
    bench.write("candidates.csv", test::kRoster + "3,Sam Sample,Tester,sam@example.com\n");
    bench.render();
  }
  std::filesystem::path ledger() const { return data() / "ledger.db"; }
  std::map<std::filesystem::path, std::string> everything() const {
    std::map<std::filesystem::path, std::string> contents;
    for (const auto& root : {data(), bench.folder()}) {
      for (const auto& path : must(files_below(root))) contents[path] = must(read_text_file(path));
    }
    return contents;
  }
  Ended dry_run() {
    auto before = everything();
    Ended ended = candid("publish " + folder() + " --dry-run --json");
    bool is_as_before = everything() == before;
    EXPECT_TRUE(is_as_before) << "it wrote";
    return ended;
  }
  void expect_one_link_to_make() {
    Ended ended = dry_run();
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(nlohmann::json::parse(ended.out)["links_to_make"], 1);
  }
};

TEST_F(DryRun, LeavesALedgerAsItIs) {
  expect_one_link_to_make();
}

TEST_F(DryRun, SeesWhatAProgramThatStillRunsHasStored) {
  auto other = must(track::open_sqlite_ledger(ledger()));
  auto links = booked();
  ASSERT_EQ(links.size(), 2u);
  must(other->revoke_link(sha256(links.begin()->second.token())));
  auto before = must(read_text_file(bench.out() / "work/publish.jsonl"));
  Ended ended = candid("publish " + folder() + " --dry-run --json");
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(nlohmann::json::parse(ended.out)["links_to_make"], 2);
  EXPECT_EQ(must(read_text_file(bench.out() / "work/publish.jsonl")), before);
}

// As publishing would, which makes a new one there.
TEST_F(DryRun, RefusesAnotherLedgerThanTheOneThatGaveOutTheLinks) {
  std::filesystem::remove(ledger());
  Ended ended = dry_run();
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, testing::HasSubstr("all would get new ones"));
  EXPECT_FALSE(std::filesystem::exists(ledger()));
}

// As this release made them at first.
TEST_F(DryRun, GivesALedgerWithoutAnIdNone) {
  std::string journal = must(read_text_file(bench.out() / "work/publish.jsonl"));
  std::erase_if(journal, [](char c) { return c == '\r'; });
  std::string without;
  for (size_t at = 0; at < journal.size();) {
    size_t end = std::min(journal.find('\n', at), journal.size() - 1) + 1;
    std::string line = journal.substr(at, end - at);
    if (line.find("\"ledger_name\"") == std::string::npos) without += line;
    at = end;
  }
  must(write_file(bench.out() / "work/publish.jsonl", without, FileMode::Private));
  SQLite::Database(ledger().string(), SQLite::OPEN_READWRITE).exec("DELETE FROM meta WHERE key = 'ledger_id'");
  expect_one_link_to_make();
}

TEST_F(DryRun, SaysThatAnOlderLedgerMustBeBroughtUpToDateFirst) {
  std::filesystem::remove(ledger());
  SQLite::Database(ledger().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec(must(read_text_file(std::filesystem::path(CANDID_SOURCE_DIR) / "tests/track/ledger_step_1.sql")));
  Ended ended = dry_run();
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, testing::HasSubstr("version 1"));
  EXPECT_THAT(ended.err, testing::HasSubstr("candid status"));
}

}  // namespace
}  // namespace candid
