// What candid status is told of a campaign.

#include "campaign/status.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"

namespace candid::campaign {
namespace {

using candid::test::must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using track::Tracking;
using track::ViewState;

class StatusTest : public testing::Test {
 protected:
  void publish(int first, int last, Tracking tracking) {
    std::vector<track::MessageRecord> messages;
    for (int i = first; i <= last; ++i) {
      messages.push_back(track::test::sample_message(fmt::format("m-{}", i)));
      messages.back().page.tracking = tracking;
    }
    must(ledger_->upsert_messages(messages));
  }
  CampaignStatus status() { return must(read_status(*ledger_, "backend")).at(0); }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  track::test::FakeClock clock_;
  std::unique_ptr<track::Ledger> ledger_ = must(track::open_sqlite_ledger(folder_.path() / "ledger", clock_));
};

TEST_F(StatusTest, NumbersWithoutPersonsAreToldFromFiveMessagesOn) {
  publish(1, 4, Tracking::Aggregate);
  must(ledger_->add_counts("backend", {{ViewState::Viewed, 3}}));
  auto few = status().counted_visits;
  ASSERT_TRUE(few);
  EXPECT_FALSE(few->is_told());
  EXPECT_THAT(few->counts, IsEmpty());
  EXPECT_THAT(track::why_counts_are_not_told(*few), HasSubstr("would name a person"));
  publish(5, 5, Tracking::Aggregate);
  auto enough = status().counted_visits;
  ASSERT_TRUE(enough);
  EXPECT_TRUE(enough->is_told());
  EXPECT_THAT(enough->counts, ElementsAre(Pair(ViewState::Viewed, 3)));
}

TEST_F(StatusTest, MessagesWhoseVisitsAreRecordedDoNotHideTheOnesThatAreCounted) {
  publish(1, 2, Tracking::Aggregate);
  publish(3, 9, Tracking::Individual);
  must(ledger_->add_counts("backend", {{ViewState::Viewed, 1}}));
  auto counted = status().counted_visits;
  ASSERT_TRUE(counted);
  EXPECT_THAT(counted->counts, IsEmpty()) << "of two messages";
}

TEST_F(StatusTest, CandidatesWhoAreCountedHaveNotBeenSaidToHaveNotOpenedIt) {
  publish(1, 5, Tracking::Aggregate);
  must(ledger_->put_link(sha256("token"), "m-1", track::Purpose::Candidate, {}));
  for (const MessageStatus& message : status().messages) {
    EXPECT_EQ(message.view.state, ViewState::Sent);
    EXPECT_THAT(message.view.reason, HasSubstr("visits are counted without persons"));
    EXPECT_THAT(message.view.reason, Not(HasSubstr("not opened")));
  }
}

TEST_F(StatusTest, ACampaignThatCountsNothingTellsNoCounters) {
  publish(1, 5, Tracking::Individual);
  EXPECT_FALSE(status().counted_visits);
}

}  // namespace
}  // namespace candid::campaign
