// What somebody who records has before the eyes, and what becomes of commands.

#include "capture/desk/recording_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace candid::capture {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

media::Samples steady(float amplitude, Microseconds length) {
  return media::Samples(static_cast<size_t>(length.count()) * 48 / 1000 * 2, amplitude);
}

TEST(Prompter, GoesOnWhenALineWasSaidAndThereIsAPause) {
  Prompter prompter({"A line of ten words or so, said without any hurry.", "Another."});
  Microseconds at = 0s;
  auto hear = [&](float amplitude, Microseconds length) {
    for (Microseconds end = at + length; at < end; at += 20ms) prompter.hear(steady(amplitude, 20ms), at);
  };
  hear(0.0005F, 2s);
  hear(0.2F, 500ms);
  hear(0.0005F, 600ms);
  EXPECT_EQ(prompter.line(), 0U) << "that was too short for the line";
  hear(0.2F, 3s);
  EXPECT_EQ(prompter.line(), 0U) << "there was no pause yet";
  hear(0.0005F, 600ms);
  EXPECT_EQ(prompter.line(), 1U);
  hear(0.2F, 5s);
  hear(0.0005F, 2s);
  EXPECT_EQ(prompter.line(), 1U) << "the last line stays";
  EXPECT_THAT(prompter.marks(at), IsEmpty()) << "pauses tell more exactly than this";
}

TEST(Prompter, KnowsWhenLinesWereUpThatWereMovedByHand) {
  Prompter prompter({"One.", "Two.", "Three."});
  prompter.go_on(2s);
  prompter.go_on(4s);
  prompter.go_back(5s);
  prompter.go_on(7s);
  EXPECT_THAT(prompter.marks(9s),
              ElementsAre(ScriptMark{"One.", 0s, 2s}, ScriptMark{"Two.", 5s, 7s}, ScriptMark{"Three.", 7s, 9s}));
}

TEST(LevelMeter, ShowsPeaksAndLetsThemFall) {
  LevelMeter meter;
  EXPECT_EQ(meter.peak_dbfs(), -90);
  meter.push(steady(0.5F, 33ms));
  EXPECT_NEAR(meter.peak_dbfs(), -6, 0.1);
  for (int i = 0; i < 10; ++i) meter.push(steady(0, 33ms));
  EXPECT_NEAR(meter.peak_dbfs(), -14, 0.2);
  EXPECT_FALSE(meter.clips());
  meter.push(steady(1, 33ms));
  EXPECT_TRUE(meter.clips());
}

// A desk whose moments come ten a second, with sound alone.
class Desk : public testing::Test {
 protected:
  Direction hear(Microseconds recorded = 0s, float amplitude = 0.1F) {
    RecordState state;
    state.recorded = recorded;
    state.now = recorded + 50ms;
    Moment moment;
    moment.sound = steady(amplitude, 100ms);
    return desk_.hear(moment, state);
  }
  // Past the countdown.
  void begin() {
    desk_.press(DeskCommand::Begin, 0s);
    desk_.press(DeskCommand::Begin, 0s);
    ASSERT_EQ(hear(), Direction::Record);
  }

  static DeskPlan plan() {
    DeskPlan plan;
    plan.countdown = 2;
    plan.script = {"One.", "Two."};
    plan.format.frame_rate = {10, 1};
    plan.format.has_sound = true;
    return plan;
  }
  RecordingDesk desk_{plan()};
};

TEST_F(Desk, CountsDownAndThenRecords) {
  EXPECT_EQ(hear(), Direction::Standby);
  EXPECT_EQ(desk_.view().phase, DeskPhase::Looking);
  desk_.press(DeskCommand::Begin, 0s);
  for (int moment = 0; moment < 9; ++moment) EXPECT_EQ(hear(), Direction::Standby) << moment;
  EXPECT_EQ(desk_.view().seconds_left, 2);
  for (int moment = 9; moment < 20; ++moment) EXPECT_EQ(hear(), Direction::Standby) << moment;
  EXPECT_EQ(desk_.view().seconds_left, 1);
  EXPECT_EQ(hear(), Direction::Record);
  EXPECT_EQ(desk_.view().phase, DeskPhase::Recording);
}

TEST_F(Desk, ACountdownCanBeGivenUpAndCutShort) {
  desk_.press(DeskCommand::Begin, 0s);
  desk_.press(DeskCommand::GiveUp, 0s);
  EXPECT_EQ(hear(), Direction::Standby);
  EXPECT_EQ(desk_.phase(), DeskPhase::Looking);
  begin();
}

