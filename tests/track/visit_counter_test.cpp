#include "track/pages/visit_counter.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/digest.h"
#include "core/files.h"
#include "tests/campaign/relayed_ledger.h"
#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "tests/track/visit.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::FakeClock;
using test::Visit;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr const char* kCampaign = "backend";
constexpr auto kSilence = std::chrono::minutes(32);  // with time for the visit
constexpr auto kSilenceWhenLeft = std::chrono::minutes(10);

class StillLibrary final : public MediaLibrary {
 public:
  Result<MediaFile> find(std::string_view) const override { return fail(ErrorKind::NotFound, "no media here"); }
};

class VisitCounterTest : public testing::Test {
 protected:
  VisitCounterTest() {
    std::vector<MessageRecord> messages;
    for (int i = 1; i <= 5; ++i) messages.push_back(message(i));
    must(ledger_->upsert_messages(messages));
    for (int i = 1; i <= 5; ++i) link_of(i);
  }

  static MessageRecord message(int number) {
    MessageRecord made = test::sample_message(fmt::format("m-{}", number));
    made.page.tracking = Tracking::Aggregate;
    return made;
  }
  // Of message 1 and so on; the same each time.
  LinkRecord link_of(int number, Purpose purpose = Purpose::Candidate) {
    const Sha256 digest = sha256(fmt::format("link {} {}", number, to_string(purpose)));
    must(ledger_->put_link(digest, fmt::format("m-{}", number), purpose, {}));
    return *must(ledger_->find_link(digest));
  }
  VisitCounter& counter() {
    if (!counter_) counter_ = std::make_unique<VisitCounter>(*ledger_, library_, clock_, limits_);
    return *counter_;
  }
  void send(const std::vector<Event>& events, const LinkRecord& link, int number = 1) {
    std::string session;
    for (const Event& event : events) session = std::max(session, event.session);
    for (Event event : events) {
      event.link_id = link.id;
      event.session = session;
      if (event.kind == EventKind::Page || event.kind == EventKind::Head) {
        counter().begin(link, message(number), std::move(event));
      } else {
        counter().add(std::move(event));
      }
    }
  }
  void send(const std::vector<Event>& events, int number = 1) { send(events, link_of(number), number); }
  ViewCounts counts() { return must(ledger_->counts(kCampaign)); }
  ViewCounts counts_later(std::chrono::milliseconds later = kSilence) {
    clock_.advance(later);
    counter().count_silent();
    return counts();
  }
  int64_t all_counted() {
    int64_t all = 0;
    for (const auto& [state, number] : counts()) all += number;
    return all;
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  FakeClock clock_;
  StillLibrary library_;
  std::unique_ptr<Ledger> ledger_ = must(open_sqlite_ledger(folder_.path() / "ledger", clock_));
  VisitLimits limits_;
  std::unique_ptr<VisitCounter> counter_;
};

// Cannot add counters while it is told to fail.
class FailingLedger final : public candid::test::RelayedLedger {
 public:
  using RelayedLedger::RelayedLedger;
  std::optional<Error> failure{};
  Result<void> add_counts(std::string_view campaign, const ViewCounts& counts) override {
    if (failure) return tl::unexpected(*failure);
    return RelayedLedger::add_counts(campaign, counts);
  }
};

// Twenty of sixty seconds.
Visit a_view(const std::string& session = "s1") {
  return Visit(session).begin().watch(0, 20);
}

TEST_F(VisitCounterTest, CountsWhatTheRulesSayOfAVisitOnceItIsSilent) {
  send(a_view());
  EXPECT_THAT(counts_later(std::chrono::minutes(30)), IsEmpty()) << "it was heard after the clock's noon";
  EXPECT_THAT(counts_later(std::chrono::minutes(1)), ElementsAre(Pair(ViewState::Watched25, 1)));
  EXPECT_EQ(counter().visits(), 0U);
}

TEST_F(VisitCounterTest, CountsOnceHoweverOftenReportsAreReplayed) {
  std::vector<Event> events = a_view();
  send(events);
  std::vector<Event> reports(events.begin() + 1, events.end());
  std::mt19937 order(7);
  for (int i = 0; i < 3; ++i) {
    std::shuffle(reports.begin(), reports.end(), order);
    send(reports);
  }
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::Watched25, 1)));
  send(reports);  // once it has been counted
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::Watched25, 1)));
  counter().count_all();
  EXPECT_EQ(all_counted(), 1);
}

TEST_F(VisitCounterTest, AReplayKeepsNoVisitOpenAndTakesNoRoom) {
  limits_.events_of_visit = 12;
  std::vector<Event> events = a_view();  // nine of them
  send(events);
  for (int i = 0; i < 10; ++i) {
    for (const Event& event : events) {
      if (event.sequence) send({event});
    }
  }
  EXPECT_EQ(counter().visits(), 1U);
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::Watched25, 1)));
}

