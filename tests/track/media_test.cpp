// Media by signed addresses: who gets them, until when, and which views are counted.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/track/server_fixture.h"

namespace candid::track {
namespace {

using test::must;
using test::RawClient;
using test::RawResponse;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kFirstHundred = "Range: bytes=0-99\r\n";
constexpr const char* kProbe = "Range: bytes=0-1\r\n";
constexpr const char* kOtherSession = "SessionOfTheTests-0002";
constexpr const char* kThirdSession = "SessionOfTheTests-0003";

class MediaTest : public test::ServerFixture {
 protected:
  bool nobody_can_tell(const RawResponse& response) {
    auto unknown = get("/v/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
    return response.status == 404 && response.body == unknown.body && response.headers == unknown.headers;
  }
};

TEST_F(MediaTest, APageLeadsToItsVideo) {
  std::string address = video_of(get(link()).body);
  EXPECT_TRUE(get(address).body == library_.video());
  EXPECT_EQ(address.find(token_), std::string::npos);
}

TEST_F(MediaTest, TheAddressesOfOldAreGone) {
  EXPECT_TRUE(nobody_can_tell(get(link("/video.mp4"))));
  EXPECT_TRUE(nobody_can_tell(get(link("/poster.jpg"))));
}

TEST_F(MediaTest, AnAddressThatWeDidNotSignIsNothing) {
  std::string good = media("video.mp4");
  EXPECT_EQ(get(good, kFirstHundred).status, 206);
  for (size_t at : {size_t(3), size_t(12), good.find("/video") - 1}) {
    std::string forged = good;
    forged[at] = forged[at] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(nobody_can_tell(get(forged))) << at;
  }
  EXPECT_TRUE(nobody_can_tell(get("/m//video.mp4")));
  EXPECT_TRUE(nobody_can_tell(get("/m/")));
  EXPECT_TRUE(nobody_can_tell(get(good.substr(0, good.rfind('/')))));
}

TEST_F(MediaTest, AnAddressEndsAfterSixHours) {
  std::string address = media("video.mp4");
  clock_.advance(kGrantLifetime - std::chrono::seconds(1));
  EXPECT_EQ(get(address, kFirstHundred).status, 206);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(nobody_can_tell(get(address, kFirstHundred)));
}

TEST_F(MediaTest, RevokingEndsPageAndMediaAtOnce) {
  RawClient client(port());
  std::string html = client.get(link()).body;
  EXPECT_EQ(client.get(video_of(html), kFirstHundred).status, 206);
  // By another program, as "candid revoke" does.
  must(must(open_sqlite_ledger(folder_.path() / "ledger", clock_))->revoke_link(sha256(token_)));
  EXPECT_TRUE(nobody_can_tell(client.get(link())));
  EXPECT_TRUE(nobody_can_tell(client.get(video_of(html), kFirstHundred)));
  EXPECT_TRUE(nobody_can_tell(client.get(media("poster.jpg"))));
  EXPECT_TRUE(nobody_can_tell(client.post(link("/media"), ticket_of(html))));
}

TEST_F(MediaTest, ABrowserAsksEachTimeWhetherTheLinkHasEnded) {
  auto first = get(media("poster.jpg"));
  EXPECT_EQ(first.header("cache-control"), "private, no-cache");
  EXPECT_EQ(get(media("poster.jpg"), "If-None-Match: \"p1\"\r\n").status, 304);
}

TEST_F(MediaTest, ALinksViewsAreCountedByPageLoad) {
  set_terms({.view_limit = 2});
  RawClient client(port());
  for (const char* session : {test::kSession, kOtherSession, test::kSession}) {
    EXPECT_EQ(client.get(media("video.mp4", session), kFirstHundred).status, 206) << session;
  }
  EXPECT_EQ(client.get(media("video.mp4", kThirdSession), kFirstHundred).status, 403);
  EXPECT_EQ(client.get(media("video.mp4", kThirdSession), "If-None-Match: \"v1\"\r\n").status, 403);
  EXPECT_EQ(client.get(media("video.mp4", kOtherSession), kFirstHundred).status, 206);  // has begun: may go on
}

TEST_F(MediaTest, ProbesAndPostersUseUpNoView) {
  set_terms({.view_limit = 1});
  RawClient client(port());
  std::string address = media("video.mp4");
  EXPECT_EQ(client.head(address).status, 200);
  EXPECT_EQ(client.get(address, kProbe).status, 206);
  EXPECT_EQ(client.get(media("poster.jpg")).status, 200);
  EXPECT_EQ(client.get(media("video.mp4", kOtherSession), kFirstHundred).status, 206);
  EXPECT_EQ(client.get(address, kFirstHundred).status, 403);
}

TEST_F(MediaTest, WhatIsRefusedUsesUpNoView) {
  set_terms({.view_limit = 1});
  RawClient client(port());
  std::string address = media("video.mp4");
  EXPECT_EQ(client.get(address, "Range: bytes=99999999-\r\n").status, 416);
  EXPECT_EQ(client.get(address, "If-Match: \"other\"\r\n").status, 412);
  EXPECT_EQ(client.get(media("video.mp4", kOtherSession), kFirstHundred).status, 206);
  EXPECT_EQ(client.get(address, kFirstHundred).status, 403);
}

TEST_F(MediaTest, APageSaysThatNoViewIsLeft) {
  set_terms({.view_limit = 1});
  RawClient client(port());
  std::string first = client.get(link()).body;
  EXPECT_THAT(first, HasSubstr("preload=\"none\""));
  EXPECT_THAT(client.get(link()).body, HasSubstr("<video")) << "opening the page is no view";
  EXPECT_EQ(client.get(video_of(first)).status, 200);
  std::string second = client.get(link()).body;
  EXPECT_THAT(second, HasSubstr("watched as often as its link allows"));
  EXPECT_THAT(second, Not(HasSubstr("<video")));
}

TEST_F(MediaTest, CaptionsEndWithTheLastView) {
  set_terms({.view_limit = 1});
  RawClient client(port());
  EXPECT_EQ(client.get(media("captions.vtt")).status, 200);
  EXPECT_EQ(client.get(media("video.mp4", kOtherSession), kFirstHundred).status, 206) << "captions use up no view";
  EXPECT_EQ(client.get(media("captions.vtt")).status, 403);
  EXPECT_EQ(client.get(media("captions.vtt", kOtherSession)).status, 200) << "has begun: may go on";
}

TEST_F(MediaTest, APageOfALimitedLinkHasNoAddressThatAProgramCouldFollow) {
  auto anchors_to_media = [&] {
    std::string html = get(link()).body;
    size_t count = 0;
    for (size_t at = html.find("<a "); at != std::string::npos; at = html.find("<a ", at + 1)) {
      count += html.substr(at, html.find('>', at) - at).find("/m/") != std::string::npos;
    }
    return count;
  };
  set_terms({.may_download = true});
  EXPECT_EQ(anchors_to_media(), 2u);
  set_terms({.view_limit = 1, .may_download = true});
  EXPECT_EQ(anchors_to_media(), 0u);
  EXPECT_THAT(get(link()).body, HasSubstr("<button id=\"keep\""));
}

TEST_F(MediaTest, TabsLeftOpenUseUpNoMisses) {
  std::string ended = media("video.mp4");
  clock_.advance(kGrantLifetime);
  RawClient client(port());
  for (int i = 0; i < 30; ++i) ASSERT_EQ(client.get(ended).status, 404) << i;
  EXPECT_EQ(client.get(link()).status, 200);
}

TEST_F(MediaTest, AGrantForPreviewsOpensThePosterAlone) {
  set_terms({.view_limit = 1});
  EXPECT_EQ(get(media("poster.jpg", "")).status, 200);
  EXPECT_TRUE(nobody_can_tell(get(media("video.mp4", ""))));
  EXPECT_TRUE(nobody_can_tell(get(media("captions.vtt", ""))));
}

TEST_F(MediaTest, PreviewsAreAtSignedAddressesToo) {
  settings_.public_url = "https://talk.example.com/";
  std::string html = get(link()).body;
  std::string image = attribute(html, "<meta property=\"og:image\" content");
  constexpr std::string_view kOrigin = "https://talk.example.com";
  ASSERT_TRUE(image.starts_with(kOrigin)) << image;
  EXPECT_EQ(get(image.substr(kOrigin.size())).status, 200);
  EXPECT_EQ(image.find(token_), std::string::npos);
}

TEST_F(MediaTest, APageThatWasOpenForLongGetsNewAddresses) {
  set_terms({.view_limit = 1});
  RawClient client(port());
  std::string html = client.get(link()).body;
  EXPECT_EQ(client.get(video_of(html), kFirstHundred).status, 206);
  clock_.advance(std::chrono::hours(7));
  EXPECT_EQ(client.get(video_of(html), kFirstHundred).status, 404);
  auto answer = client.post(link("/media"), ticket_of(html));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.header("cache-control"), "private, no-store");
  auto addresses = nlohmann::json::parse(answer.body);
  EXPECT_EQ(client.get(addresses.at("video").get<std::string>().substr(2), kFirstHundred).status, 206);
}

TEST_F(MediaTest, NewAddressesAreForPagesOfThisLinkAlone) {
  std::string other = make_link();
  RawClient client(port());
  std::string html = client.get(link()).body;
  EXPECT_EQ(client.post("/v/" + other + "/media", ticket_of(html)).status, 401);
  EXPECT_EQ(client.post(link("/media"), "{}").status, 400);
  EXPECT_EQ(client.post(link("/media"), "[1").status, 400);
  EXPECT_EQ(client.post(link("/media"), R"({"session":1,"nonce":2})").status, 400);
  EXPECT_EQ(client.post(link("/media"), ticket_of(html), "text/plain").status, 415);
}

TEST_F(MediaTest, NewAddressesUseUpAViewWhenThereWasNone) {
  set_terms({.view_limit = 1});
  RawClient client(port());
  std::string first = client.get(link()).body;
  std::string second = client.get(link()).body;
  EXPECT_EQ(client.post(link("/media"), ticket_of(first)).status, 200);
  EXPECT_EQ(client.post(link("/media"), ticket_of(second)).status, 403);
}

TEST_F(MediaTest, AFileToKeepNeedsTheLinksLeave) {
  RawClient client(port());
  EXPECT_EQ(client.get(media("video.mp4?download")).header("content-disposition"), "");
  set_terms({.may_download = true});
  auto kept = client.get(media("video.mp4?download"));
  EXPECT_EQ(kept.header("content-disposition"), "attachment; filename=\"video-message.mp4\"");
  EXPECT_TRUE(kept.body == library_.video());
  EXPECT_EQ(client.get(media("video.mp4")).header("content-disposition"), "");
}

TEST_F(MediaTest, MediaInABucketAreAnsweredWithTheWayThere) {
  library_.redirect = "https://bucket.example.com/video?X-Amz-Signature=abc";
  library_.bucket_origins = {"https://bucket.example.com"};
  set_terms({.view_limit = 1});
  RawClient client(port());
  auto there = client.get(media("video.mp4"), "Range: bytes=0-\r\n");
  EXPECT_EQ(there.status, 302);
  EXPECT_EQ(there.header("location"), library_.redirect);
  EXPECT_EQ(there.header("cache-control"), "private, no-store");
  EXPECT_EQ(client.get(media("video.mp4", kOtherSession), kFirstHundred).status, 403) << "views count all the same";
  EXPECT_THAT(
      client.get(link()).header("content-security-policy"),
      HasSubstr("img-src 'self' https://bucket.example.com data:; media-src 'self' https://bucket.example.com;"));
}

TEST_F(MediaTest, WhatABucketSendsIsNotSaidToHaveBeenSentHere) {
  library_.redirect = "https://bucket.example.com/video";
  get(media("video.mp4"), kFirstHundred);
  auto events = events_after_stop();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, EventKind::Media);
}

}  // namespace
}  // namespace candid::track