TEST_F(Desk, WhoLeavesBeforeTheBeginningDiscards) {
  desk_.press(DeskCommand::GiveUp, 0s);
  EXPECT_EQ(hear(), Direction::Discard);
  EXPECT_EQ(desk_.wish(), RecordingDesk::Wish::Leave);
}

TEST_F(Desk, PausesAndGoesOn) {
  begin();
  desk_.press(DeskCommand::PauseOrGoOn, 1s);
  EXPECT_EQ(hear(1s), Direction::Standby);
  EXPECT_EQ(desk_.phase(), DeskPhase::Paused);
  desk_.press(DeskCommand::PauseOrGoOn, 1s);
  EXPECT_EQ(hear(1s), Direction::Record);
}

TEST_F(Desk, ATakeIsDeletedOnlyWhenThatIsConfirmed) {
  begin();
  desk_.press(DeskCommand::Delete, 1s);
  EXPECT_EQ(hear(1s), Direction::Record) << "nobody was asked";
  desk_.press(DeskCommand::GiveUp, 1s);
  EXPECT_EQ(hear(1s), Direction::Standby);
  desk_.press(DeskCommand::Finish, 1s);
  EXPECT_EQ(hear(1s), Direction::Standby) << "the question is not answered";
  desk_.press(DeskCommand::Keep, 1s);
  EXPECT_EQ(hear(1s), Direction::Standby);
  EXPECT_EQ(desk_.phase(), DeskPhase::Paused);
  desk_.press(DeskCommand::GiveUp, 1s);
  desk_.press(DeskCommand::Delete, 1s);
  EXPECT_EQ(hear(1s), Direction::Discard);
  EXPECT_EQ(desk_.wish(), RecordingDesk::Wish::Leave);
}

TEST_F(Desk, DoneKeepsTheTakeWhetherOrNotAnotherIsWanted) {
  begin();
  desk_.press(DeskCommand::Again, 1s);
  EXPECT_EQ(hear(1s), Direction::Finish);
  EXPECT_EQ(desk_.wish(), RecordingDesk::Wish::Again);
  RecordingDesk other(plan());
  other.press(DeskCommand::Begin, 0s);
  other.press(DeskCommand::Begin, 0s);
  other.press(DeskCommand::Finish, 1s);
  EXPECT_EQ(other.hear({}, {}), Direction::Finish);
  EXPECT_EQ(other.wish(), RecordingDesk::Wish::Keep);
}

TEST_F(Desk, NotesMarksAndLinesWhereTheTakeIsNow) {
  desk_.press(DeskCommand::Mark, 0s);
  begin();
  desk_.press(DeskCommand::Mark, 700ms);
  desk_.press(DeskCommand::NextLine, 1s);
  EXPECT_EQ(hear(3s), Direction::Record);
  EXPECT_EQ(desk_.view().line, 1U);
  EXPECT_THAT(desk_.view().bookmarks, ElementsAre(700ms)) << "before the beginning there is no place";
  EXPECT_THAT(desk_.notes().bookmarks, ElementsAre(700ms));
  EXPECT_THAT(desk_.notes().marks, ElementsAre(ScriptMark{"One.", 0s, 1s}, ScriptMark{"Two.", 1s, 3s}));
  desk_.press(DeskCommand::PreviousLine, 3s);
  hear(4s);
  EXPECT_EQ(desk_.view().line, 0U);
}

TEST_F(Desk, TellsHowItGoes) {
  RecordState state;
  state.recorded = 2s;
  state.now = 2100ms;
  state.frames.dropped[Drop::Late] = 3;
  state.time_left = 4min;
  Moment moment;
  moment.sound = steady(1, 100ms);
  desk_.hear(moment, state);
  DeskView view = desk_.view();
  EXPECT_EQ(view.recorded, 2s);
  EXPECT_EQ(view.now, 2100ms);
  EXPECT_EQ(view.frames.lost(), 3);
  EXPECT_NEAR(view.peak_dbfs, 0, 0.1);
  EXPECT_TRUE(view.clips);
  EXPECT_THAT(view.disk_warning.value_or(""), HasSubstr("the disk has room for 4"));
  state.time_left = 11min;
  desk_.hear(moment, state);
  EXPECT_EQ(desk_.view().disk_warning, std::nullopt) << "that is worth no words yet";
}

TEST_F(Desk, JudgesTheLastSeconds) {
  hear();
  EXPECT_THAT(desk_.view().findings, testing::IsEmpty()) << "that was no time at all";
  for (int moment = 0; moment < 100; ++moment) hear();
  std::vector<Fault> faults;
  for (const TakeFinding& finding : desk_.view().findings) faults.push_back(finding.fault);
  EXPECT_THAT(faults, Contains(Fault::NoVoice)) << "an even sound is nobody's voice";
}

}  // namespace
}  // namespace candid::capture