TEST_F(VisitCounterTest, AMachineCountsAsAMachine) {
  send(Visit("s1", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)").begin().watch(0, 60));
  send(Visit("s2").at(0).page().at(0.3).load({.webdriver = true}).at(2).input().play().media().watch(0, 60), 2);
  send(Visit("s3").at(0).page(), 3);
  const ViewCounts counted = counts_later();
  EXPECT_EQ(all_counted(), 3);
  EXPECT_EQ(counted.at(ViewState::PageUnverified), 1);
  EXPECT_EQ(counted.at(ViewState::MachineCrawler), 1);
  EXPECT_EQ(counted.at(ViewState::MachineAutomation), 1);
}

TEST_F(VisitCounterTest, OneSourceAtThreeCandidatesIsNoneOfTheirViews) {
  for (int number = 1; number <= 5; ++number) {
    std::vector<Event> events = a_view(fmt::format("s{}", number));
    const char* source = number <= 3 ? "one" : number == 4 ? "four" : "five";
    events.front().body = fmt::format(R"({{"prefetch":false,"from":"","source":["{}"]}})", source);
    send(events, number);
    counter().count_silent();  // as the server does, in between
  }
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::PageUnverified, 3), Pair(ViewState::Watched25, 2)));
}

TEST_F(VisitCounterTest, WhatWasNotSentWasNotWatched) {
  std::vector<Event> events = Visit("s1").at(0).page().at(0.3).load().at(2).input(2000).play().watch(0, 20);
  send(events);
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::PageHuman, 1)));
}

TEST_F(VisitCounterTest, AVisitThatWasLeftIsOverSooner) {
  Visit left = a_view().played(20, 21, {.visible = false, .muted = true, .kind = EventKind::Hide});
  send(left);
  send(a_view("s2"), 2);
  EXPECT_EQ(counter().visits(), 2U);
  counts_later(kSilenceWhenLeft + std::chrono::minutes(1));
  EXPECT_EQ(all_counted(), 1);
  EXPECT_EQ(counter().visits(), 1U);
}

TEST_F(VisitCounterTest, WhoComesBackIsHeardOn) {
  Visit visit = a_view().played(20, 21, {.visible = false, .muted = true, .kind = EventKind::Hide});
  visit.at(300).watch(21, 60);
  send(visit);
  counts_later(std::chrono::minutes(5) + kSilenceWhenLeft + std::chrono::minutes(2));
  EXPECT_EQ(all_counted(), 0);
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::Watched95, 1)));
}

TEST_F(VisitCounterTest, NothingIsHeldForADay) {
  std::vector<Event> events = Visit("s1").at(0).page().at(1).load();
  send(events);
  int64_t sequence = 1;
  while (counter().visits() > 0) {
    clock_.advance(std::chrono::minutes(20));
    Visit more("s1");
    Event beat = more.played(0, 1).events().front();
    beat.sequence = sequence++;
    beat.received_at = clock_.now();
    send({beat});
    counter().count_silent();
    ASSERT_LT(clock_.now() - test::kNoon, std::chrono::hours(24));
  }
  EXPECT_EQ(all_counted(), 1);
}

TEST_F(VisitCounterTest, WhereThereAreTooManyTheOneThatIsSilentForTheLongestIsJudged) {
  limits_.visits = 3;
  send(a_view("s1"), 1);
  for (int number = 2; number <= 4; ++number) send(Visit(fmt::format("s{}", number)).at(30 + number).page(), number);
  EXPECT_EQ(counter().visits(), 3U);
  EXPECT_THAT(counts_later(std::chrono::minutes(1)), ElementsAre(Pair(ViewState::Watched25, 1)));
}

TEST_F(VisitCounterTest, OneLinkCannotEndTheVisitsOfOthers) {
  limits_.visits = 10;
  limits_.visits_of_link = 3;
  send(a_view("mine"), 1);
  for (int i = 0; i < 50; ++i) send(Visit(fmt::format("flood-{}", i)).at(30 + i).page(), 2);
  EXPECT_EQ(counter().visits(), 4U);
  counts_later(std::chrono::minutes(1));
  EXPECT_EQ(counts()[ViewState::PageUnverified], 47);
  EXPECT_EQ(counts_later()[ViewState::Watched25], 1);
}

TEST_F(VisitCounterTest, OneLinkCountsSoManyPageLoadsAMinute) {
  limits_.per_minute = 7;
  for (int i = 0; i < 50; ++i) send(Visit(fmt::format("flood-{}", i)).at(0).page(), 2);
  counts_later();
  EXPECT_EQ(all_counted(), 7);
}

TEST_F(VisitCounterTest, AVisitOfTooManyEventsIsJudgedAndHeardNoMore) {
  limits_.events_of_visit = 9;
  send(a_view());
  EXPECT_EQ(counter().visits(), 0U);
  send(Visit("s1").at(40).input());
  EXPECT_EQ(counter().visits(), 0U);
  counts_later();
  EXPECT_EQ(all_counted(), 1);
}

