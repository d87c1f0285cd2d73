// What every ledger must forget, and what it may keep of that.

#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/digest.h"
#include "tests/contract/ledger_contract.h"

namespace candid::track::test {
namespace {

using candid::test::must;
using testing::ElementsAre;

constexpr const char* kAna = "mail:ana@example.com";

ErasureOrder order_of(std::vector<std::string> messages, std::vector<std::string> identities = {}) {
  return {.receipt = make_receipt(), .message_ids = std::move(messages), .identities = std::move(identities)};
}

}  // namespace

TEST_P(LedgerContract, ErasesAMessageWithAllThatHangsOnIt) {
  store_messages({"m-1", "m-2"});
  std::string token = make_link("m-1", Purpose::Candidate, {.view_limit = 3});
  std::string owners = make_link("m-1", Purpose::Owner);
  std::string others = make_link("m-2");
  int64_t link = number_of(token);
  EXPECT_TRUE(must(ledger().admit_view(link, "s")));
  must(ledger().append_and_wait({report(link, "s", 0), report(link, "s", 1), request(number_of(owners))}));
  must(ledger().append_and_wait({report(number_of(others), "s", 0)}));
  ErasureOrder order = order_of({"m-1", "nobody"});
  Erasure erasure = must(ledger().erase(order));
  Erasure expected{.receipt = order.receipt, .erased_at = kNoon, .messages = 1, .links = 2, .views = 1, .events = 3};
  EXPECT_EQ(erasure, expected);
  EXPECT_FALSE(must(ledger().find_message("m-1")));
  EXPECT_FALSE(must(ledger().find_link(sha256(token))));
  EXPECT_FALSE(must(ledger().find_link(link)));
  EXPECT_FALSE(must(ledger().find_link(sha256(owners))));
  EXPECT_TRUE(must(ledger().history("m-1")).empty());
  EXPECT_TRUE(must(ledger().find_link(sha256(others))));
  EXPECT_EQ(events_of("m-2").size(), 1U) << "another candidate's stay";
}

TEST_P(LedgerContract, KeepsTheReceiptOfAnErasure) {
  store_messages({"m-1"});
  ErasureOrder order = order_of({"m-1"});
  order.reason = ErasureReason::Retention;
  Erasure erasure = must(ledger().erase(order));
  reopen();
  EXPECT_EQ(must(ledger().find_erasure(order.receipt)), erasure);
  EXPECT_EQ(erasure.reason, ErasureReason::Retention);
  EXPECT_FALSE(must(ledger().find_erasure(make_receipt())));
}

TEST_P(LedgerContract, ARepeatedErasureAddsToItsReceipt) {
  store_messages({"m-1", "m-2"});
  ErasureOrder order = order_of({"m-1"}, {kAna});
  must(ledger().erase(order));
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(must(ledger().erase(order)).messages, 1) << "there was nothing left to erase";
  order.message_ids = {"m-2"};
  Erasure erasure = must(ledger().erase(order));
  EXPECT_EQ(erasure.messages, 2);
  EXPECT_EQ(erasure.erased_at, kNoon) << "the day of the wish";
}

TEST_P(LedgerContract, EventsThatComeAfterAnErasureAreNotStored) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  must(ledger().erase(order_of({"m-1"})));
  must(ledger().append_and_wait({report(link, "s", 0), request(link)}));
  store_messages({"m-1"});
  EXPECT_NE(number_of(make_link()), link) << "a link's number is never given twice";
  EXPECT_TRUE(events_of().empty());
}

TEST_P(LedgerContract, NoEventOutlivesAnErasureThatRunsBesideIt) {
  store_messages({"m-1"});
  int64_t link = number_of(make_link());
  std::atomic<bool> is_erased = false;
  int stored = 0;
  {
    std::jthread visitor([&] {
      for (int i = 0; i < 50 || !is_erased; ++i) {
        must(ledger().append_and_wait({report(link, "s", i)}));
        ++stored;
      }
    });
    must(ledger().erase(order_of({"m-1"})));
    is_erased = true;
  }
  EXPECT_GE(stored, 50);
  EXPECT_TRUE(must(ledger().history("m-1")).empty());
  EXPECT_EQ(must(ledger().erase(order_of({"m-1"}))).events, 0);
}

TEST_P(LedgerContract, KnowsWhoWasErased) {
  ErasureOrder order = order_of({}, {kAna, "message:m-1", ""});
  must(ledger().erase(order));
  reopen();
  auto found = must(ledger().find_erased({"mail:ben@example.com", kAna, "", "message:m-1", kAna}));
  EXPECT_THAT(found, ElementsAre(std::nullopt, order.receipt, std::nullopt, order.receipt, order.receipt));
  EXPECT_TRUE(must(ledger().find_erased({})).empty());
}

TEST_P(LedgerContract, TellsTheLatestErasureOfThePerson) {
  must(ledger().erase(order_of({}, {kAna})));
  clock_.advance(std::chrono::hours(1));
  ErasureOrder latest = order_of({}, {kAna});
  must(ledger().erase(latest));
  EXPECT_THAT(must(ledger().find_erased({kAna})), ElementsAre(latest.receipt));
}

