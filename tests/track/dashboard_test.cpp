// What the dashboard shows.

#include <future>
#include <mutex>

#include <gmock/gmock.h>

#include "core/csv.h"
#include "tests/track/dashboard_fixture.h"
#include "track/dashboard/csv_export.h"
#include "track/dashboard/watched_curve.h"
#include "track/dashboard/words.h"
#include "track/replies/reply_files.h"
#include "track/web/live_feed.h"

namespace candid::track::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class DashboardTest : public DashboardFixture {
 protected:
  // The names of the list, in its order.
  static std::vector<std::string> names_in(const std::string& html) {
    std::vector<std::string> names;
    constexpr std::string_view kMark = "<th scope=\"row\" role=\"rowheader\">";
    for (size_t at = html.find(kMark); at != std::string::npos; at = html.find(kMark, at + 1)) {
      size_t begin = html.find("dir=\"auto\">", at) + 11;
      names.push_back(html.substr(begin, html.find('<', begin) - begin));
    }
    return names;
  }
  CampaignCache::View view() { return must(CampaignCache(*ledger_, library_, updates_, limits_).view("backend")); }
  LiveUpdates updates_{news_};
};

TEST_F(DashboardTest, TellsEachCandidatesStateReasonAndTime) {
  store(link_of("m-1"), Visit().begin().watch(0, 32));
  std::string html = page("/r/c/backend");
  EXPECT_THAT(html, HasSubstr("Ana 100% Lopez"));
  EXPECT_THAT(html, HasSubstr("Watched 50 %"));
  EXPECT_THAT(html, HasSubstr("watched 32 of 60 s (53 %)"));
  EXPECT_THAT(html, HasSubstr("datetime=\"2026-11-22T12:00:34Z\""));
  EXPECT_THAT(html, HasSubstr("data-state=\"watched_50\""));
  EXPECT_THAT(page("/r"), HasSubstr("1 candidate"));
}

TEST_F(DashboardTest, LeavesNoFieldUnrendered) {
  EXPECT_THAT(text(get("/r", "")), Not(HasSubstr("{{")));
  for (bool is_watched : {false, true}) {
    if (is_watched) {
      int64_t link = link_of("m-1");
      store(link, Visit().begin().watch(0, 32));
      store_said(link, EventKind::Reply, R"({"text":"Thank you"})");
      store_said(link, EventKind::Reply, R"({"request":"data"})");
      store_said(link, EventKind::Reply, R"({"request":"erasure"})");
      store_said(link, EventKind::Reply, R"({"video":"0123456789abcdef0123456789abcdef"})");
      store_said(link, EventKind::Reaction, R"({"name":"heart"})");
      must(ledger_->stop_tracking(link));
      news_.tell();
    }
    for (const char* path : {"/r", "/r/c/backend", "/r/c/backend?q=nobody", "/r/c/backend/m/m-1"}) {
      HttpResponse response = get(path);
      EXPECT_EQ(response.status, 200) << path << text(response);
      EXPECT_THAT(text(response), Not(HasSubstr("{{"))) << path;
    }
  }
}

TEST_F(DashboardTest, WhatOthersWroteIsTextAndNothingElse) {
  const std::string attack = "<img src=x onerror=alert(1)>\"'`{{nonce}}</script>";
  MessageRecord message = sample_message();
  message.campaign_name = message.candidate_name = message.candidate_id = message.candidate_email = attack;
  message.campaign_id = "a/b?c#d.csv " + attack;
  message.message_id = "m/1.csv" + attack;
  must(ledger_->upsert_messages({message}));
  int64_t link = link_of(message.message_id);
  Visit visit("s1", "Mozilla/5.0 " + attack);
  store(link, visit.begin().watch(0, 10));
  store_said(link, EventKind::Reply, R"({"text":"<img src=x onerror=alert(1)>"})");
  store_said(link, EventKind::Reaction, R"({"name":"<img src=x onerror=alert(1)>"})");
  std::string overview = page("/r");
  size_t at = overview.find("href=\"r/c/a") + 6;
  std::string campaign = "/" + overview.substr(at, overview.find('"', at) - at);
  std::string list = page(campaign);
  at = list.find("/m/m%2F1%2Ecsv") + 3;
  ASSERT_NE(at, std::string::npos + 3) << campaign;
  std::string candidate = page(campaign + "/m/" + list.substr(at, list.find('"', at) - at));
  for (const std::string& html :
       {overview, list, candidate, page(campaign + "?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")}) {
    EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
  }
  EXPECT_EQ(get(campaign + ".csv").status, 200);
}

