#include "capture/script_timing.h"

#include <cmath>
#include <random>

#include <fmt/format.h>

#include "capture/presenter/speech.h"
#include "core/files.h"
#include "tests/support/clips.h"
#include "tests/support/presenter_take.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::make_clip;
using test::must;
using test::quoted;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

const Script kLetter = {
    "Good afternoon, this is Maria from the hiring team.",
    "Thank you for coming to our office last week.",
    "Everybody who met you said the same thing: you explain difficult matters clearly.",
    "We are speaking with two more people until Wednesday.",
    "Nobody will press you.",
    "There is a budget of 3,000 euros a year for each person, and you choose what you spend it on.",
    "I hope we will speak soon.",
};

struct Errors {
  double mean = 0;  // seconds
  double worst = 0;
};

Errors errors_of_starts(const std::vector<ScriptMark>& marks, const std::vector<ScriptMark>& truth) {
  Errors errors;
  EXPECT_EQ(marks.size(), truth.size());
  for (size_t i = 0; i < std::min(marks.size(), truth.size()); ++i) {
    EXPECT_EQ(marks[i].text, truth[i].text);
    double error = std::abs(static_cast<double>((marks[i].start - truth[i].start).count())) / 1e6;
    errors.mean += error / static_cast<double>(truth.size());
    errors.worst = std::max(errors.worst, error);
  }
  return errors;
}

class ScriptTimingOf : public testing::Test {
 protected:
  // A take of the test presenter with its sidecar.
  RecordSummary presenter(const Script& script) {
    return test::record_presenter(folder_.path() / "take.mkv", {160, 90}, std::nullopt, script);
  }

  // A take without a sidecar in which the lines are said after pauses of their own. `filter` treats the sound.
  std::vector<ScriptMark> say(const Script& lines, const std::vector<Microseconds>& pauses, const std::string& filter) {
    Speech speech = must(speak(lines));
    media::Samples samples;
    std::vector<ScriptMark> truth;
    for (size_t i = 0; i < lines.size(); ++i) {
      samples.resize(samples.size() + at(pauses[i % pauses.size()]), 0.0F);
      truth.push_back({lines[i], time_at(samples.size()), 0us});
      samples.insert(samples.end(), speech.samples.begin() + static_cast<ptrdiff_t>(at(speech.marks[i].start)),
                     speech.samples.begin() + static_cast<ptrdiff_t>(at(speech.marks[i].end)));
      truth.back().end = time_at(samples.size());
    }
    samples.resize(samples.size() + at(1s), 0.0F);
    must(write_file(folder_.path() / "speech.f32",
                    std::span(reinterpret_cast<const uint8_t*>(samples.data()), samples.size() * sizeof(float))));
    make_clip(take_, "-f f32le -ar 48000 -ac 2 -i " + quoted(folder_.path() / "speech.f32") +
                         " -f lavfi -i color=gray:s=64x64:r=25 -filter_complex \"" + filter +
                         "[a]\" -map 1:v -map [a] -shortest -c:v mpeg4 -c:a pcm_s16le");
    return truth;
  }

  static size_t at(Microseconds time) {
    return static_cast<size_t>(time.count() * media::kSampleRate / 1'000'000) * media::kChannels;
  }
  static Microseconds time_at(size_t samples) {
    return Microseconds(static_cast<int64_t>(samples) / media::kChannels * 1'000'000 / media::kSampleRate);
  }

