// Replies as videos, asked of a server that runs.

#include <algorithm>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/track/server_fixture.h"
#include "track/pages/passcode.h"
#include "track/pages/reply_video_desk.h"
#include "track/replies/reply_videos.h"

namespace candid::track::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kBytes = "application/octet-stream";

std::string recording(size_t size) {
  std::string bytes = "\x1a\x45\xdf\xa3";
  while (bytes.size() < size) bytes += static_cast<char>(bytes.size() * 7 + bytes.size() / 251);
  return bytes;
}

class ReplyVideoTest : public ServerFixture {
 protected:
  void SetUp() override { start(); }
  void start() {
    server_.reset();
    uploads_ = must(ReplyUploads::open(root(), limits_, clock_));
    server_ = must(Server::start(settings_, *ledger_, library_, api_, clock_, uploads_.get()));
  }
  std::filesystem::path root() const { return folder_.path() / "replies"; }

  void change(const std::function<void(PageContent&)>& to) {
    MessageRecord message = sample_message();
    to(message.page);
    must(ledger_->upsert_messages({message}));
  }
  std::string page() { return get(link()).body; }
  // The page's ticket, with what `more` says.
  static std::string asking(const std::string& html, const nlohmann::json& more = nlohmann::json::object()) {
    nlohmann::json json = nlohmann::json::parse(ticket_of(html));
    json.update(more);
    return json.dump();
  }
  static nlohmann::json upload_of(size_t size, std::string_view type = "video/webm;codecs=vp8,opus") {
    return {{"size", size}, {"type", type}};
  }
  RawResponse post(std::string_view rest, std::string_view body, std::string_view type = "application/json") {
    return RawClient(port()).post(link(rest), body, type);
  }
  static nlohmann::json json_of(const RawResponse& answer) { return nlohmann::json::parse(answer.body); }
  std::string begin(const std::string& html, size_t size) {
    RawResponse begun = post("/reply/video", asking(html, upload_of(size)));
    EXPECT_EQ(begun.status, 201) << begun.body;
    return json_of(begun).at("id").get<std::string>();
  }
  static std::string at(const std::string& id, size_t offset) { return fmt::format("/reply/video/{}/{}", id, offset); }
  void send(const std::string& id, const std::string& bytes) {
    for (size_t offset = 0; offset < bytes.size(); offset += kReplyPiece) {
      std::string piece = bytes.substr(offset, kReplyPiece);
      RawResponse answer = post(at(id, offset), piece, kBytes);
      EXPECT_EQ(answer.status, 200) << answer.body;
      EXPECT_EQ(json_of(answer).at("offset"), offset + piece.size());
    }
  }
  RawResponse finish(const std::string& html, const std::string& id) {
    return post("/reply/video/" + id + "/finish", asking(html));
  }
  std::vector<Event> replies() {
    std::vector<Event> events = stored_events();
    std::erase_if(events, [](const Event& event) { return event.kind != EventKind::Reply; });
    return events;
  }

  ReplyLimits limits_;
  std::unique_ptr<ReplyUploads> uploads_;
};