TEST_P(LedgerContract, WhoIsReadmittedCountsAsNeverErased) {
  ErasureOrder order = order_of({}, {kAna, "message:m-1"});
  must(ledger().erase(order));
  must(ledger().erase(order_of({}, {kAna})));
  EXPECT_EQ(must(ledger().readmit({kAna, "mail:ben@example.com"})), 1);
  EXPECT_THAT(must(ledger().find_erased({kAna, "message:m-1"})), ElementsAre(std::nullopt, order.receipt));
  EXPECT_EQ(must(ledger().readmit({kAna})), 0);
  EXPECT_TRUE(must(ledger().find_erasure(order.receipt))) << "the receipt stays";
}

// A publish that was under way when they were erased.
TEST_P(LedgerContract, LeavesOutWhoWasErasedWhenMessagesAreStored) {
  auto message = [](const std::string& id, const std::string& email) {
    MessageRecord record = sample_message(id);
    record.candidate_email = email;
    return record;
  };
  must(ledger().upsert_messages({message("m-1", "one@example.com"), message("m-2", "two@example.com")}));
  must(ledger().erase(order_of({"m-1"}, {"message:m-1", kAna})));
  must(ledger().upsert_messages({message("m-1", "another@example.com"), message("m-2", "two@example.com"),
                                 message("m-3", " ANA@Example.com "), message("m-4", "")}));
  EXPECT_FALSE(must(ledger().find_message("m-1"))) << "the same candidate, whatever their address";
  EXPECT_FALSE(must(ledger().find_message("m-3"))) << "the same address, whatever the campaign";
  EXPECT_EQ(must(ledger().messages("backend")).size(), 2U) << "others are stored with the very same call";
  auto link = ledger().put_link(sha256(make_token()), "m-1", Purpose::Candidate, {});
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().kind(), ErrorKind::NotFound);
  must(ledger().readmit({"message:m-1", kAna}));
  must(ledger().upsert_messages({message("m-1", "ana@example.com")}));
  EXPECT_TRUE(must(ledger().find_message("m-1"))) << "who is let in again is stored";
}

TEST_P(LedgerContract, NobodyComesBackByMessagesThatAreStoredBesideTheErasure) {
  std::vector<MessageRecord> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(sample_message(fmt::format("m-{}", i)));
    all.back().candidate_email = fmt::format("sample-{}@example.com", i);
  }
  std::atomic<bool> is_erased = false;
  int stored = 0;
  {
    auto other = open_again();
    std::jthread publisher([&] {
      // Not for ever: whoever waits for a database that another one writes without a pause may wait for minutes.
      for (int i = 0; i < 20 || (!is_erased && i < 300); ++i) {
        must(other->upsert_messages(all));
        ++stored;
      }
    });
    for (int i = 0; i < 20; ++i)
      must(ledger().erase(order_of({fmt::format("m-{}", i)}, {fmt::format("message:m-{}", i)})));
    is_erased = true;
  }
  EXPECT_GE(stored, 20);
  EXPECT_TRUE(must(ledger().messages("backend")).empty());
}

TEST_P(LedgerContract, FindsManyErasedAsItFindsEach) {
  std::vector<std::string> all;
  for (int i = 0; i < 2'300; ++i) all.push_back(fmt::format("mail:{}@example.com", i));
  ErasureOrder order = order_of({}, {all[0], all[1'000], all[2'299]});
  must(ledger().erase(order));
  auto found = must(ledger().find_erased(all));
  ASSERT_EQ(found.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(found[i].has_value(), i == 0 || i == 1'000 || i == 2'299) << i;
  EXPECT_EQ(must(ledger().readmit(all)), 3);
}

TEST_P(LedgerContract, ErasesAThousandMessagesAtOnceAndNotMore) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1'000; ++i) ids.push_back(fmt::format("m-{}", i));
  store_messages(ids);
  ids.push_back("one-more");
  EXPECT_EQ(ledger().erase(order_of(ids)).error().kind(), ErrorKind::InvalidInput);
  EXPECT_TRUE(must(ledger().find_message("m-0")));
  ids.pop_back();
  EXPECT_EQ(must(ledger().erase(order_of(ids))).messages, 1'000);
  EXPECT_TRUE(must(ledger().messages("backend")).empty());
}

TEST_P(LedgerContract, AnErasureNeedsAReceipt) {
  for (const char* receipt : {"", "E-1", "ana@example.com", "E-7GQ2-M4XW-9KTB-3HZ'"}) {
    ErasureOrder order{.receipt = receipt, .message_ids = {"m-1"}};
    EXPECT_EQ(ledger().erase(order).error().kind(), ErrorKind::InvalidInput) << receipt;
  }
}

TEST_P(LedgerContract, ABackupKnowsWhoWasErasedAndHoldsNothingOfThem) {
  store_messages({"m-1", "m-2"});
  ErasureOrder order = order_of({"m-1"}, {kAna});
  must(ledger().erase(order));
  must(ledger().back_up(folder_.path() / "copy.db"));
  auto copy = must(open_sqlite_ledger(folder_.path() / "copy.db", clock_));
  EXPECT_FALSE(must(copy->find_message("m-1")));
  EXPECT_THAT(must(copy->find_erased({kAna})), ElementsAre(order.receipt));
  EXPECT_EQ(must(copy->find_erasure(order.receipt))->messages, 1);
}

}  // namespace candid::track::test
