// Visits that are counted without persons, over real connections.

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/track/server_fixture.h"

namespace candid::track::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr const char* kLoad =
    R"({"sequence":0,"kind":"load","webdriver":false,"visible":true,"prerendered":false,"outer":[390,844],"inner":[390,700]})";
constexpr const char* kPlay = R"({"sequence":1,"kind":"play","trusted":true,"ms":3000,"at":0})";
constexpr const char* kEnded =
    R"({"sequence":2,"kind":"ended","ranges":[[0,60]],"visible":true,"muted":false,"rate":1})";

class CountingTest : public ServerFixture {
 protected:
  CountingTest() {
    std::vector<MessageRecord> messages;
    for (int i = 1; i <= 5; ++i) {
      messages.push_back(sample_message(fmt::format("m-{}", i)));
      messages.back().page.tracking = Tracking::Aggregate;
    }
    must(ledger_->upsert_messages(messages));
  }

  std::string open_page() { return get(link()).body; }
  RawResponse send(const std::string& html, std::string_view event) {
    return RawClient(port()).post(link("/events"), report(html, event));
  }
  void watch(const std::string& html, std::string_view range = "bytes=0-") {
    EXPECT_EQ(send(html, kLoad).status, 204);
    clock_.advance(std::chrono::seconds(3));
    EXPECT_EQ(send(html, kPlay).status, 204);
    get(media("video.mp4", attribute(html, "data-session")), fmt::format("Range: {}\r\n", range));
    clock_.advance(std::chrono::seconds(60));
    EXPECT_EQ(send(html, kEnded).status, 204);
  }
  ViewCounts counts_after_stop() {
    server().stop();
    return must(ledger_->counts("backend"));
  }
};

TEST_F(CountingTest, AVisitIsCountedWhenTheServerStopsAndNothingElseIsStored) {
  std::string html = open_page();
  EXPECT_THAT(html, HasSubstr("not by whom"));
  watch(html);
  EXPECT_EQ(send(html, kEnded).status, 204) << "again";
  EXPECT_THAT(stored_events(), IsEmpty());
  EXPECT_THAT(must(ledger_->counts("backend")), IsEmpty()) << "it may go on";
  EXPECT_THAT(counts_after_stop(), ElementsAre(Pair(ViewState::Watched95, 1)));
  EXPECT_THAT(stored_events(), IsEmpty());
}

TEST_F(CountingTest, AVisitIsCountedWhileTheServerRunsOnceItIsSilent) {
  settings_.visits_check = std::chrono::milliseconds(20);
  watch(open_page());
  clock_.advance(std::chrono::minutes(10));  // the video has ended
  while (must(ledger_->counts("backend")).empty()) std::this_thread::yield();
  EXPECT_THAT(must(ledger_->counts("backend")), ElementsAre(Pair(ViewState::Watched95, 1)));
  EXPECT_THAT(counts_after_stop(), ElementsAre(Pair(ViewState::Watched95, 1)));
}

TEST_F(CountingTest, WhatWasSentOfTheVideoBoundsWhatWasWatched) {
  watch(open_page(), "bytes=0-999");
  const ViewCounts counted = counts_after_stop();
  ASSERT_EQ(counted.size(), 1U);
  EXPECT_LT(counted.begin()->first, ViewState::Viewed);
}

TEST_F(CountingTest, WhoAsksNotToBeTrackedIsNotCountedNeitherForThisVisitNorForLaterOnes) {
  std::string html = open_page();
  watch(html);
  EXPECT_EQ(RawClient(port()).post(link("/privacy"), "", "application/x-www-form-urlencoded").status, 303);
  EXPECT_EQ(send(html, R"({"sequence":3,"kind":"input","trusted":true,"keyboard":false,"ms":9000})").status, 204);
  std::string later = open_page();
  EXPECT_THAT(later, HasSubstr("Nothing about your visit is recorded."));
  EXPECT_THAT(later, Not(HasSubstr("not by whom")));
  watch(later);
  EXPECT_THAT(counts_after_stop(), IsEmpty());
}

TEST_F(CountingTest, ProgramsCountAsPrograms) {
  RawClient client(port());
  client.head(link());
  std::string html = open_page();
  get(link("/contents/" + attribute(html, "data-session")));
  const ViewCounts counted = counts_after_stop();
  int64_t machines = 0;
  for (const auto& [state, number] : counted) {
    EXPECT_TRUE(is_machine(state)) << to_string(state);
    machines += number;
  }
  EXPECT_EQ(machines, 2);
}

TEST_F(CountingTest, AReactionIsNotStoredAndARequestAboutDataIs) {
  std::string html = open_page();
  EXPECT_EQ(send(html, R"({"sequence":0,"kind":"reaction","name":"heart"})").status, 204);
  const std::string ticket =
      fmt::format("session={}&nonce={}", attribute(html, "data-session"), attribute(html, "data-nonce"));
  EXPECT_EQ(RawClient(port()).post(link("/data"), ticket, "application/x-www-form-urlencoded").status, 200);
  const std::vector<Event> stored = events_after_stop();
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].kind, EventKind::Reply);
  EXPECT_EQ(stored[0].session + stored[0].agent + stored[0].network, "");
}

}  // namespace
}  // namespace candid::track::test
