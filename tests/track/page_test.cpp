#include "track/pages/page.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/results.h"
#include "tests/track/fixtures.h"
#include "track/pages/form_pages.h"
#include "track/pages/page_assets.h"
#include "track/pages/page_words.h"
#include "track/pages/reply_desk.h"

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

std::string render(const MessageRecord& message, PageRequest wanted = request()) {
  if (wanted.language.empty()) wanted.language = language_of_page(message.page.language, "");
  return must(render_message_page(message, wanted));
}

std::shared_ptr<const Transcript> lines(Transcript transcript) {
  return std::make_shared<const Transcript>(std::move(transcript));
}

std::string answer(FormAnswer what, std::string_view text = "", std::string_view language = "en") {
  const PageTicket ticket{"SESSION", "TICKET"};
  return must(render_answer_page({"TOKEN", language, what, text, ticket}));
}

TEST(MessagePage, LeavesNoFieldUnrendered) {
  for (const auto& [name, text] : page_assets()) {
    if (name == "words.json") continue;
    EXPECT_TRUE(name.ends_with(".html") || text.find("{{") == std::string_view::npos) << name;
  }
  for (Recording recording :
       {Recording::On, Recording::Stopped, Recording::Counted, Recording::AskFirst, Recording::Off}) {
    PageRequest wanted = request();
    wanted.recording = recording;
    for (bool other : {true, false}) {
      wanted.may_download = wanted.views_used_up = wanted.has_passcode = other;
      wanted.views_limited = !other;
      if (other) wanted.transcript = lines({{std::chrono::seconds(1), "Hello"}});
      MessageRecord message = sample_message();
      if (other) message.page.language = kBrowserLanguage;
      EXPECT_THAT(render(message, wanted), Not(HasSubstr("{{")));
    }
  }
  for (FormAnswer what : {FormAnswer::ReplySent, FormAnswer::ReactionSent, FormAnswer::DataAsked,
                          FormAnswer::ErasureAsked, FormAnswer::Empty, FormAnswer::TooLong, FormAnswer::PageTooOld}) {
    EXPECT_THAT(answer(what), Not(HasSubstr("{{")));
  }
  EXPECT_THAT(not_found_page(), Not(HasSubstr("{{")));
}

TEST(MessagePage, WhereVisitsAreCountedItSaysThatNobodyIsNamedAndReports) {
  PageRequest wanted = request();
  wanted.recording = Recording::Counted;
  const std::string html = render(sample_message(), wanted);
  EXPECT_THAT(html, HasSubstr("It is counted how often this message is watched, not by whom."));
  EXPECT_THAT(html, HasSubstr("Do not track my viewing"));
  EXPECT_THAT(html, HasSubstr("data-events=\"TOKEN/events\""));
  EXPECT_THAT(html, Not(HasSubstr("The sender sees")));
  EXPECT_THAT(html, Not(HasSubstr("Nothing about your visit is recorded.")));
}

