// How every ledger tells, cheaply, that something changed.

#include <gtest/gtest.h>

#include "core/digest.h"
#include "tests/contract/ledger_contract.h"

namespace candid::track::test {
namespace {

using candid::test::must;

}  // namespace

TEST_P(LedgerContract, ToldOfAChangeByItsMarkAlsoWhereAnotherProgramMadeIt) {
  const std::string fresh = must(ledger().change_mark());
  if (GetParam().is_remote) {
    EXPECT_EQ(fresh, "") << "it cannot tell";
    return;
  }
  EXPECT_NE(fresh, "");
  store_messages({"m-1"});
  const std::string stored = must(ledger().change_mark());
  EXPECT_NE(stored, fresh);
  auto other = open_again();
  std::string token = make_token();
  must(other->put_link(sha256(token), "m-1", Purpose::Candidate, {}));
  const std::string linked = must(ledger().change_mark());
  EXPECT_NE(linked, stored);
  must(other->append_and_wait({report(number_of(token), "s", 0)}));
  const std::string reported = must(ledger().change_mark());
  EXPECT_NE(reported, linked);
  // Reading changes nothing. What a database server does for itself may, now and then.
  bool is_told_of_nothing = false;
  for (int tries = 0; tries < 100 && !is_told_of_nothing; ++tries) {
    const std::string before = must(ledger().change_mark());
    events_of("m-1");
    must(other->messages("backend"));
    is_told_of_nothing = must(ledger().change_mark()) == before;
  }
  EXPECT_TRUE(is_told_of_nothing);
}

TEST_P(LedgerContract, ToldOfAnErasureByItsMarkAndOfNothingElse) {
  store_messages({"m-1", "m-2"});
  const std::string before = must(ledger().erasure_mark());
  if (GetParam().is_remote) {
    EXPECT_EQ(before, "") << "it cannot tell";
    return;
  }
  store_messages({"m-3"});
  make_link("m-1");
  EXPECT_EQ(must(ledger().erasure_mark()), before);
  const std::string receipt = make_receipt();
  must(open_again()->erase({.receipt = receipt, .message_ids = {"m-1"}}));
  const std::string once = must(ledger().erasure_mark());
  EXPECT_NE(once, before);
  must(open_again()->erase({.receipt = receipt, .message_ids = {"m-2"}}));
  EXPECT_NE(must(ledger().erasure_mark()), once) << "the same receipt, another message";
}

}  // namespace candid::track::test