TEST_F(DashboardTest, WhoSaidSomethingComesFirstThenTheStrongestState) {
  publish(100, 5);
  store(link_of("m-101"), Visit("a").begin().watch(0, 20));
  store(link_of("m-102"), Visit("b").begin().watch(0, 58));
  store_said(link_of("m-103"), EventKind::Reply, R"({"text":"first"})", kNoon);
  store_said(link_of("m-104"), EventKind::Reply, R"({"request":"erasure"})", kNoon + std::chrono::hours(1));
  EXPECT_THAT(names_in(page("/r/c/backend")),
              ElementsAre("Sample 0104", "Sample 0103", "Sample 0102", "Sample 0101", "Ana 100% Lopez", "Sample 0100"));
}

TEST_F(DashboardTest, TwoHundredCandidatesAPage) {
  publish(100, 450);
  std::string first = page("/r/c/backend");
  std::string second = page("/r/c/backend?page=2");
  std::string last = page("/r/c/backend?page=3");
  EXPECT_EQ(names_in(first).size(), 200u);
  EXPECT_EQ(names_in(second).size(), 200u);
  EXPECT_EQ(names_in(last).size(), 51u);
  EXPECT_NE(names_in(first).back(), names_in(second).front());
  EXPECT_THAT(first, HasSubstr("rel=\"next\" href=\"?page=2\""));
  EXPECT_THAT(first, Not(HasSubstr("rel=\"prev\"")));
  EXPECT_THAT(last, HasSubstr("rel=\"prev\""));
  EXPECT_THAT(last, Not(HasSubstr("rel=\"next\"")));
  for (const char* odd : {"?page=0", "?page=-1", "?page=x", "?page=99999999999999999999"}) {
    EXPECT_EQ(names_in(page(std::string("/r/c/backend") + odd)), names_in(first)) << odd;
  }
  EXPECT_EQ(names_in(page("/r/c/backend?page=999999")), names_in(last));
  EXPECT_THAT(names_in(page("/r/c/backend?q=SAMPLE%20012")).size(), 10u);
  EXPECT_THAT(names_in(page("/r/c/backend?q=sample300%40example.com")), ElementsAre("Sample 0300"));
  EXPECT_THAT(page("/r/c/backend?q=nobody"), HasSubstr("No candidate is called so"));
}

TEST_F(DashboardTest, ACandidatesPageTellsEveryVisitWithItsFacts) {
  int64_t link = link_of("m-1");
  store(link, Visit("s1").begin().watch(0, 31));
  store(link, Visit("s2", "python-requests/2.31").at(5).page());
  store_said(link, EventKind::Reply, R"({"text":"Thank you,\nFriday is fine."})");
  store_said(link, EventKind::Reaction, R"({"name":"thumbs_up"})");
  std::string html = page("/r/c/backend/m/m-1");
  EXPECT_THAT(html, HasSubstr("Thank you,\nFriday is fine."));
  EXPECT_THAT(html, HasSubstr("👍 Sounds good"));
  EXPECT_THAT(html, HasSubstr("first input 2.0 s after the page was there"));
  EXPECT_THAT(html, HasSubstr("machine_automation"));
  EXPECT_THAT(html, HasSubstr("Seen: 0:00–0:31"));
  EXPECT_EQ(get("/r/c/backend/m/m-2").status, 404);
  EXPECT_EQ(get("/r/c/other/m/m-1").status, 404);
  EXPECT_EQ(get("/r/c/backend/m/").status, 200) << "the campaign itself";
}

TEST_F(DashboardTest, TheRecruitersOwnVisitsSayNothing) {
  int64_t own = link_of("m-1", Purpose::Owner);
  store(own, Visit().begin().watch(0, 60));
  store_said(own, EventKind::Reply, R"({"text":"my own test"})");
  const CampaignCache::View seen = view();
  EXPECT_EQ(seen->rows[0].state, ViewState::Sent);
  EXPECT_EQ(seen->rows[0].said.replies, 0);
  EXPECT_EQ(seen->drop_off.played, 0);
  EXPECT_THAT(page("/r/c/backend/m/m-1"), Not(HasSubstr("my own test")));
}

