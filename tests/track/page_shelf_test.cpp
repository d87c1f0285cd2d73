#include "track/pages/page_shelf.h"

#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::sample_message;

PageRequest load(int number) {
  PageRequest request;
  request.token = fmt::format("token-{}", number);
  request.language = "en";
  request.public_url = "https://talk.example.com";
  request.style_nonce = fmt::format("style-nonce-{}", number);
  request.ticket = {fmt::format("session-{}", number), fmt::format("{}.nonce", number)};
  request.media_grant = fmt::format("grant-{}", number);
  request.preview_grant = fmt::format("preview-{}", number);
  request.transcript = std::make_shared<const Transcript>(Transcript{{std::chrono::seconds(1), "Hello <Ana>"}});
  request.may_download = true;
  request.takes_videos = true;
  return request;
}

TEST(PageShelf, GivesByteForByteWhatWouldBeMadeAnew) {
  PageShelf shelf;
  PageRequest request = load(1);
  for (int number = 1; number <= 3; ++number) {
    PageRequest next = load(number);
    next.transcript = request.transcript;
    EXPECT_EQ(must(shelf.render(sample_message(), next)), must(render_message_page(sample_message(), next)));
  }
  EXPECT_EQ(shelf.pages(), 1u);
}

TEST(PageShelf, NoticesAllThatAPageIsMadeOf) {
  PageShelf shelf;
  const PageRequest first = load(1);
  auto differs = [&](const MessageRecord& message, const PageRequest& request) {
    EXPECT_EQ(must(shelf.render(message, request)), must(render_message_page(message, request)));
  };
  differs(sample_message(), first);
  PageRequest request = first;
  for (auto change : std::vector<std::function<void(PageRequest&)>>{
           [](PageRequest& r) { r.language = "ar"; }, [](PageRequest& r) { r.recording = Recording::Stopped; },
           [](PageRequest& r) { r.may_download = false; }, [](PageRequest& r) { r.views_limited = true; },
           [](PageRequest& r) { r.views_used_up = true; }, [](PageRequest& r) { r.has_passcode = true; },
           [](PageRequest& r) { r.takes_videos = false; }, [](PageRequest& r) { r.transcript = nullptr; },
           [](PageRequest& r) { r.public_url.clear(); }}) {
    change(request);
    differs(sample_message(), request);
    differs(sample_message(), first);
  }
  MessageRecord message = sample_message();
  message.page.headline = "Hello again";
  differs(message, first);
  message.page.buttons.clear();
  differs(message, first);
  message.captions_ref.clear();
  differs(message, first);
}

TEST(PageShelf, EscapesWhatIsFilledIn) {
  PageShelf shelf;
  PageRequest hostile = load(1);
  hostile.token = hostile.media_grant = "\"><script>alert(1)</script>";
  shelf.render(sample_message(), load(1)).value();
  EXPECT_THAT(must(shelf.render(sample_message(), hostile)), testing::Not(testing::HasSubstr("<script>alert")));
}

TEST(PageShelf, AMessageCannotNameAGap) {
  PageShelf shelf;
  MessageRecord message = sample_message();
  message.page.headline = "token-1 style-nonce-1 session-1";
  const std::string html = must(shelf.render(message, load(2)));
  EXPECT_EQ(html, must(render_message_page(message, load(2))));
  EXPECT_THAT(html, testing::HasSubstr("<h1>token-1 style-nonce-1 session-1</h1>"));
}

TEST(PageShelf, KeepsTheLatestUsedAndNoMore) {
  PageShelf shelf(2);
  for (const char* id : {"m-1", "m-2", "m-1", "m-3", "m-1"}) must(shelf.render(sample_message(id), load(1)));
  EXPECT_EQ(shelf.pages(), 2u);
  for (int i = 0; i < 100; ++i) must(shelf.render(sample_message(fmt::format("m-{}", i)), load(i)));
  EXPECT_EQ(shelf.pages(), 2u);
}

}  // namespace
}  // namespace candid::track
