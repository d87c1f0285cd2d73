#include "capture/presenter/speech.h"

#include <cmath>

#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;
using namespace std::chrono_literals;

double rms(const media::Samples& samples, Microseconds from, Microseconds to) {
  auto at = [&](Microseconds time) {
    return static_cast<size_t>(time.count() * media::kSampleRate / 1'000'000) * media::kChannels;
  };
  double energy = 0;
  for (size_t i = at(from); i < at(to); ++i) energy += static_cast<double>(samples[i]) * samples[i];
  return std::sqrt(energy / static_cast<double>(at(to) - at(from)));
}

Microseconds length(const media::Samples& samples) {
  return Microseconds(static_cast<int64_t>(samples.size() / media::kChannels) * 1'000'000 / media::kSampleRate);
}

TEST(Speech, IsHeardWithinItsMarksAndSilentBetween) {
  Speech speech = must(speak({"Good morning.", "How are you?", "Goodbye."}));
  ASSERT_EQ(speech.marks.size(), 3U);
  Microseconds silent_from{0};
  for (const ScriptMark& mark : speech.marks) {
    EXPECT_GT(rms(speech.samples, mark.start, mark.end), 0.05) << mark.text;
    EXPECT_LT(rms(speech.samples, silent_from, mark.start), 0.001) << mark.text;
    silent_from = mark.end + 1ms;
  }
  EXPECT_LT(rms(speech.samples, silent_from, length(speech.samples)), 0.001);
  EXPECT_NEAR(static_cast<double>((length(speech.samples) - speech.marks.back().end).count()), 1e6, 100);
}

TEST(Speech, KeepsItsPeaksBelowTheCeiling) {
  Speech speech = must(speak(default_script()));
  float peak = 0;
  for (float sample : speech.samples) peak = std::max(peak, std::abs(sample));
  EXPECT_LT(peak, 0.841F) << "-1.5 dBFS";
  EXPECT_GT(peak, 0.3F);
}

TEST(Speech, OfTheDefaultScriptTakesAboutTwentySeconds) {
  Speech speech = must(speak(default_script()));
  EXPECT_GT(length(speech.samples), 18s);
  EXPECT_LT(length(speech.samples), 25s);
}

TEST(Speech, IsTheSameForTheSameLines) {
  EXPECT_EQ(must(speak({"Twice the same."})).samples, must(speak({"Twice the same."})).samples);
}

TEST(Speech, TakesAnyTextAsTextAndNeverAsAFilter) {
  std::string line = "Ana, 100% 'Lopez'; [out] text=x:textfile=/etc/passwd \\ {name} José";
  Speech speech = must(speak({line}));
  ASSERT_EQ(speech.marks.size(), 1U);
  EXPECT_EQ(speech.marks[0].text, line);
}

TEST(Speech, LeavesOutLinesWithoutAWord) {
  Speech speech = must(speak({"", "One.", "  \t", "Two."}));
  ASSERT_EQ(speech.marks.size(), 2U);
  EXPECT_EQ(speech.marks[1].text, "Two.");
}

TEST(Speech, FailsWhenThereIsNothingToSay) {
  for (const Script& script : {Script{}, Script{" "}}) {
    auto speech = speak(script);
    ASSERT_FALSE(speech);
    EXPECT_EQ(speech.error().kind(), ErrorKind::InvalidInput);
    EXPECT_FALSE(speech.error().hint().empty());
  }
}

}  // namespace
}  // namespace candid::capture
