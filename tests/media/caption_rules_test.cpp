#include "media/caption_layout.h"

#include "tests/support/results.h"

namespace candid::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::vector<std::string> texts(const std::vector<Cue>& cues) {
  std::vector<std::string> all;
  for (const Cue& cue : cues) all.push_back(cue.text);
  return all;
}

std::string messages(const Findings& findings) {
  std::string all;
  for (const Finding& finding : findings) all += finding.message + "\n";
  return all;
}

std::string words_of(const std::vector<Cue>& cues) {
  std::string all;
  for (const Cue& cue : cues) {
    if (!all.empty()) all += ' ';
    for (char c : cue.text) all += c == '\n' ? ' ' : c;
  }
  return all;
}

TEST(CaptionRules, CountWhatPeopleSee) {
  EXPECT_EQ(caption_characters("Hello"), 5U);
  EXPECT_EQ(caption_characters("José"), 4U);
  EXPECT_EQ(caption_characters("Jose\u0301"), 4U) << "a combining accent";
  EXPECT_EQ(caption_characters("漢字。"), 6U) << "wide characters count two";
  EXPECT_EQ(caption_characters("안녕"), 4U);
  EXPECT_EQ(caption_characters("مرحبا"), 5U);
  EXPECT_EQ(caption_characters("one\ntwo"), 6U) << "line breaks count none";
  EXPECT_EQ(caption_characters("Hi {{first_name}}!"), 12U);
  EXPECT_EQ(caption_characters("{{ a"), 4U) << "not a field";
  EXPECT_EQ(caption_characters(""), 0U);
}

TEST(CaptionRules, FindNothingInCaptionsThatKeepThem) {
  EXPECT_TRUE(check_captions({}, "a.vtt").empty());
  Findings findings = check_captions({{1s, 3s, "Hello Ada,\nthank you for your time."},
                                      {3'067ms, 3'900ms, "Goodbye."},
                                      {10s, 17s, std::string(42, 'x').append("\n").append(42, 'y')}},
                                     "a.vtt");
  EXPECT_TRUE(findings.empty()) << messages(findings);
}

TEST(CaptionRules, SayValueAndLimitOfEachBreach) {
  Findings findings = check_captions({{1s, 5s, "one\ntwo\nthree"},
                                      {6s, 12s, std::string(57, 'x')},
                                      {13s, 13'400ms, "short"},
                                      {14s, 23'200ms, "long"},
                                      {3'725s, 3'727s, std::string(55, 'z')}},
                                     "a.vtt");
  std::string all = messages(findings);
  EXPECT_THAT(all, HasSubstr("the caption at 00:00:01.000 has 3 lines, at most 2"));
  EXPECT_THAT(all, HasSubstr("the caption at 00:00:06.000 has a line of 57 characters, at most 42"));
  EXPECT_THAT(all, HasSubstr("the caption at 00:00:13.000 is shown for 0.40 s, at least 0.83 s"));
  EXPECT_THAT(all, HasSubstr("the caption at 00:00:14.000 is shown for 9.2 s, at most 7.0 s"));
  EXPECT_THAT(all, HasSubstr("the caption at 01:02:05.000 is read at 27.5 characters a second, at most 20"));
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.severity, Severity::Warning);
    EXPECT_EQ(finding.file, "a.vtt");
    EXPECT_FALSE(finding.hint.empty()) << finding.message;
  }
}

TEST(CaptionRules, TellTwoCaptionsAtOnce) {
  Findings findings =
      check_captions({{1s, 6s, "the long one"}, {2s, 3s, "within"}, {5s, 7s, "over its end"}, {8s, 9s, "alone"}}, "");
  ASSERT_EQ(findings.size(), 2U) << messages(findings);
  EXPECT_THAT(findings[0].message, HasSubstr("00:00:02.000 begins while the one at 00:00:01.000 is still shown"));
  EXPECT_THAT(findings[1].message, HasSubstr("00:00:05.000 begins while the one at 00:00:01.000 is still shown"));
}

