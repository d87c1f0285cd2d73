// What a candidate says back, and what each way of tracking lets be stored, asked of a server that runs.

#include <algorithm>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/track/server_fixture.h"
#include "track/pages/reply_desk.h"

namespace candid::track::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReplyTest : public ServerFixture {
 protected:
  void track(Tracking tracking) {
    MessageRecord message = sample_message();
    message.page.tracking = tracking;
    must(ledger_->upsert_messages({message}));
  }
  RawResponse post(std::string_view rest, std::string_view body, std::string_view headers = "") {
    std::string all = fmt::format("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{}",
                                  body.size(), headers);
    return RawClient(port()).ask("POST", link(rest), all, body);
  }
  std::string page() { return get(link()).body; }
  static std::string ticket(const std::string& html) {
    size_t at = html.find("name=\"session\"");
    std::string form = html.substr(at);
    size_t nonce = form.find("name=\"nonce\"");
    return fmt::format("session={}&nonce={}", attribute(form, "value"), attribute(form.substr(nonce), "value"));
  }
  std::vector<Event> stored(EventKind kind) {
    std::vector<Event> events = stored_events();
    std::erase_if(events, [&](const Event& event) { return event.kind != kind; });
    return events;
  }
  RawResponse beat(const std::string& html) {
    return RawClient(port()).post(
        link("/events"), report(html, R"({"sequence":0,"kind":"input","trusted":true,"keyboard":false,"ms":1})"));
  }
};

TEST_F(ReplyTest, IsStoredBeforeThePageThanksForIt) {
  std::string html = page();
  RawResponse answer = post("/reply", ticket(html) + "&text=Gl%C3%BCck%21%0D%0A%3Cb%3E+yes");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("Glück!\n&lt;b&gt; yes"));
  auto replies = stored(EventKind::Reply);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(replies[0].body), (nlohmann::json{{"text", "Glück!\n<b> yes"}}));
  EXPECT_EQ(replies[0].session, attribute(html, "data-session"));
}

TEST_F(ReplyTest, SentTwiceIsStoredOnce) {
  std::string html = page();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(post("/reply", ticket(html) + "&text=hello").status, 200);
  EXPECT_EQ(post("/reply", ticket(html) + "&text=hello+again").status, 200);
  EXPECT_EQ(stored(EventKind::Reply).size(), 2u);
}

TEST_F(ReplyTest, MayHaveTwoThousandCharactersOfAnyScript) {
  std::string html = page();
  std::string longest;
  for (size_t i = 0; i < kLongestReply; ++i) longest += "%F0%9F%91%8D";
  EXPECT_EQ(post("/reply", ticket(html) + "&text=" + longest).status, 200);
  RawResponse refused = post("/reply", ticket(html) + "&text=" + longest + "x");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("👍x</textarea>"));
  EXPECT_EQ(post("/reply", ticket(html) + "&text=+%0A+").status, 422);
  EXPECT_EQ(post("/reply", ticket(html)).status, 422);
  EXPECT_EQ(stored(EventKind::Reply).size(), 1u);
}

TEST_F(ReplyTest, OfAPageThatIsTooOldCanBeSentAgainFromTheAnswer) {
  std::string html = page();
  clock_.advance(kTicketLifetime + std::chrono::seconds(1));
  RawResponse again = post("/reply", ticket(html) + "&text=after+the+holidays");
  EXPECT_EQ(again.status, 422);
  EXPECT_TRUE(stored(EventKind::Reply).empty());
  EXPECT_EQ(post("/reply", ticket(again.body) + "&text=after+the+holidays").status, 200);
  EXPECT_EQ(stored(EventKind::Reply).size(), 1u);
}

TEST_F(ReplyTest, OfAnotherSiteIsRefused) {
  std::string body = ticket(page()) + "&text=hello";
  EXPECT_EQ(post("/reply", body, "Sec-Fetch-Site: cross-site\r\n").status, 403);
  EXPECT_EQ(post("/reply", body, "Sec-Fetch-Site: same-site\r\n").status, 403);
  EXPECT_EQ(post("/reply", body, "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(post("/privacy", "", "Sec-Fetch-Site: cross-site\r\n").status, 403);
  EXPECT_EQ(post("/reply", "text=hello", "Origin: null\r\n").status, 422) << "without the page's ticket";
  EXPECT_EQ(post("/erase", "", "Origin: null\r\n").status, 403);
  EXPECT_TRUE(stored(EventKind::Reply).empty());
  EXPECT_EQ(post("/reply", body, "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n").status, 200);
}

TEST_F(ReplyTest, ChangesNothingByReading) {
  page();
  for (const char* name : {"/reply", "/reaction", "/data", "/erase", "/consent"}) {
    RawResponse answer = get(link(name));
    EXPECT_EQ(answer.status, 303) << name;
    EXPECT_EQ(RawClient(port()).post(link(name), "{}").status, 415) << name;
  }
  EXPECT_TRUE(stored(EventKind::Reply).empty());
}

TEST_F(ReplyTest, TellsWhatTheCandidateWantsDoneWithTheirData) {
  std::string html = page();
  EXPECT_THAT(post("/data", ticket(html)).body, HasSubstr("a copy of your data"));
  EXPECT_THAT(post("/erase", ticket(html)).body, HasSubstr("want to be erased"));
  auto requests = stored(EventKind::Reply);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].body, R"({"request":"data"})");
  EXPECT_EQ(requests[1].body, R"({"request":"erasure"})");
}