TEST_F(ReplyVideoTest, IsStoredWithItsEventBeforeThePageThanksForIt) {
  std::string html = page();
  std::string bytes = recording(200'000);
  std::string id = begin(html, bytes.size());
  send(id, bytes);
  RawResponse answer = finish(html, id);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(must(read_text_file(ReplyVideos(root()).folder_of("m-1", id) / kReplyRaw)), bytes);
  auto stored = replies();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(reply_video_id(stored[0]), id);
  EXPECT_EQ(stored[0].session, attribute(html, "data-session"));
  EXPECT_EQ(finish(html, id).status, 200);
  EXPECT_EQ(replies().size(), 1u) << "a repeat is no second reply";
}

TEST_F(ReplyVideoTest, GoesOnWhereTheServerSaysAfterABreak) {
  std::string html = page();
  std::string bytes = recording(150'000);
  std::string id = begin(html, bytes.size());
  post(at(id, 0), bytes.substr(0, 50'000), kBytes);
  server_.reset();
  start();
  RawResponse where = get(link("/reply/video/" + id));
  EXPECT_EQ(json_of(where).at("offset"), 50'000);
  RawResponse again = post(at(id, 0), bytes.substr(0, 50'000), kBytes);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(json_of(again).at("offset"), 50'000);
  RawResponse early = finish(html, id);
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(json_of(early).at("offset"), 50'000);
  EXPECT_TRUE(replies().empty());
  for (size_t offset = 50'000; offset < bytes.size(); offset += 50'000)
    EXPECT_EQ(post(at(id, offset), bytes.substr(offset, 50'000), kBytes).status, 200);
  EXPECT_EQ(finish(html, id).status, 200);
}

TEST_F(ReplyVideoTest, OfALinkThatIsNotTrackedTellsNothingOfTheVisit) {
  must(ledger_->stop_tracking(link_id_));
  std::string html = page();
  EXPECT_THAT(html, HasSubstr("id=\"video-reply\""));
  std::string id = begin(html, 1000);
  send(id, recording(1000));
  EXPECT_EQ(finish(html, id).status, 200);
  EXPECT_EQ(finish(html, id).status, 200);
  auto stored = replies();
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].session, "");
  EXPECT_EQ(stored[0].agent, "");
  EXPECT_EQ(stored[0].network, "");
}

TEST_F(ReplyVideoTest, IsNotOfferedWhereNothingMayBeStored) {
  std::string html = page();
  std::string asked = asking(html, upload_of(1000));
  const std::function<void(PageContent&)> kinds[] = {
      [](PageContent& content) { content.takes_replies = false; },
      [](PageContent& content) { content.tracking = Tracking::Off; },
      [](PageContent& content) { content.tracking = Tracking::Consent; },
  };
  for (const auto& kind : kinds) {
    change(kind);
    EXPECT_EQ(post("/reply/video", asked).status, 404);
    EXPECT_EQ(get(link("/reply/video/recorder.js")).status, 404);
    RawResponse shown = get(link());
    EXPECT_THAT(shown.body, Not(HasSubstr("id=\"video-reply\"")));
    EXPECT_THAT(shown.header("permissions-policy"), HasSubstr("camera=(), microphone=()"));
    EXPECT_THAT(shown.header("content-security-policy"), Not(HasSubstr("blob:")));
  }
  EXPECT_TRUE(must(files_below(root())).empty());
}

TEST_F(ReplyVideoTest, IsNotOfferedByAServerThatTakesNone) {
  server_.reset();
  server_ = must(Server::start(settings_, *ledger_, library_, api_, clock_));
  std::string html = page();
  EXPECT_THAT(html, Not(HasSubstr("id=\"video-reply\"")));
  EXPECT_EQ(post("/reply/video", asking(html, upload_of(1000))).status, 404);
}

TEST_F(ReplyVideoTest, LetsThePageUseTheCameraAndWatchWhatItRecorded) {
  RawResponse shown = get(link());
  EXPECT_THAT(shown.header("permissions-policy"), HasSubstr("camera=(self), microphone=(self)"));
  EXPECT_THAT(shown.header("content-security-policy"), HasSubstr("media-src 'self' blob:"));
  change([](PageContent& content) { content.language = "auto"; });
  RawResponse script = get(link("/reply/video/recorder.js"), "Accept-Language: de\r\n");
  EXPECT_EQ(script.status, 200);
  EXPECT_THAT(script.header("content-type"), HasSubstr("text/javascript"));
  EXPECT_THAT(script.body, HasSubstr("Aufnahme starten"));
  EXPECT_THAT(script.body, HasSubstr(fmt::format(", {});", limits_.video_bytes)));
  std::string words = script.body.substr(script.body.rfind("\n}\n)("));
  EXPECT_TRUE(std::all_of(words.begin(), words.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_F(ReplyVideoTest, NeedsTheTicketOfItsLink) {
  std::string html = page();
  std::string other_token = make_link();
  std::string other_page = get("/v/" + other_token).body;
  EXPECT_EQ(post("/reply/video", asking(other_page, upload_of(1000))).status, 403);
  EXPECT_EQ(post("/reply/video", nlohmann::json(upload_of(1000)).dump()).status, 400);
  std::string id = begin(html, 1000);
  send(id, recording(1000));
  EXPECT_EQ(finish(other_page, id).status, 403);
  // The upload of another link, with that link's own ticket.
  auto theirs = [&](std::string_view rest) { return fmt::format("/v/{}/reply/video/{}{}", other_token, id, rest); };
  EXPECT_EQ(get(theirs("")).status, 404);
  EXPECT_EQ(RawClient(port()).post(theirs("/1000"), "x", kBytes).status, 404);
  EXPECT_EQ(RawClient(port()).post(theirs("/finish"), asking(other_page)).status, 404);
  clock_.advance(kTicketLifetime + std::chrono::seconds(1));
  RawResponse old = finish(html, id);
  EXPECT_EQ(old.status, 403);
  EXPECT_EQ(json_of(old).at("problem"), "ticket");
  EXPECT_TRUE(replies().empty());
}

TEST_F(ReplyVideoTest, OfAnotherSiteIsRefused) {
  std::string html = page();
  std::string id = begin(html, 1000);
  std::string asked = asking(html, upload_of(1000));
  EXPECT_EQ(post("/reply/video", asked, "text/plain").status, 415);
  EXPECT_EQ(post("/reply/video", asked, "application/x-www-form-urlencoded").status, 415);
  EXPECT_EQ(post(at(id, 0), "bytes", "text/plain").status, 415);
  EXPECT_EQ(post("/reply/video/" + id + "/finish", asking(html), "text/plain").status, 415);
  std::string headers = "Content-Type: application/octet-stream\r\nContent-Length: 5\r\nSec-Fetch-Site: cross-site\r\n";
  EXPECT_EQ(RawClient(port()).ask("POST", link(at(id, 0)), headers, "bytes").status, 403);
}

TEST_F(ReplyVideoTest, NeedsThePasscodeOfItsLink) {
  std::string html = page();
  std::string id = begin(html, 1000);
  LinkTerms terms;
  terms.passcode_hash = must(hash_passcode("four words of it"));
  set_terms(terms);
  EXPECT_EQ(post("/reply/video", asking(html, upload_of(1000))).status, 401);
  EXPECT_EQ(post(at(id, 0), "bytes", kBytes).status, 401);
  EXPECT_EQ(get(link("/reply/video/" + id)).status, 401);
  EXPECT_EQ(get(link("/reply/video/recorder.js")).status, 401);
  EXPECT_EQ(finish(html, id).status, 401);
}

TEST_F(ReplyVideoTest, EndsWithItsLink) {
  std::string html = page();
  std::string id = begin(html, 1000);
  must(ledger_->revoke_link(sha256(token_)));
  EXPECT_EQ(post(at(id, 0), "bytes", kBytes).status, 404);
  EXPECT_EQ(finish(html, id).status, 404);
}

TEST_F(ReplyVideoTest, IsBounded) {
  std::string html = page();
  EXPECT_EQ(post("/reply/video", asking(html, upload_of(limits_.video_bytes + 1))).status, 422);
  EXPECT_EQ(post("/reply/video", asking(html, upload_of(1000, "text/html"))).status, 422);
  std::string id = begin(html, 500'000);
  EXPECT_EQ(post(at(id, 0), std::string(kReplyPiece + 1, 'x'), kBytes).status, 400);
  EXPECT_EQ(post(at(id, 0), std::string(settings_.limits.body_bytes + 1, 'x'), kBytes).status, 413);
  EXPECT_EQ(post(at(id, 0), "", kBytes).status, 400);
  for (const char* offset : {"-1", "1e3", "0x10", "18446744073709551616", "99999999999999999999999", "", "+1", " 0"}) {
    RawResponse answer = post(fmt::format("/reply/video/{}/{}", id, offset), "bytes", kBytes);
    EXPECT_TRUE(answer.status == 400 || answer.status == 404) << offset << " " << answer.status;
  }
  EXPECT_EQ(json_of(get(link("/reply/video/" + id))).at("offset"), 0);
}

TEST_F(ReplyVideoTest, OfNoSuchUploadIsNowhere) {
  page();
  for (const char* id : {"..", "../../../etc/passwd", "..%2f..%2fetc", "%00", "0123456789abcdef0123456789abcdef",
                         "recorder.js.map", "finish", "//"}) {
    EXPECT_EQ(get(link(fmt::format("/reply/video/{}", id))).status, 404) << id;
    EXPECT_THAT(post(fmt::format("/reply/video/{}/0", id), "bytes", kBytes).status, testing::AnyOf(400, 404)) << id;
  }
  EXPECT_EQ(get(link("/reply/videos")).status, 404);
  EXPECT_EQ(get(link("/reply/video/")).status, 404);
}

TEST_F(ReplyVideoTest, ThatIsNoVideoIsRefusedAndNotRecorded) {
  std::string html = page();
  std::string id = begin(html, 1000);
  send(id, std::string(1000, 'x'));
  RawResponse answer = finish(html, id);
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(json_of(answer).at("problem"), "unreadable");
  EXPECT_TRUE(replies().empty());
  EXPECT_TRUE(must(files_below(root())).empty());
}

TEST_F(ReplyVideoTest, MayBeBegunSomeTimesAMinuteAlone) {
  std::string html = page();
  for (size_t i = 0; i < ReplyVideoDesk::kBeginningsPerMinute; ++i) begin(html, 1000);
  RawResponse refused = post("/reply/video", asking(html, upload_of(1000)));
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.header("retry-after"), "");
  clock_.advance(std::chrono::seconds(61));
  begin(html, 1000);
}

TEST_F(ReplyVideoTest, IsTheLastOfItsLinkWhenThoseAreAll) {
  std::string html = page();
  for (int i = 0; i < limits_.replies_of_link; ++i) {
    std::string id = begin(html, 1000);
    send(id, recording(1000));
    EXPECT_EQ(finish(html, id).status, 200);
  }
  RawResponse refused = post("/reply/video", asking(html, upload_of(1000)));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(json_of(refused).at("problem"), "too_many");
  EXPECT_EQ(replies().size(), static_cast<size_t>(limits_.replies_of_link));
}

TEST_F(ReplyVideoTest, AsksForJsonThatSaysAllThatItMust) {
  std::string html = page();
  for (const char* body : {"", "{", "[]", "null", "\"x\"", R"({"session":1,"nonce":2,"size":3,"type":4})",
                           R"({"session":"s","nonce":"n","size":-1,"type":"video/webm"})",
                           R"({"session":"s","nonce":"n","size":1.5,"type":"video/webm"})"}) {
    EXPECT_EQ(post("/reply/video", body).status, 400) << body;
    clock_.advance(std::chrono::minutes(1));  // a minute has some beginnings alone
  }
}

}  // namespace
}  // namespace candid::track::test