// Everything that comes before the video: style and script lie in the page. With five minutes to read, in the language
// with the longest words.
TEST(MessagePage, IsSmall) {
  Transcript transcript;
  for (int i = 0; i < 75; ++i) {
    transcript.push_back({std::chrono::seconds(4 * i), "Some words of a line of the captions, so long."});
  }
  MessageRecord message = sample_message();
  for (const char* language : {"en", "de", "fr", "es", "pl", "ar"}) {
    message.page.language = language;
    PageRequest wanted = request();
    wanted.transcript = lines(transcript);
    EXPECT_LT(render(message, wanted).size(), 40'000u) << language;
  }
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

TEST(MessagePage, ShowsTheLogoAndSaysWhoseItIs) {
  MessageRecord message = sample_message();
  EXPECT_THAT(render(message), HasSubstr("<p class=\"company\">Northwind</p>"));
  EXPECT_THAT(render(message), Not(HasSubstr("logo.png")));
  message.page.logo = {"part:abc.png", 300, 90, LogoGround::Light};
  std::string html = render(message);
  EXPECT_THAT(html, HasSubstr("<img class=\"logo on-light\" src=\"../m/GRANT/logo.png\" width=\"150\" height=\"45\" "
                              "alt=\"Northwind\">"));
  EXPECT_THAT(html, Not(HasSubstr("class=\"company\"")));
  message.page.company = "\"><script>alert(1)</script>";
  EXPECT_THAT(render(message), HasSubstr("alt=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""));
  message.page.company.clear();
  EXPECT_THAT(render(message), HasSubstr("alt=\"\">"));
}

TEST(MessagePage, NamesTheCompanyBesideALogoThatIsAMark) {
  MessageRecord message = sample_message();
  message.page.logo = {"part:abc.png", 96, 96, LogoGround::Dark};
  std::string html = render(message);
  EXPECT_THAT(html, HasSubstr("class=\"logo on-dark\""));
  EXPECT_THAT(html, HasSubstr("alt=\"\"> <span>Northwind</span>"));
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

TEST(PageWords, AreTheSameInEveryLanguage) {
  const auto words = nlohmann::json::parse(page_assets().at("words.json"));
  for (const char* language : {"en", "de", "fr", "es", "pl", "ar"}) {
    ASSERT_TRUE(words.contains(language)) << language;
    EXPECT_EQ(words[language].size(), words["en"].size()) << language;
    for (const auto& [name, text] : words["en"].items()) {
      ASSERT_TRUE(words[language].contains(name)) << language << ": " << name;
      EXPECT_FALSE(words[language][name].get<std::string>().empty()) << language << ": " << name;
    }
    MessageRecord message = sample_message();
    message.page.language = language;
    EXPECT_THAT(render(message), HasSubstr(words[language]["recorded"].get<std::string>()));
    EXPECT_TRUE(render_passcode_page("TOKEN", language, PasscodeNotice::Wrong)) << language;
    EXPECT_THAT(answer(FormAnswer::DataAsked, "", language),
                HasSubstr(words[language]["sent_data"].get<std::string>()));
  }
}

TEST(PageWords, FollowTheBrowserWhereTheCampaignLeavesItToIt) {
  EXPECT_EQ(language_of_page("de", "fr"), "de");
  EXPECT_EQ(language_of_page("auto", "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), "fr");
  EXPECT_EQ(language_of_page("auto", "en;q=0.2, pl;q=0.9"), "pl");
  EXPECT_EQ(language_of_page("auto", "tlh, AR-eg;q=0.5"), "ar");
  EXPECT_EQ(language_of_page("auto", "es;q=0"), "en");
  for (const char* odd : {"", ",,,", ";q=1", "de;q=x", "de;q=7", "tlh", "*"}) {
    EXPECT_EQ(language_of_page("auto", odd), "en") << odd;
  }
  EXPECT_EQ(language_of_page("auto", std::string(100'000, ',') + "de"), "en");
}

TEST(MessagePage, LetsTextsFindTheirDirectionWhereNobodyToldTheirLanguage) {
  MessageRecord message = sample_message();
  message.page.language = kBrowserLanguage;
  PageRequest wanted = request();
  wanted.language = "ar";
  std::string html = render(message, wanted);
  EXPECT_THAT(html, HasSubstr("<html lang=\"ar\" dir=\"rtl\">"));
  EXPECT_THAT(html, HasSubstr("<h1 dir=\"auto\">"));
  EXPECT_THAT(html, Not(HasSubstr("srclang")));
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
  wanted.recording = Recording::Stopped;
  std::string html = render(sample_message(), wanted);
  EXPECT_THAT(html, HasSubstr("data-events=\"\""));
  EXPECT_THAT(html, HasSubstr("Your viewing is not recorded."));
  EXPECT_THAT(html, Not(HasSubstr("TOKEN/privacy")));
  EXPECT_THAT(html, HasSubstr("action=\"TOKEN/reply\""));
}

TEST(MessagePage, SaysWhereNothingIsRecordedAndTakesNothing) {
  PageRequest wanted = request();
  wanted.recording = Recording::Off;
  std::string html = render(sample_message(), wanted);
  EXPECT_THAT(html, HasSubstr("data-events=\"\""));
  EXPECT_THAT(html, HasSubstr("Nothing about your visit is recorded."));
  for (const char* absent : {"TOKEN/reply", "TOKEN/reaction", "TOKEN/privacy", "TOKEN/consent"}) {
    EXPECT_THAT(html, Not(HasSubstr(absent)));
  }
  EXPECT_THAT(html, HasSubstr("formaction=\"TOKEN/erase\""));
}

TEST(MessagePage, AsksBeforeItRecordsWhereItMustBeAgreed) {
  PageRequest wanted = request();
  wanted.recording = Recording::AskFirst;
  std::string html = render(sample_message(), wanted);
  EXPECT_THAT(html, HasSubstr("formaction=\"TOKEN/consent\""));
  EXPECT_THAT(html, HasSubstr("Nothing is recorded unless you press the button."));
  EXPECT_THAT(html, HasSubstr("data-events=\"\""));
  EXPECT_THAT(html, HasSubstr("<video"));
}

TEST(MessagePage, OffersToAnswerAndWhatTheLawGives) {
  std::string html = render(sample_message());
  EXPECT_THAT(html, HasSubstr("maxlength=\"2000\""));
  for (const char* reaction : {"thanks", "thumbs_up", "celebrate", "heart"}) {
    EXPECT_THAT(html, HasSubstr(fmt::format("name=\"name\" value=\"{}\"", reaction)));
  }
  EXPECT_THAT(html, HasSubstr("formaction=\"TOKEN/data\""));
  EXPECT_THAT(html, HasSubstr("formaction=\"TOKEN/erase\""));
  MessageRecord message = sample_message();
  message.page.takes_replies = false;
  EXPECT_THAT(render(message), Not(HasSubstr("TOKEN/reply")));
  EXPECT_THAT(render(message), Not(HasSubstr("TOKEN/reaction")));
}

TEST(MessagePage, OffersToBookInItsOwnWords) {
  MessageRecord message = sample_message();
  message.page.language = "pl";
  message.page.booking_url = "https://example.com/book";
  EXPECT_THAT(render(message),
              HasSubstr("href=\"https://example.com/book\" rel=\"noopener noreferrer\">Zarezerwuj termin"));
}

TEST(MessagePage, CanBeReadWithoutScripts) {
  PageRequest wanted = request();
  wanted.transcript = lines({{std::chrono::milliseconds(61'500), "<b>Hello</b> & welcome"}});
  std::string html = render(sample_message(), wanted);
  EXPECT_THAT(html, HasSubstr("<details id=\"transcript\">"));
  EXPECT_THAT(html,
              HasSubstr("<a href=\"#video\" data-at=\"61.50\">1:01</a> &lt;b&gt;Hello&lt;/b&gt; &amp; welcome</p>"));
  wanted.views_used_up = true;
  EXPECT_THAT(render(sample_message(), wanted), Not(HasSubstr("welcome")));
  wanted.views_used_up = false;
  wanted.transcript = lines({});
  EXPECT_THAT(render(sample_message(), wanted), Not(HasSubstr("<details")));
}

TEST(MessagePage, WritesOnTheAccentInTheColourThatReads) {
  MessageRecord message = sample_message();
  message.page.accent_color = "#ffe14d";
  EXPECT_THAT(render(message), HasSubstr("--accent-ink: #111318"));
  message.page.accent_color = "#1b2a6b";
  EXPECT_THAT(render(message), HasSubstr("--accent-ink: #ffffff"));
  message.page.accent_color = "#7a7a7a";  // our dark ink and white have 4.3:1 on it
  EXPECT_THAT(render(message), HasSubstr("--accent-ink: #000000"));
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
  EXPECT_THAT(render(sample_message(), wanted),
              HasSubstr("<a id=\"keep\" href=\"../m/GRANT/video.mp4?download\" download"));
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

TEST(AnswerPage, RepeatsWhatWasWrittenLiterally) {
  std::string html = answer(FormAnswer::ReplySent, "<script>alert(1)</script>\n{{token}}");
  EXPECT_THAT(html,
              HasSubstr("<blockquote dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;\n{{token}}</blockquote>"));
  EXPECT_THAT(html, Not(HasSubstr("<form")));
  EXPECT_THAT(html, HasSubstr("<a href=\"../TOKEN\">"));
}

TEST(AnswerPage, KeepsTheWordsOfWhatWasNotSent) {
  std::string html = answer(FormAnswer::TooLong, "\n</textarea><b>");
  EXPECT_THAT(html, HasSubstr("aria-describedby=\"problem limit\">\n\n&lt;/textarea&gt;&lt;b&gt;</textarea>"));
  EXPECT_THAT(html, HasSubstr("role=\"alert\">That is too long"));
  EXPECT_THAT(html, HasSubstr("<form method=\"post\" action=\"reply\">"));
}

TEST(Transcript, IsWhatTheCaptionsSay) {
  Transcript read = parse_transcript(
      "WEBVTT - title\n\nNOTE\nfrom --> nowhere\n\n1\n00:01.500 --> 00:02.000 align:start\nTom &amp; <v Ana>Jerry</v>\n"
      "second &lt;line&gt;\n\n01:00:03.000 --> 01:00:04.000\r\nlater\r\n\r\nx --> y\nno time\n\n00:09.000 --> "
      "00:10.000\n \n");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0], (TranscriptLine{std::chrono::milliseconds(1500), "Tom & Jerry second <line>"}));
  EXPECT_EQ(read[1], (TranscriptLine{std::chrono::seconds(3603), "later"}));
}

TEST(Transcript, IsEmptyForWhatIsNone) {
  for (const char* odd : {"", "WEBVTT", "1\n00:00:01,000 --> 00:00:02,000\nan SRT\n", "WEBVTT\n\n-->",
                          "WEBVTT\n\n99999999999999999999:00.000 --> 1\nx", "WEBVTT\n\n-1:00.000 --> 1\nx"}) {
    EXPECT_TRUE(parse_transcript(odd).empty()) << odd;
  }
}

TEST(PageContent, KeepsWhatCameLaterOutOfOlderLedgers) {
  PageContent page = sample_message().page;
  EXPECT_EQ(to_json(page).find("tracking"), std::string::npos);
  EXPECT_EQ(must(page_from_json(to_json(page))), page);
  page.tracking = Tracking::Consent;
  page.booking_url = "https://example.com";
  page.takes_replies = false;
  EXPECT_EQ(must(page_from_json(to_json(page))), page);
  std::string newer = to_json(page);
  newer.replace(newer.find("consent"), 7, "sideway");
  EXPECT_EQ(must(page_from_json(newer)).tracking, Tracking::Off);
}

}  // namespace
}  // namespace candid::track