TEST_F(ReplyTest, IsAReactionByFormAndByReport) {
  std::string html = page();
  EXPECT_EQ(post("/reaction", ticket(html) + "&name=heart").status, 200);
  EXPECT_EQ(post("/reaction", ticket(html) + "&name=%3Cscript%3E").status, 400);
  RawResponse reported =
      RawClient(port()).post(link("/events"), report(html, R"({"sequence":0,"kind":"reaction","name":"thanks"})"));
  EXPECT_EQ(reported.status, 204);
  auto reactions = stored(EventKind::Reaction);
  ASSERT_EQ(reactions.size(), 2u);
  EXPECT_EQ(reactions[0].body, R"({"name":"heart"})");
  EXPECT_EQ(reactions[1].body, R"({"name":"thanks"})");
}

TEST_F(ReplyTest, ReachesTheSenderOfAnUntrackedLinkAndTellsNothingElse) {
  std::string html = page();
  EXPECT_EQ(post("/privacy", "").status, 303);
  EXPECT_EQ(post("/reply", ticket(html) + "&text=hello").status, 200);
  EXPECT_EQ(beat(html).status, 204);
  auto replies = stored(EventKind::Reply);
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0].session, "");
  EXPECT_EQ(replies[0].agent, "");
  EXPECT_EQ(replies[0].network, "");
  EXPECT_TRUE(stored(EventKind::Input).empty());
}

TEST_F(ReplyTest, IsNotTakenWhereTheCampaignTakesNone) {
  MessageRecord message = sample_message();
  message.page.takes_replies = false;
  must(ledger_->upsert_messages({message}));
  std::string html = page();
  EXPECT_EQ(post("/reply", ticket(html) + "&text=hello").status, 404);
  EXPECT_EQ(post("/reaction", ticket(html) + "&name=heart").status, 404);
}

TEST_F(ReplyTest, HasToWaitAfterAFlood) {
  std::string html = page();
  int refused = 0;
  for (size_t i = 0; i < EventQuota::kPerMinute + 5; ++i) {
    refused += post("/reaction", ticket(html) + "&name=heart").status == 429 ? 1 : 0;
  }
  EXPECT_EQ(refused, 5);
}

TEST_F(ReplyTest, NothingOfAPersonIsStoredWhereTrackingIsOff) {
  for (Tracking tracking : {Tracking::Off, Tracking::Aggregate}) {
    track(tracking);
    RawResponse opened = get(link());
    const bool is_counted = tracking == Tracking::Aggregate;
    EXPECT_THAT(opened.body, HasSubstr(is_counted ? "not by whom" : "Nothing about your visit is recorded."));
    EXPECT_EQ(opened.header("set-cookie"), "");
    EXPECT_EQ(get(video_of(opened.body)).status, 200);
    EXPECT_EQ(RawClient(port()).get(link("/contents/" + attribute(opened.body, "data-session"))).status, 404);
    EXPECT_EQ(beat(opened.body).status, 204);
    EXPECT_EQ(post("/reply", ticket(opened.body) + "&text=hello").status, 404);
    EXPECT_EQ(post("/reaction", ticket(opened.body) + "&name=heart").status, 404);
    EXPECT_EQ(post("/consent", ticket(opened.body)).status, 404);
  }
  auto found = must(ledger_->find_link(link_id_));
  EXPECT_EQ(found->views, 0);
  EXPECT_TRUE(events_after_stop().empty());
}

TEST_F(ReplyTest, NothingIsStoredBeforeTheCandidateAgrees) {
  track(Tracking::Consent);
  RawResponse opened = get(link());
  EXPECT_EQ(opened.header("set-cookie"), "");
  EXPECT_EQ(get(video_of(opened.body)).status, 200);
  EXPECT_EQ(beat(opened.body).status, 204);
  EXPECT_EQ(post("/reply", ticket(opened.body) + "&text=hello").status, 404);
  EXPECT_EQ(must(ledger_->find_link(link_id_))->views, 0);
  EXPECT_TRUE(events_after_stop().empty());
}

TEST_F(ReplyTest, WithConsentIsStoredFromThenOn) {
  track(Tracking::Consent);
  std::string html = page();
  EXPECT_EQ(post("/consent", "").status, 403) << "without the page's ticket";
  RawResponse agreed = post("/consent", ticket(html));
  EXPECT_EQ(agreed.status, 303);
  ASSERT_EQ(stored(EventKind::Consent).size(), 1u);
  EXPECT_EQ(stored(EventKind::Consent)[0].body, R"({"agreed":true})");
  std::string recorded = page();
  EXPECT_THAT(recorded, HasSubstr("/events\""));
  EXPECT_THAT(recorded, Not(HasSubstr("/consent\"")));
  EXPECT_EQ(beat(recorded).status, 204);
  EXPECT_EQ(stored(EventKind::Input).size(), 1u);
  // Changing one's mind.
  EXPECT_EQ(post("/privacy", "").status, 303);
  EXPECT_EQ(beat(page()).status, 204);
  EXPECT_EQ(stored(EventKind::Input).size(), 1u);
}

TEST_F(ReplyTest, FollowsTheBrowsersLanguageWhereTheCampaignSaysSo) {
  MessageRecord message = sample_message();
  message.page.language = kBrowserLanguage;
  must(ledger_->upsert_messages({message}));
  RawResponse german = get(link(), "Accept-Language: de-CH, en;q=0.5\r\n");
  EXPECT_THAT(german.body, HasSubstr("<html lang=\"de\""));
  EXPECT_THAT(post("/data", ticket(german.body), "Accept-Language: de-CH, en;q=0.5\r\n").body,
              HasSubstr("<html lang=\"de\""));
}

}  // namespace
}  // namespace candid::track::test