TEST_F(DashboardTest, DropOffCountsEachCandidateOnceAndOnlyWhatIsProved) {
  publish(100, 3);
  store(link_of("m-1"), Visit("a").begin().watch(0, 60));
  int64_t link = link_of("m-100");
  store(link, Visit("b").begin().watch(0, 30));
  store(link, Visit("c").begin().watch(0, 15));
  // A whole video within a second of the server's clock: credited in part, so nobody knows which.
  store(link_of("m-101"), Visit("d").begin().at(3).played(0, 60));
  const CampaignCache::View seen = view();
  EXPECT_EQ(seen->drop_off.played, 2);
  EXPECT_EQ(seen->drop_off.saw[0], 2);
  EXPECT_EQ(seen->drop_off.saw[24], 2);
  EXPECT_EQ(seen->drop_off.saw[25], 1);
  EXPECT_EQ(seen->drop_off.saw[49], 1);
  EXPECT_EQ(drop_off_in_words(seen->drop_off), "100\u00a0% saw the beginning, 50\u00a0% the middle, 50\u00a0% the end");
  EXPECT_THAT(page("/r/c/backend/m/m-101"), HasSubstr("1 visit is not drawn"));
  EXPECT_THAT(page("/r/c/backend/m/m-100"), HasSubstr("Seen: 0:00–0:30, in 2 visits"));
}

TEST_F(DashboardTest, TheTableIsInTheRostersOrderAndRunsNoFormula) {
  publish(100, 2);
  MessageRecord message = sample_message("m-200");
  message.candidate_id = "=1+1";
  message.candidate_name = "@SUM(A1), \"quoted\"";
  message.candidate_email = "+x@example.com";
  message.roster_line = 900;
  must(ledger_->upsert_messages({message}));
  store_said(link_of("m-101"), EventKind::Reaction, R"({"name":"-2+3"})");
  HttpResponse response = get("/r/c/backend.csv");
  EXPECT_EQ(header(response, "Content-Type"), "text/csv; charset=utf-8");
  EXPECT_THAT(header(response, "Content-Disposition"), HasSubstr("attachment"));
  const std::string csv = text(response);
  CsvTable table = must(parse_csv(std::span(reinterpret_cast<const uint8_t*>(csv.data()), csv.size())));
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.header.cells.size(), 17u);
  EXPECT_EQ(table.rows[1].cells[0], "c-100");
  EXPECT_EQ(table.rows[2].cells[11], "'-2+3");
  EXPECT_EQ(table.rows[3].cells[0], "'=1+1");
  EXPECT_EQ(table.rows[3].cells[1], "'@SUM(A1), \"quoted\"");
  EXPECT_EQ(table.rows[3].cells[2], "'+x@example.com");
}

