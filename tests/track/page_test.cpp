#include "track/pages/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/pages/page_assets.h"

namespace candid::track {
namespace {

using candid::test::must;
using test::sample_message;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

PageRequest request() {
  PageRequest wanted;
  wanted.token = "TOKEN";
  wanted.public_url = "https://talk.example.com";
  wanted.style_nonce = "NONCE";
  wanted.ticket = {"SESSION", "TICKET"};
  wanted.media_grant = "GRANT";
  wanted.preview_grant = "PREVIEW";
  return wanted;
}

std::string render(const MessageRecord& message, const PageRequest& wanted = request()) {
  return must(render_message_page(message, wanted));
}

TEST(MessagePage, LeavesNoFieldUnrendered) {
  for (const auto& [name, text] : page_assets()) {
    if (name == "words.json") continue;
    EXPECT_TRUE(name.ends_with(".html") || text.find("{{") == std::string_view::npos) << name;
  }
  for (bool tracked : {true, false}) {
    PageRequest wanted = request();
    wanted.tracked = tracked;
    for (bool other : {true, false}) {
      wanted.may_download = wanted.views_used_up = wanted.has_passcode = other;
      wanted.views_limited = !other;
      EXPECT_THAT(render(sample_message(), wanted), Not(HasSubstr("{{")));
    }
  }
  EXPECT_THAT(not_found_page(), Not(HasSubstr("{{")));
}

TEST(MessagePage, IsSmall) {
  EXPECT_LT(render(sample_message()).size(), 40u * 1024);
}

TEST(MessagePage, ShowsTextLiterally) {
  MessageRecord message = sample_message();
  message.page.headline = "<script>alert(1)</script> & \"100%\" {{token}}";
  message.page.message = "it's </style><b>100%</b>";
  message.page.company = "{{{style}}}";
  message.page.buttons = {{"<i>go</i>", "https://example.com/\"onclick=\"x"}};
  std::string html = render(message);
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;100%&quot; {{token}}"));
  EXPECT_THAT(html, HasSubstr("&lt;/style&gt;&lt;b&gt;100%&lt;/b&gt;"));
  EXPECT_THAT(html, HasSubstr("<p class=\"company\">{{{style}}}</p>"));
  EXPECT_THAT(html, HasSubstr("&lt;i&gt;go&lt;/i&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(html, Not(HasSubstr("\"onclick=\"")));
}

TEST(MessagePage, KeepsLineBreaks) {
  EXPECT_THAT(render(sample_message()), HasSubstr("First line\nsecond line</p>"));
}

TEST(MessagePage, WritesRightToLeftWhereTheLanguageDoes) {
  MessageRecord message = sample_message();
  EXPECT_THAT(render(message), HasSubstr("<html lang=\"en\" dir=\"ltr\">"));
  message.page.language = "ar-EG";
  std::string arabic = render(message);
  EXPECT_THAT(arabic, HasSubstr("<html lang=\"ar-EG\" dir=\"rtl\">"));
  EXPECT_THAT(arabic, HasSubstr("<footer lang=\"ar\" dir=\"rtl\">"));
  message.page.language = "he";  // the page's own words are in English then, and say so
  std::string hebrew = render(message);
  EXPECT_THAT(hebrew, HasSubstr("<html lang=\"he\" dir=\"rtl\">"));
  EXPECT_THAT(hebrew, HasSubstr("<footer lang=\"en\" dir=\"ltr\">"));
}

TEST(MessagePage, HasEveryWordInEveryLanguage) {
  for (const char* language : {"en", "de", "fr", "es", "ar"}) {
    MessageRecord message = sample_message();
    message.page.language = language;
    EXPECT_TRUE(render_message_page(message, request())) << language;
    EXPECT_TRUE(render_passcode_page("TOKEN", language, PasscodeNotice::Wrong)) << language;
  }
}

TEST(MessagePage, NamesCaptionsOnlyWhereThereAreSome) {
  MessageRecord message = sample_message();
  EXPECT_THAT(render(message), ContainsRegex("<track kind=\"captions\"[^>]* default>"));
  message.page.captions_in_picture = true;
  EXPECT_THAT(render(message), HasSubstr("<track kind=\"captions\""));
  EXPECT_THAT(render(message), Not(ContainsRegex("<track kind=\"captions\"[^>]* default>")));
  message.captions_ref = "";
  EXPECT_THAT(render(message), Not(HasSubstr("<track")));
}

TEST(MessagePage, HasPreviewTagsOnlyWithAPublicAddress) {
  EXPECT_THAT(render(sample_message()),
              HasSubstr("<meta property=\"og:image\" content=\"https://talk.example.com/m/PREVIEW/poster.jpg\">"));
  PageRequest wanted = request();
  wanted.public_url = "";
  EXPECT_THAT(render(sample_message(), wanted), Not(HasSubstr("og:")));
}

TEST(MessagePage, ReportsNowhereOnceTheCandidateAskedNotTo) {
  EXPECT_THAT(render(sample_message()), HasSubstr("data-events=\"TOKEN/events\""));
  PageRequest wanted = request();
  wanted.tracked = false;
  std::string html = render(sample_message(), wanted);
  EXPECT_THAT(html, HasSubstr("data-events=\"\""));
  EXPECT_THAT(html, HasSubstr("Your viewing is not recorded."));
  EXPECT_THAT(html, Not(HasSubstr("TOKEN/privacy")));
}

TEST(MessagePage, WritesOnTheAccentInTheColourThatReads) {
  MessageRecord message = sample_message();
  message.page.accent_color = "#ffe14d";
  EXPECT_THAT(render(message), HasSubstr("--accent-ink: #111318"));
  message.page.accent_color = "#1b2a6b";
  EXPECT_THAT(render(message), HasSubstr("--accent-ink: #ffffff"));
}

TEST(MessagePage, AsksForNothingFromElsewhere) {
  PageRequest wanted = request();
  wanted.public_url = "";
  MessageRecord message = sample_message();
  message.page.buttons.clear();
  std::string html = render(message, wanted);
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
  EXPECT_THAT(html, Not(HasSubstr("localStorage")));
  EXPECT_THAT(html, Not(HasSubstr("cookie =")));
}

TEST(MessagePage, HasItsMediaAtSignedAddresses) {
  std::string html = render(sample_message());
  EXPECT_THAT(html, HasSubstr("<source src=\"../m/GRANT/video.mp4\""));
  EXPECT_THAT(html, HasSubstr("poster=\"../m/GRANT/poster.jpg\""));
  EXPECT_THAT(html, HasSubstr("src=\"../m/GRANT/captions.vtt\""));
  EXPECT_THAT(html, Not(HasSubstr("TOKEN/video.mp4")));
}

TEST(MessagePage, OffersTheFileOnlyWhereItMayBeKept) {
  PageRequest wanted = request();
  EXPECT_THAT(render(sample_message(), wanted), HasSubstr("controlslist=\"nodownload\""));
  EXPECT_THAT(render(sample_message(), wanted), Not(HasSubstr("video.mp4?download")));
  wanted.may_download = true;
  EXPECT_THAT(render(sample_message(), wanted), HasSubstr("<a id=\"keep\" href=\"../m/GRANT/video.mp4?download\" download"));
  EXPECT_THAT(render(sample_message(), wanted), Not(HasSubstr("nodownload")));
}

TEST(MessagePage, FetchesNothingAheadWhereViewsAreCounted) {
  PageRequest wanted = request();
  EXPECT_THAT(render(sample_message(), wanted), HasSubstr("preload=\"metadata\""));
  wanted.views_limited = true;
  EXPECT_THAT(render(sample_message(), wanted), HasSubstr("preload=\"none\""));
}

TEST(MessagePage, SaysThatTheViewsAreUsedUp) {
  PageRequest wanted = request();
  wanted.views_limited = wanted.views_used_up = true;
  std::string html = render(sample_message(), wanted);
  EXPECT_THAT(html, HasSubstr("This video was watched as often as its link allows."));
  EXPECT_THAT(html, Not(HasSubstr("<video")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(MessagePage, SpeaksOfItsCookieWhereThereIsOne) {
  PageRequest wanted = request();
  EXPECT_THAT(render(sample_message(), wanted), HasSubstr("No cookies, no other companies."));
  wanted.has_passcode = true;
  EXPECT_THAT(render(sample_message(), wanted), HasSubstr("One cookie remembers that you gave the passcode"));
  EXPECT_THAT(render(sample_message(), wanted), Not(HasSubstr("No cookies")));
}

TEST(PasscodePage, IsAFormThatWorksWithoutScripts) {
  std::string html = must(render_passcode_page("TOKEN", "en", PasscodeNotice::None));
  EXPECT_THAT(html, HasSubstr("<form method=\"post\" action=\"TOKEN/passcode\">"));
  EXPECT_THAT(html, HasSubstr("<label for=\"passcode\">"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("role=\"alert\"")));
  EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST(PasscodePage, SaysWhatWasWrongToThoseWhoHearItToo) {
  std::string wrong = must(render_passcode_page("TOKEN", "en", PasscodeNotice::Wrong));
  EXPECT_THAT(wrong, HasSubstr("role=\"alert\">That is not the passcode."));
  EXPECT_THAT(wrong, HasSubstr("aria-describedby=\"told problem\" aria-invalid=\"true\""));
  std::string wait = must(render_passcode_page("TOKEN", "de-AT", PasscodeNotice::Wait, std::chrono::seconds(61)));
  EXPECT_THAT(wait, HasSubstr("<html lang=\"de\""));
  EXPECT_THAT(wait, HasSubstr("Zu viele falsche Passwörter."));
  EXPECT_THAT(wait, HasSubstr("versuchen: 2</p>"));
}

}  // namespace
}  // namespace candid::track