  void expect_refused(const Script& lines, const std::filesystem::path& take, const std::string& words) {
    auto timing = time_script(lines, take);
    ASSERT_FALSE(timing);
    EXPECT_EQ(timing.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(timing.error().message(), HasSubstr(words));
    EXPECT_FALSE(timing.error().hint().empty());
  }

  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::filesystem::path take_ = folder_.path() / "said.mkv";
};

TEST_F(ScriptTimingOf, ThePresenterComesFromItsMarks) {
  RecordSummary take = presenter(default_script());
  Script edited = default_script();
  edited[0] = "HELLO – and thank you for the time you spent with us!";  // the same words
  edited[2] = "The team liked you.";
  edited.pop_back();
  ScriptTiming timing = must(time_script(edited, take.path));
  EXPECT_EQ(timing.placed_by, PlacedBy::Marks);
  ASSERT_EQ(timing.marks.size(), edited.size());
  for (size_t i = 0; i < edited.size(); ++i) {
    EXPECT_EQ(timing.marks[i].text, edited[i]);
    EXPECT_EQ(timing.marks[i].start, take.marks[i].start);
    EXPECT_EQ(timing.marks[i].end, take.marks[i].end);
  }
  EXPECT_GE(timing.voiced.size(), edited.size());
}

TEST_F(ScriptTimingOf, ThePresenterIsFoundByPausesAlone) {
  RecordSummary take = presenter(default_script());
  must(remove_file(sidecar_path(take.path)));
  ScriptTiming timing = must(time_script(default_script(), take.path));
  EXPECT_EQ(timing.placed_by, PlacedBy::Pauses);
  Errors errors = errors_of_starts(timing.marks, take.marks);
  EXPECT_LT(errors.mean, 0.05);
  EXPECT_LT(errors.worst, 0.1);
}

TEST_F(ScriptTimingOf, AnotherTakesMarksAreNotUsed) {
  RecordSummary take = presenter(default_script());
  auto sidecar = must(read_sidecar(take.path));
  sidecar.frames.encoded += 30;
  must(write_sidecar(take.path, sidecar));
  EXPECT_EQ(must(time_script(default_script(), take.path)).placed_by, PlacedBy::Pauses);
}

TEST_F(ScriptTimingOf, ShortAndLongPausesAreTakenAsTheyAre) {
  auto truth = say(kLetter, {700ms, 250ms, 1'800ms, 400ms, 1'200ms, 300ms, 900ms}, "[0:a]anull");
  Errors errors = errors_of_starts(must(time_script(kLetter, take_)).marks, truth);
  EXPECT_LT(errors.mean, 0.05);
  EXPECT_LT(errors.worst, 0.1);
}

TEST_F(ScriptTimingOf, NoiseAt20DecibelsHidesNoLine) {
  // Speech has an RMS of 0.113, the noise one of 0.0113.
  for (const char* color : {"white", "pink"}) {
    auto truth = say(kLetter, {700ms, 300ms, 1'500ms, 500ms},
                     fmt::format("anoisesrc=color={}:amplitude={}:r=48000:seed=3[n];[0:a][n]amix=inputs=2:normalize=0:"
                                 "duration=first",
                                 color, std::string_view(color) == "white" ? 0.0195 : 0.06));
    Errors errors = errors_of_starts(must(time_script(kLetter, take_)).marks, truth);
    EXPECT_LT(errors.mean, 0.1) << color;
    EXPECT_LT(errors.worst, 0.3) << color;
  }
}

TEST_F(ScriptTimingOf, LinesSaidWithoutAPauseAreCutWhereTheirLengthSays) {
  auto truth = say(kLetter, {500ms, 30ms}, "[0:a]anull");
  Errors errors = errors_of_starts(must(time_script(kLetter, take_)).marks, truth);
  EXPECT_LT(errors.mean, 0.3);
  EXPECT_LT(errors.worst, 1);
}

TEST_F(ScriptTimingOf, AScriptWithoutWordsIsRefused) {
  for (const Script& script : {Script{}, Script{"", " "}, Script{"...", "–"}}) {
    expect_refused(script, folder_.path() / "any.mkv", "holds no words");
  }
}

TEST_F(ScriptTimingOf, ATakeWithoutSoundOrVoiceIsRefused) {
  auto mute = make_clip(folder_.path() / "mute.mkv", "-f lavfi -i color=gray:s=64x64:r=25:d=2 -c:v mpeg4");
  expect_refused(kLetter, mute, "has no sound");
  auto silent = make_clip(folder_.path() / "silent.mkv",
                          "-f lavfi -i color=gray:s=64x64:r=25:d=2 -f lavfi -i anoisesrc=a=0.001:d=2 -c:v mpeg4");
  expect_refused(kLetter, silent, "nobody is heard");
}

TEST_F(ScriptTimingOf, AnotherTakesScriptIsRefused) {
  say({"Yes."}, {500ms}, "[0:a]anull");
  expect_refused(kLetter, take_, "does not belong");
}

TEST_F(ScriptTimingOf, AMissingTakeIsNotFound) {
  auto timing = time_script(kLetter, folder_.path() / "missing.mkv");
  ASSERT_FALSE(timing);
  EXPECT_EQ(timing.error().kind(), ErrorKind::NotFound);
}

std::vector<std::string> texts(const std::vector<ScriptMark>& marks) {
  std::vector<std::string> all;
  for (const ScriptMark& mark : marks) all.push_back(mark.text);
  return all;
}

TEST(ScriptTiming, MarksAreMatchedByTheirWords) {
  const std::vector<ScriptMark> marks = {{"One, one.", 1s, 2s}, {"Two.", 3s, 4s}, {"Three.", 5s, 6s}, {"Four", 7s, 8s}};
  EXPECT_THAT(texts(match_marks({"one one", "Two!", "three", "Four."}, marks)),
              ElementsAre("one one", "Two!", "three", "Four."));
  auto edited = match_marks({"One, one.", "Zwei.", "Three.", "Vier."}, marks);
  ASSERT_EQ(edited.size(), 4U);
  EXPECT_EQ(edited[1], (ScriptMark{"Zwei.", 3s, 4s}));
  EXPECT_EQ(edited[3], (ScriptMark{"Vier.", 7s, 8s}));
  auto without = match_marks({"One, one.", "Four"}, marks);
  ASSERT_EQ(without.size(), 2U);
  EXPECT_EQ(without[1].start, 7s);
}

TEST(ScriptTiming, MarksOfAnotherScriptAreNotMatched) {
  const std::vector<ScriptMark> marks = {{"One.", 1s, 2s}, {"Two.", 3s, 4s}, {"Three.", 5s, 6s}};
  EXPECT_TRUE(match_marks({"Uno.", "Dos.", "Tres."}, marks).empty());
  EXPECT_TRUE(match_marks({"One.", "Dos.", "Tres."}, marks).empty()) << "two edited lines next to each other";
  EXPECT_TRUE(match_marks({"One.", "More.", "Two.", "Three."}, marks).empty()) << "a line that was not said";
  EXPECT_TRUE(match_marks({"Two.", "One.", "Three."}, marks).empty()) << "another order";
  EXPECT_TRUE(match_marks({"One."}, {}).empty());
}

TEST(ScriptTiming, ALinesLengthIsThatOfItsSpeech) {
  EXPECT_EQ(spoken_length(""), 0);
  EXPECT_EQ(spoken_length("... –"), 0);
  EXPECT_GT(spoken_length("2026"), spoken_length("year"));
  EXPECT_GT(spoken_length("the HR API"), spoken_length("the hr api"));
  EXPECT_GT(spoken_length("金曜日"), spoken_length("abc"));
  EXPECT_EQ(spoken_length("José"), spoken_length("Jose"));
  EXPECT_EQ(spoken_length("{{a_very_long_field_name}}"), spoken_length("Sandra"));
}

TEST(ScriptTiming, ACoughAheadOfTheScriptIsLeftOver) {
  auto marks = align_script({"We wanted to tell you where things stand.", "Thank you for coming."},
                            {{200ms, 500ms}, {2'500ms, 5s}, {5'500ms, 7s}});
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_EQ(marks[0].start, 2'500ms);
  EXPECT_EQ(marks[1].start, 5'500ms);
  EXPECT_EQ(marks[1].end, 7s);
}

TEST(ScriptTiming, CommasTakeTheShorterPauses) {
  auto marks = align_script({"If there is anything you want to ask, just answer this message.", "Take care."},
                            {{1s, 3'200ms}, {3'400ms, 4'900ms}, {5'500ms, 6'200ms}});
  ASSERT_EQ(marks.size(), 2U);
  EXPECT_EQ(marks[0].end, 4'900ms);
  EXPECT_EQ(marks[1].start, 5'500ms);
}

TEST(ScriptTiming, OfAnyScriptIsInOrderAndWithinTheVoice) {
  std::mt19937 random(11);
  auto any = [&](int least, int most) { return std::uniform_int_distribution<int>(least, most)(random); };
  for (int round = 0; round < 200; ++round) {
    std::vector<Voiced> voiced;
    Microseconds time = 0us;
    for (int i = any(1, 20); i > 0; --i) {
      time += std::chrono::milliseconds(any(150, 3'000));
      voiced.push_back({time, time + std::chrono::milliseconds(any(80, 6'000))});
      time = voiced.back().end;
    }
    Script script;
    for (int i = any(1, 12); i > 0; --i)
      script.push_back("a" + std::string(static_cast<size_t>(any(0, 80)), 'b') + ", c.");
    auto marks = align_script(script, voiced);
    if (marks.empty()) continue;
    ASSERT_EQ(marks.size(), script.size());
    Microseconds before = voiced.front().start;
    for (const ScriptMark& mark : marks) {
      ASSERT_GE(mark.start, before);
      ASSERT_GT(mark.end, mark.start);
      before = mark.end;
    }
    ASSERT_LE(before, voiced.back().end);
  }
}

}  // namespace
}  // namespace candid::capture
