// That the bytes of what was erased leave SQLite's files, whoever else has them open.

#include <chrono>
#include <set>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/ledger/ledger.h"

namespace candid::track::test {
namespace {

using candid::test::must;

constexpr int kMessages = 1'500;
constexpr int kErased = 700;
// Long enough for a machine that is busy with other things.
constexpr auto kPatience = std::chrono::seconds(60);

// Words that nobody else's rows hold.
MessageRecord message_of(int number) {
  MessageRecord message = sample_message(fmt::format("m-{}", number));
  message.candidate_id = fmt::format("id-of-{}-x", number);
  message.candidate_name = fmt::format("Sample Name {} x", number);
  message.candidate_email = fmt::format("sample-{}-x@example.com", number);
  message.page.headline = fmt::format("Headline for {} x", number);
  message.page.message = fmt::format("Words for {} x, {}", number, std::string(static_cast<size_t>(number % 900), '.'));
  return message;
}

std::vector<std::string> words_of(int number) {
  return {fmt::format("id-of-{}-x", number),
          fmt::format("Sample Name {} x", number),
          fmt::format("sample-{}-x@example.com", number),
          fmt::format("Headline for {} x", number),
          fmt::format("Words for {} x", number),
          fmt::format("Reply of {} x", number)};
}

class SqliteErasureTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> open(std::chrono::milliseconds interval = std::chrono::hours(1)) {
    return must(open_sqlite_ledger(file_, clock_, interval));
  }

  // In an order that splits pages, and twice, so that rows grow and move.
  void fill(Ledger& ledger) {
    for (int round = 0; round < 2; ++round) {
      std::vector<MessageRecord> messages;
      for (int i = 0; i < kMessages; ++i) {
        messages.push_back(message_of(i * 7 % kMessages));
        if (round == 0) messages.back().page.message = "short";
        if (messages.size() == 100) {
          must(ledger.upsert_messages(messages));
          messages.clear();
        }
      }
    }
    for (int i = 0; i < kMessages; i += 100) add_reply(ledger, i);
  }

  void add_reply(Ledger& ledger, int number) {
    std::string token = make_token();
    must(ledger.put_link(sha256(token), fmt::format("m-{}", number), Purpose::Candidate, {}));
    Event reply;
    reply.link_id = must(ledger.find_link(sha256(token)))->id;
    reply.session = "s";
    reply.received_at = kNoon;
    reply.kind = EventKind::Reply;
    reply.body = fmt::format("{{\"text\": \"Reply of {} x\"}}", number);
    must(ledger.append_and_wait({reply}));
  }

  std::set<std::string> words_found(int number) const {
    std::set<std::string> found;
    for (const auto& path : must(files_below(folder_.path()))) {
      auto bytes = must(read_file(path));
      std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      for (const std::string& word : words_of(number)) {
        if (text.find(word) != std::string_view::npos) found.insert(word);
      }
    }
    return found;
  }

  ErasureOrder order_ = {.receipt = make_receipt(),
                         .message_ids = {fmt::format("m-{}", kErased)},
                         .identities = {fmt::format("mail:sample-{}-x@example.com", kErased)}};