TEST_F(DashboardTest, VisitsThatAreCountedWithoutPersonsAreToldAsNumbersFromFiveMessagesOn) {
  auto publish = [&](int number) {
    MessageRecord message = sample_message(fmt::format("counted-{}", number));
    message.campaign_id = "counted";
    message.page.tracking = Tracking::Aggregate;
    must(ledger_->upsert_messages({message}));
    news_.tell();
  };
  for (int i = 1; i <= 4; ++i) publish(i);
  must(ledger_->add_counts("counted", {{ViewState::Viewed, 123'457}}));
  std::string few = page("/r/c/counted");
  EXPECT_THAT(few, Not(HasSubstr("123457")));
  EXPECT_THAT(few, HasSubstr("below that a number would name a person"));
  EXPECT_THAT(few, HasSubstr("visits are counted without persons in this campaign"));
  EXPECT_THAT(few, Not(HasSubstr("not opened yet")));
  EXPECT_THAT(few, Not(HasSubstr("Nobody has played")));
  publish(5);
  EXPECT_THAT(page("/r/c/counted"), HasSubstr("123457"));
  must(ledger_->erase({.receipt = make_receipt(), .message_ids = {"counted-3"}}));
  EXPECT_THAT(page("/r/c/counted"), Not(HasSubstr("123457"))) << "one of five was erased";
  EXPECT_THAT(page("/r/c/backend"), Not(HasSubstr("counted without persons")));
}

TEST_F(DashboardTest, AViewIsReadAnewOnlyWhenThereAreNews) {
  CampaignCache cache(*ledger_, library_, updates_, limits_);
  CampaignCache::View first = must(cache.view("backend"));
  EXPECT_EQ(must(cache.view("backend")), first);
  EXPECT_EQ(cache.known("backend"), first);
  store(link_of("m-1"), Visit().begin().watch(0, 32));
  EXPECT_EQ(cache.known("backend"), nullptr);
  CampaignCache::View second = must(cache.view("backend"));
  EXPECT_NE(second, first);
  EXPECT_EQ(second->rows[0].state, ViewState::Watched50);
  EXPECT_EQ(second->edition, updates_.edition());
}

TEST_F(DashboardTest, ALargeCampaignUnderLoadIsShownAsItWasRatherThanReadAgainAndAgain) {
  CampaignCache cache(*ledger_, library_, updates_, {.pause = 1'000'000'000});
  CampaignCache::View first = must(cache.view("backend"));
  news_.tell();
  EXPECT_EQ(must(cache.view("backend")), first);
}

TEST_F(DashboardTest, WhoWasPublishedSinceHasAPageAlsoWhereTheViewIsOld) {
  limits_.pause = 1'000'000'000;
  EXPECT_EQ(get("/r/c/backend/m/m-100").status, 404);
  publish(100, 1);
  EXPECT_EQ(get("/r/c/backend/m/m-100").status, 200);
  EXPECT_EQ(get("/r/c/backend/m/m-101").status, 404);
}

TEST_F(DashboardTest, OtherProgramsNewsAreFoundAfterAWhile) {
  CampaignCache cache(*ledger_, library_, updates_, {.pause = 0, .longest_age = std::chrono::milliseconds(0)});
  CampaignCache::View first = must(cache.view("backend"));
  must(ledger_->upsert_messages({sample_message("m-7")}));  // tells nobody
  EXPECT_EQ(must(cache.view("backend"))->rows.size(), 2u);
}

TEST_F(DashboardTest, NewsOfOtherProgramsAreToldOnceAndNothingIsToldOfNone) {
  auto other = must(open_sqlite_ledger(folder_.path() / "ledger", clock_));
  EXPECT_THAT(page("/r/c/backend"), HasSubstr("Ana 100% Lopez"));
  const uint64_t told = news_.edition();
  for (int i = 0; i < 3; ++i) dashboard().look_for_news();
  EXPECT_EQ(news_.edition(), told);
  must(other->upsert_messages({sample_message("m-7")}));
  dashboard().look_for_news();
  EXPECT_EQ(news_.edition(), told + 1);
  for (int i = 0; i < 3; ++i) dashboard().look_for_news();
  EXPECT_EQ(news_.edition(), told + 1);
  // A video becomes playable without a word in the ledger.
  must(make_folder(replies_.folder() / kReplyWork / "one"));
  dashboard().look_for_news();
  EXPECT_EQ(news_.edition(), told + 2);
}

TEST_F(DashboardTest, WhoWasErasedIsNowhereAtOnceHoweverOldAViewMayBe) {
  limits_.pause = 1'000'000'000;
  limits_.longest_age = std::chrono::hours(1000);
  publish(100, 2);
  store(link_of("m-100"), Visit("a").begin().watch(0, 58));
  store(link_of("m-101"), Visit("b").begin().watch(0, 58));
  ASSERT_EQ(get("/r/c/backend/m/m-100").status, 200);
  auto other = must(open_sqlite_ledger(folder_.path() / "ledger", clock_));
  must(other->erase({.receipt = make_receipt(), .message_ids = {"m-100"}}));  // tells nobody
  for (const char* path : {"/r/c/backend", "/r/c/backend.csv", "/r/c/backend?q=sample"}) {
    EXPECT_THAT(page(path), Not(HasSubstr("Sample 0100"))) << path;
    EXPECT_THAT(page(path), Not(HasSubstr("sample100"))) << path;
    EXPECT_THAT(page(path), HasSubstr("Sample 0101")) << path;
  }
  EXPECT_EQ(get("/r/c/backend/m/m-100").status, 404);
  EXPECT_EQ(get("/r/c/backend/m/m-101").status, 200) << "the others stay where they were";
  EXPECT_THAT(page("/r/c/backend/m/m-101"), HasSubstr("Seen: 0:00"));
  must(ledger_->erase({.receipt = make_receipt(), .message_ids = {"m-101", "m-1"}}));
  EXPECT_EQ(get("/r/c/backend").status, 404);
  EXPECT_EQ(get("/r/c/backend.csv").status, 404);
}

TEST_F(DashboardTest, WhoWasErasedLeavesMemoryAlsoWhereNobodyLooks) {
  publish(100, 1);
  CampaignCache cache(*ledger_, library_, updates_, {.pause = 1'000'000'000});
  CampaignCache::View before = must(cache.view("backend"));
  must(ledger_->erase({.receipt = make_receipt(), .message_ids = {"m-100"}}));
  cache.drop_erased();
  CampaignCache::View after = cache.known("backend");
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(find_row(*after, "m-100"), nullptr);
  EXPECT_EQ(after->figures.candidates, 1);
  EXPECT_EQ(before.use_count(), 1) << "nobody else has it";
  cache.drop_erased();
  EXPECT_EQ(cache.known("backend"), after) << "nothing was erased since";
}

TEST_F(DashboardTest, WhatIsNotPublishedIsNotKept) {
  CampaignCache cache(*ledger_, library_, updates_, limits_);
  auto none = cache.view("nothing");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind(), ErrorKind::NotFound);
  MessageRecord other = sample_message("o-1");
  other.campaign_id = "other";
  must(ledger_->upsert_messages({other}));
  CampaignCache small(*ledger_, library_, updates_, {.pause = 0, .candidates = 1});
  EXPECT_NE(must(small.view("backend")), nullptr);
  EXPECT_NE(must(small.view("other")), nullptr);
  EXPECT_EQ(small.known("backend"), nullptr) << "the one that was asked for longest ago went";
  EXPECT_NE(small.known("other"), nullptr);
}

TEST_F(DashboardTest, AFeedTellsOfNewsOnceAndThatItIsOver) {
  HttpResponse response = get("/r/events?seen=" + updates_.edition());
  EXPECT_EQ(header(response, "Content-Type"), "text/event-stream; charset=utf-8");
  ASSERT_NE(response.live, nullptr);
  EXPECT_THAT(response.live->take(), HasSubstr("event: changed\n")) << "another server's news may be anything";
  EXPECT_EQ(response.live->take(), "");
  std::promise<void> woken;
  std::once_flag once;
  response.live->on_news([&] { std::call_once(once, [&] { woken.set_value(); }); });
  news_.tell();
  woken.get_future().wait();
  EXPECT_THAT(response.live->take(), HasSubstr("event: changed\n"));
  EXPECT_EQ(response.live->take(), "");
  EXPECT_EQ(dashboard().answer(request(Method::Head, "/r/events", signed_in())).live, nullptr);
}

TEST_F(DashboardTest, APageThatKnowsTheNewsIsToldNothing) {
  std::string html = page("/r/c/backend");
  size_t at = html.find("data-edition=\"") + 14;
  std::string edition = html.substr(at, html.find('"', at) - at);
  EXPECT_EQ(get("/r/events?seen=" + edition).live->take(), "");
  news_.tell();
  EXPECT_NE(get("/r/events?seen=" + edition).live->take(), "");
}

TEST_F(DashboardTest, AFeedMayOutliveTheServersParts) {
  std::shared_ptr<LiveFeed> feed = get("/r/events").live;
  feed->on_news([] {});
  dashboard_.reset();
  feed.reset();
}

TEST_F(DashboardTest, AddressesAreRelativeSoThatAProxyMayShowThemBelowAFolder) {
  EXPECT_EQ(way_to_root("/r"), "r");
  EXPECT_EQ(way_to_root("/r/login"), "../r");
  EXPECT_EQ(way_to_root("/r/c/x"), "../../r");
  EXPECT_EQ(way_to_root("/r/c/x/m/y"), "../../../../r");
  for (const char* path : {"/r", "/r/c/backend", "/r/c/backend/m/m-1"}) {
    EXPECT_THAT(page(path), Not(HasSubstr("=\"/"))) << path;
  }
}

TEST(DashboardWords, NameEveryState) {
  for (int state = 0; state <= static_cast<int>(ViewState::InvalidEvent); ++state) {
    EXPECT_FALSE(state_in_words(static_cast<ViewState>(state)).empty()) << state;
    EXPECT_FALSE(tone_of(static_cast<ViewState>(state)).empty()) << state;
  }
  EXPECT_EQ(state_in_words(ViewState::Watched95), "Watched 95 %");
  EXPECT_EQ(state_in_words(ViewState::InvalidEvent), "Invalid reports");
  EXPECT_EQ(time_in_words(kNoon), "22 Nov 2026, 12:00 UTC");
  EXPECT_EQ(position(3725), "1:02:05");
  EXPECT_EQ(reaction_in_words("of a newer program"), "of a newer program");
}

TEST(SeenStretches, TellWhichPartsWereSeen) {
  SeenTime minute(60);
  minute.add(0, 30);
  minute.add(30.6, 31.2);  // half of the stretch from 30 to 31.2
  SeenStretches percent = minute.stretches();
  EXPECT_EQ(percent[0], 100);
  EXPECT_EQ(percent[24], 100);
  EXPECT_EQ(percent[25], 50);
  EXPECT_EQ(percent[26], 0);
  SeenTime second(1);
  second.add(0, 0.5);
  EXPECT_EQ(second.stretches()[0], 100);
  EXPECT_EQ(second.stretches()[24], 100);
  EXPECT_EQ(second.stretches()[25], 0);
  EXPECT_EQ(SeenTime(0).stretches(), SeenStretches{});
}

}  // namespace
}  // namespace candid::track::test