TEST(CaptionRules, TellMissingGapsOnceForTheWholeFile) {
  Findings findings = check_captions({{1s, 2s, "a"}, {2s, 3s, "b"}, {3'033ms, 4s, "c"}, {4'066ms, 5s, "d"}}, "");
  ASSERT_EQ(findings.size(), 1U) << messages(findings);
  EXPECT_THAT(findings[0].message, HasSubstr("2 captions begin less than 2 frames (67 ms) after the one before; the "
                                             "first at 00:00:02.000"));
  CaptionRules rules;
  rules.frame_rate = {24, 1};
  EXPECT_THAT(messages(check_captions({{1s, 2s, "a"}, {2'070ms, 3s, "b"}}, "", rules)), HasSubstr("1 caption begins"));
}

TEST(CaptionLayout, LeavesWhatFitsAsItIs) {
  const std::vector<Cue> cues = {{1s, 4s, "Hello Ada,\nhow are you?"}, {6s, 8s, "See you on Friday."}};
  auto same = laid_out(cues);
  ASSERT_EQ(same.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(same[i].text, cues[i].text);
    EXPECT_EQ(same[i].start, cues[i].start);
    EXPECT_EQ(same[i].end, cues[i].end);
  }
}

TEST(CaptionLayout, BreaksALineInTwoWhereItReadsBest) {
  EXPECT_THAT(texts(laid_out({{0s, 4s, "Hello, and thank you for the time you spent with us."}})),
              ElementsAre("Hello, and thank you\nfor the time you spent with us."));
  EXPECT_THAT(texts(laid_out({{0s, 5s, "The team enjoyed your interview, and we are still meeting a few people."}})),
              ElementsAre("The team enjoyed your interview,\nand we are still meeting a few people."));
}

TEST(CaptionLayout, SplitsAtTheEndsOfSentences) {
  auto cues = laid_out({{0s, 12s,
                         "Thank you for coming to our office in Zurich last Tuesday afternoon. "
                         "The team enjoyed every minute of it, and I wanted to tell you so myself."}});
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_THAT(cues[0].text, HasSubstr("afternoon."));
  EXPECT_TRUE(cues[1].text.starts_with("The team"));
  EXPECT_TRUE(check_captions(cues, "").empty()) << messages(check_captions(cues, ""));
}

TEST(CaptionLayout, KeepsTheStandardForLongSpeech) {
  std::string text;
  for (int i = 0; i < 12; ++i) {
    text += "We looked at your work, and with every page we liked it more because it is clear and honest. ";
  }
  text.pop_back();
  auto cues = laid_out({{0s, 84s, text}});
  EXPECT_EQ(words_of(cues), text);
  EXPECT_TRUE(check_captions(cues, "").empty()) << messages(check_captions(cues, ""));
}

TEST(CaptionLayout, NeverBreaksAField) {
  std::string text =
      "Dear {{first_name}}, it was good to meet you and {{ other person }} at {{company_name}} and to hear "
      "what you think of {{role}}, {{first_name}}.";
  auto cues = laid_out({{0s, 9s, text}});
  EXPECT_EQ(words_of(cues), text);
  for (const Cue& cue : cues) {
    size_t opened = 0;
    for (size_t at = 0; (at = cue.text.find("{{", at)) != std::string::npos; at += 2) {
      ++opened;
      EXPECT_EQ(cue.text.substr(at, cue.text.find("}}", at) - at).find('\n'), std::string::npos) << cue.text;
    }
    size_t closed = 0;
    for (size_t at = 0; (at = cue.text.find("}}", at)) != std::string::npos; at += 2) ++closed;
    EXPECT_EQ(opened, closed) << cue.text;
  }
  EXPECT_TRUE(check_captions(cues, "").empty()) << messages(check_captions(cues, ""));
}

TEST(CaptionLayout, BreaksTextWithoutSpacesAfterItsPunctuation) {
  auto cues = laid_out(
      {{0s, 14s,
        "先日は面接にお越しいただき、ありがとうございました。チーム一同、お話を伺えてとても嬉しく思っております。"
        "金曜日までに必ずご連絡いたしますので、少々お待ちください。"}});
  ASSERT_GE(cues.size(), 2U);
  for (const Cue& cue : cues) {
    EXPECT_TRUE(cue.text.ends_with("。")) << cue.text;
    EXPECT_THAT(cue.text, Not(HasSubstr("\n、")));
    EXPECT_THAT(cue.text, Not(HasSubstr("\n。")));
    EXPECT_THAT(cue.text, Not(HasSubstr(" ")));
  }
  EXPECT_TRUE(check_captions(cues, "").empty()) << messages(check_captions(cues, ""));
}

TEST(CaptionLayout, BreaksRightToLeftTextBetweenWords) {
  std::string text =
      "شكرا جزيلا على الوقت الذي قضيته معنا يوم الثلاثاء، وسوف نتواصل معك قبل يوم الجمعة القادم إن شاء الله.";
  auto cues = laid_out({{0s, 7s, text}});
  EXPECT_EQ(words_of(cues), text);
  EXPECT_TRUE(check_captions(cues, "").empty()) << messages(check_captions(cues, ""));
}

TEST(CaptionLayout, BreaksAWordThatNoLineHolds) {
  auto cues = laid_out({{0s, 6s, "https://example.org/" + std::string(70, 'a')}});
  for (const Cue& cue : cues) EXPECT_LE(caption_characters(cue.text), 84U);
  EXPECT_THAT(messages(check_captions(cues, "")), Not(HasSubstr("has a line")));
}

TEST(CaptionLayout, SplitsWhereTheSpeakerPaused) {
  std::string text =
      "We have read your letter with great interest and we would like to meet you again this month if that suits you.";
  auto by_words = laid_out({{0s, 8s, text}});
  auto by_silence = laid_out({{0s, 8s, text}}, {}, {{3'300ms, 4'300ms}});
  ASSERT_EQ(by_silence.size(), 2U);
  EXPECT_EQ(by_silence[1].start, 4'300ms);
  EXPECT_GE(by_silence[0].end, 3'300ms);
  EXPECT_LE(by_silence[0].end, 4'300ms - CaptionRules{}.gap());
  ASSERT_EQ(by_words.size(), 2U);
  EXPECT_EQ(by_words[1].start - by_words[0].end, CaptionRules{}.gap());
}

TEST(CaptionLayout, HoldsShortCaptionsIntoThePauseAfterThem) {
  auto cues =
      laid_out({{0s, 300ms, "Hello."}, {2s, 3s, "This is read at more than twenty a second."}, {6s, 7s, "Bye."}});
  EXPECT_EQ(cues[0].end, 833'333us);
  EXPECT_EQ(cues[1].end, 2s + 2'100ms);
  EXPECT_TRUE(check_captions(cues, "").empty()) << messages(check_captions(cues, ""));
}

TEST(CaptionLayout, ClosesGapsThatLookLikeABlink) {
  auto cues = laid_out({{0s, 2s, "One."}, {2'300ms, 4s, "Two."}, {4'020ms, 6s, "Three."}});
  EXPECT_EQ(cues[0].end, 2'300ms - CaptionRules{}.gap());
  EXPECT_EQ(cues[1].end, 4'020ms - CaptionRules{}.gap());
}

TEST(CaptionLayout, TakesACaptionDownAfterSevenSecondsAndAtTheEnd) {
  EXPECT_EQ(laid_out({{1s, 20s, "Hello."}})[0].end, 8s);
  EXPECT_EQ(laid_out({{1s, 1'100ms, "Hello."}}, {}, {}, 1'500ms)[0].end, 1'500ms);
}

TEST(CaptionLayout, LeavesCaptionsWithoutRoomToTheCheck) {
  auto cues = laid_out({{0s, 500ms, "Too many words for half a second."}, {500ms, 3s, "And on."}});
  EXPECT_EQ(cues[0].end, 500ms - CaptionRules{}.gap());
  EXPECT_THAT(messages(check_captions(cues, "")), HasSubstr("characters a second"));
}

TEST(CaptionLayout, SurvivesWhatIsNoText) {
  for (std::string text : {"", " ", "\n\n\n", "\xFF\xC3", "{{", "}}{{}}", "\u0301\u0301"}) {
    auto cues = laid_out({{0s, 20s, text}, {1s, 1s, text}, {5s, 2s, text}});
    EXPECT_LE(cues.size(), 9U);
  }
}

}  // namespace
}  // namespace candid::media