  void await_clearing(const Ledger& ledger) {
    auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (must(ledger.find_erasure(order_.receipt))->awaits_clearing) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  int64_t asked(const char* sql) const {
    SQLite::Database database(file_.string(), SQLite::OPEN_READONLY, 10'000);
    SQLite::Statement query(database, sql);
    query.executeStep();
    return query.getColumn(0).getInt64();
  }
  int64_t pages() const { return asked("PRAGMA page_count"); }
  int64_t state() const { return asked("SELECT is_cleared FROM erasure"); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path file_ = folder_.path() / "ledger.db";
  FakeClock clock_;
};

TEST_F(SqliteErasureTest, NoByteOfTheErasedStaysInTheFiles) {
  auto ledger = open();
  fill(*ledger);
  EXPECT_EQ(words_found(kErased).size(), words_of(kErased).size()) << "the search finds what is there";
  Erasure erasure = must(ledger->erase(order_));
  EXPECT_FALSE(erasure.awaits_clearing);
  EXPECT_FALSE(erasure.is_overwritten_only);
  EXPECT_EQ(erasure.events, 1);
  for (int closed = 0; closed < 2; ++closed) {
    EXPECT_EQ(words_found(kErased), std::set<std::string>());
    EXPECT_EQ(words_found(kErased - 100).size(), words_of(0).size()) << "of others all is there";
    ledger.reset();
  }
}

TEST_F(SqliteErasureTest, WhatIsErasedBesideARunningServerIsClearedByIt) {
  auto server = open(std::chrono::milliseconds(50));
  fill(*server);
  {
    auto beside = open();
    EXPECT_TRUE(must(beside->erase(order_)).awaits_clearing) << "only the holder of the duty may checkpoint";
    EXPECT_FALSE(must(beside->find_message(fmt::format("m-{}", kErased)))) << "the rows are gone at once";
    await_clearing(*beside);
  }
  EXPECT_EQ(words_found(kErased), std::set<std::string>());
  EXPECT_EQ(words_found(kErased - 100).size(), words_of(0).size());
}

TEST_F(SqliteErasureTest, WhatACrashLeftIsClearedByTheNextProgram) {
  {
    auto ledger = open();
    fill(*ledger);
    must(ledger->erase(order_));
  }
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec("UPDATE erasure SET is_cleared = 0");
  }
  auto next = open(std::chrono::milliseconds(50));
  EXPECT_TRUE(must(next->find_erasure(order_.receipt)).has_value());
  await_clearing(*next);
  EXPECT_EQ(words_found(kErased), std::set<std::string>());
}

TEST_F(SqliteErasureTest, AReaderThatStaysOnlyPutsTheClearingOff) {
  auto ledger = open(std::chrono::milliseconds(50));
  fill(*ledger);
  SQLite::Database reader(file_.string(), SQLite::OPEN_READONLY);
  reader.exec("BEGIN");
  SQLite::Statement query(reader, "SELECT candidate_name FROM message WHERE message_id = ?");
  query.bind(1, fmt::format("m-{}", kErased));
  ASSERT_TRUE(query.executeStep());
  EXPECT_TRUE(must(ledger->erase(order_)).awaits_clearing);
  EXPECT_EQ(query.getColumn(0).getString(), fmt::format("Sample Name {} x", kErased)) << "its moment is before that";
  EXPECT_FALSE(must(ledger->find_message(fmt::format("m-{}", kErased))));
  query.reset();
  reader.exec("COMMIT");
  await_clearing(*ledger);
  EXPECT_EQ(words_found(kErased), std::set<std::string>());
}

// Whoever reports an event would wait for a large file to be written anew.
TEST_F(SqliteErasureTest, ALargeFileIsOverwrittenAndNotWrittenAnew) {
  auto ledger = open();
  std::vector<MessageRecord> messages;
  for (int i = 0; i < kMessages; ++i) {
    messages.push_back(message_of(i));
    messages.back().page.message += std::string(3'000, '.');
  }
  must(ledger->upsert_messages(messages));
  add_reply(*ledger, kErased);
  auto pages_before = pages();
  ASSERT_EQ(words_found(kErased).size(), words_of(kErased).size());
  Erasure erasure = must(ledger->erase(order_));
  EXPECT_FALSE(erasure.awaits_clearing);
  EXPECT_TRUE(erasure.is_overwritten_only) << "and the receipt says so";
  EXPECT_EQ(must(ledger->find_erasure(order_.receipt)), erasure);
  EXPECT_GE(pages(), pages_before) << "free pages stay in it";
  EXPECT_EQ(words_found(kErased), std::set<std::string>()) << "these rows came in order: no page was split";
}

TEST_F(SqliteErasureTest, AFileThatWasWrittenAnewIsNotWrittenAgainWhileSomebodyReads) {
  auto ledger = open(std::chrono::milliseconds(20));
  must(ledger->upsert_messages({message_of(1), message_of(kErased)}));
  SQLite::Database reader(file_.string(), SQLite::OPEN_READONLY);
  reader.exec("BEGIN");
  SQLite::Statement(reader, "SELECT count(*) FROM message").executeStep();
  EXPECT_TRUE(must(ledger->erase(order_)).awaits_clearing);
  EXPECT_EQ(state(), -1) << "written anew, and the old pages are in the WAL still";
  reader.exec("COMMIT");
  await_clearing(*ledger);
  EXPECT_EQ(state(), 1);
  EXPECT_FALSE(must(ledger->find_erasure(order_.receipt))->is_overwritten_only);
}

TEST_F(SqliteErasureTest, TheReceiptsTellNoAddressEvenToWhoGuesses) {
  auto ledger = open();
  must(ledger->erase(order_));
  ledger.reset();
  SQLite::Database database(file_.string(), SQLite::OPEN_READONLY);
  SQLite::Statement query(database, "SELECT digest FROM erased_identity");
  ASSERT_TRUE(query.executeStep());
  auto column = query.getColumn(0);
  const auto* kept = static_cast<const uint8_t*>(column.getBlob());
  for (const std::string& guess : {order_.identities[0], order_.identities[0].substr(5)}) {
    Sha256 plain = sha256(guess);
    EXPECT_FALSE(std::equal(plain.begin(), plain.end(), kept)) << "a plain hash could be guessed";
  }
}

}  // namespace
}  // namespace candid::track::test
