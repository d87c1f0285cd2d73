// Counters of visits without persons, as every ledger must keep them.

#include <thread>

#include <gmock/gmock.h>

#include "tests/contract/ledger_contract.h"

namespace candid::track::test {
namespace {

using candid::test::must;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// Enough of them, so that their numbers are told.
std::vector<MessageRecord> counted_campaign(const std::string& campaign, int messages) {
  std::vector<MessageRecord> all;
  for (int i = 0; i < messages; ++i) {
    MessageRecord message = sample_message(campaign + "-" + std::to_string(i));
    message.campaign_id = campaign;
    message.page.tracking = Tracking::Aggregate;
    all.push_back(std::move(message));
  }
  return all;
}

ErasureOrder erasing(const std::vector<MessageRecord>& messages, size_t first) {
  ErasureOrder order{.receipt = make_receipt(), .message_ids = {}};
  for (size_t i = first; i < messages.size(); ++i) order.message_ids.push_back(messages[i].message_id);
  return order;
}

}  // namespace

TEST_P(LedgerContract, CountersGoUpAndStayOfEachCampaignByItself) {
  must(ledger().upsert_messages(counted_campaign("first", 5)));
  must(ledger().upsert_messages(counted_campaign("second", 5)));
  EXPECT_THAT(must(ledger().counts("first")), IsEmpty());
  must(ledger().add_counts("first", {{ViewState::Viewed, 1}, {ViewState::MachineScanner, 3}}));
  must(ledger().add_counts("first", {{ViewState::Viewed, 2}}));
  must(ledger().add_counts("second", {{ViewState::Watched95, 1}}));
  must(ledger().add_counts("first", {}));
  reopen();
  EXPECT_THAT(must(ledger().counts("first")),
              ElementsAre(Pair(ViewState::MachineScanner, 3), Pair(ViewState::Viewed, 3)));
  EXPECT_THAT(must(ledger().counts("second")), ElementsAre(Pair(ViewState::Watched95, 1)));
  EXPECT_THAT(must(ledger().counts("third")), IsEmpty());
}

TEST_P(LedgerContract, RefusesToCountNothingOrLess) {
  must(ledger().upsert_messages(counted_campaign("first", 5)));
  for (int64_t wrong : {int64_t{0}, int64_t{-1}, kMostCountedAtOnce + 1}) {
    auto added = ledger().add_counts("first", {{ViewState::Played, 1}, {ViewState::Viewed, wrong}});
    ASSERT_FALSE(added) << wrong;
    EXPECT_EQ(added.error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_THAT(must(ledger().counts("first")), IsEmpty()) << "all or none";
}

TEST_P(LedgerContract, CountersGoWithTheLastMessageOfTheirCampaign) {
  const auto messages = counted_campaign("first", 6);
  must(ledger().upsert_messages(messages));
  must(ledger().upsert_messages(counted_campaign("second", 5)));
  must(ledger().add_counts("first", {{ViewState::Viewed, 1}}));
  must(ledger().add_counts("second", {{ViewState::Viewed, 1}}));
  must(ledger().erase(erasing(messages, 5)));
  EXPECT_THAT(must(ledger().counts("first")), ElementsAre(Pair(ViewState::Viewed, 1)));
  must(ledger().erase(erasing(messages, 0)));
  must(ledger().add_counts("first", {{ViewState::Viewed, 1}}));  // of a visit that was going on
  must(ledger().upsert_messages(messages));
  EXPECT_THAT(must(ledger().counts("first")), IsEmpty());
  EXPECT_THAT(must(ledger().counts("second")), ElementsAre(Pair(ViewState::Viewed, 1)));
}

TEST_P(LedgerContract, ProgramsThatCountAtOnceLoseNothing) {
  constexpr int kPrograms = 3;
  constexpr int kTimes = 20;
  must(ledger().upsert_messages(counted_campaign("first", 5)));
  {
    std::vector<std::jthread> programs;
    for (int i = 0; i < kPrograms; ++i) {
      programs.emplace_back([this] {
        auto other = open_again();
        for (int time = 0; time < kTimes; ++time) {
          must(other->add_counts("first", {{ViewState::Viewed, 1}, {ViewState::PageHuman, 1}}));
        }
      });
    }
  }
  EXPECT_THAT(must(ledger().counts("first")),
              ElementsAre(Pair(ViewState::PageHuman, kPrograms * kTimes), Pair(ViewState::Viewed, kPrograms * kTimes)));
}

TEST_P(LedgerContract, ARemoteLedgerTellsNoNumberOfFewMessages) {
  must(ledger().upsert_messages(counted_campaign("few", 4)));
  must(ledger().add_counts("few", {{ViewState::Viewed, 1}}));
  const ViewCounts told = must(ledger().counts("few"));
  if (GetParam().is_remote) {
    EXPECT_THAT(told, IsEmpty());
  } else {
    EXPECT_THAT(told, ElementsAre(Pair(ViewState::Viewed, 1)));
  }
}

}  // namespace candid::track::test