TEST_F(VisitCounterTest, BytesAreBoundedForEachVisitAndForAll) {
  limits_.bytes_of_visit = 20'000;
  send(Visit("s1").at(0).page());
  Event large = Visit("s1").input().events().front();
  large.body = R"({"trusted":true,"keyboard":false,"ms":1000})" + std::string(20'000, ' ');
  send({large});
  EXPECT_EQ(counter().visits(), 0U) << "its own room";
  counter_.reset();
  limits_.bytes = 30'000;
  limits_.bytes_of_visit = 1'000'000;
  for (int number = 1; number <= 5; ++number) {
    Event opened = Visit(fmt::format("t{}", number)).at(number).page().events().front();
    opened.body = R"({"prefetch":false})" + std::string(9'000, ' ');
    send({opened}, number);
  }
  EXPECT_LE(counter().visits(), 3U) << "everybody's";
  counter().count_all();
  EXPECT_EQ(all_counted(), 5);
}

TEST_F(VisitCounterTest, StoppingCountsEverybody) {
  send(a_view("s1"), 1);
  send(Visit("s2").at(0).page(), 2);
  EXPECT_TRUE(counter().count_all());
  EXPECT_THAT(counts(), ElementsAre(Pair(ViewState::PageUnverified, 1), Pair(ViewState::Watched25, 1)));
  EXPECT_FALSE(counter().count_all()) << "there is nothing left";
}

TEST_F(VisitCounterTest, WhatTheLedgerCouldNotAddIsAddedLater) {
  FailingLedger failing(*ledger_);
  counter_ = std::make_unique<VisitCounter>(failing, library_, clock_, limits_);
  failing.failure = Error(ErrorKind::NoSpace, "the disk is full");
  send(a_view());
  EXPECT_THAT(counts_later(), IsEmpty());
  failing.failure.reset();
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::Watched25, 1)));
}

TEST_F(VisitCounterTest, WhatTheLedgerMayHaveAddedIsNotAddedTwice) {
  FailingLedger failing(*ledger_);
  counter_ = std::make_unique<VisitCounter>(failing, library_, clock_, limits_);
  failing.failure = Error(ErrorKind::Network, "the connection was lost within the commit");
  send(a_view());
  counts_later();
  failing.failure.reset();
  EXPECT_FALSE(counter().count_all());
  EXPECT_THAT(counts(), IsEmpty());
}

TEST_F(VisitCounterTest, WhoAskedNotToBeTrackedIsNotCounted) {
  send(a_view("s1"), 1);
  send(a_view("s2"), 2);
  send(a_view("s3"), 3);
  counter().forget("m-1");
  EXPECT_EQ(counter().visits(), 2U);
  must(ledger_->stop_tracking(link_of(2).id));  // by another server
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::Watched25, 1)));
}

TEST_F(VisitCounterTest, WhoWasErasedMeanwhileIsNotCountedButWhoseLinkHasEndedIs) {
  send(a_view("s1"), 1);
  send(a_view("s2"), 2);
  must(ledger_->erase({.receipt = make_receipt(), .message_ids = {"m-1"}}));
  must(ledger_->revoke_links("m-2"));
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::Watched25, 1)));
}

TEST_F(VisitCounterTest, TheRecruitersOwnVisitsCountNowhere) {
  send(a_view("s1"), link_of(1, Purpose::Owner));
  std::vector<Event> events = a_view("s2");
  events.front().body = R"({"prefetch":false,"owner":true})";
  send(events);
  EXPECT_EQ(counter().visits(), 0U);
  EXPECT_THAT(counts_later(), IsEmpty());
}

TEST_F(VisitCounterTest, AReportUnderANameThatWasNotGivenOutIsLetGo) {
  send(Visit("s1").at(0).page(), 1);
  std::vector<Event> others = a_view("s1");
  send(std::vector<Event>(others.begin() + 1, others.end()), 2);  // another link's ticket
  others = a_view("unknown");
  send(std::vector<Event>(others.begin() + 1, others.end()), 1);
  EXPECT_THAT(counts_later(), ElementsAre(Pair(ViewState::PageUnverified, 1)));
}

TEST_F(VisitCounterTest, NothingOfAVisitReachesTheLedgersFiles) {
  std::vector<Event> events = a_view("SessionToLookFor");
  for (Event& event : events) event.agent += " AgentToLookFor";
  send(events);
  counts_later();
  EXPECT_EQ(all_counted(), 1);
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    auto bytes = must(read_file(entry.path()));
    all.append(bytes.begin(), bytes.end());
  }
  EXPECT_NE(all.find("watched_25"), std::string::npos) << "what is there can be found";
  for (const char* text : {"SessionToLookFor", "AgentToLookFor", "203.0.113."}) {
    EXPECT_EQ(all.find(text), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace candid::track
