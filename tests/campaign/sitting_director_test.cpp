// Who leads a sitting: commands, or the drawn presenter's own times.

#include "campaign/greetings/sitting_director.h"

#include "campaign/greetings/presenter_director.h"
#include "tests/campaign/sitting_fixture.h"

namespace candid::campaign {
namespace {

using namespace test;
using capture::Direction;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

class SittingLed : public SittingTest {
 protected:
  // A moment that lies there in the take; what is said now comes a tenth of a second later.
  static capture::RecordState at(Microseconds recorded) {
    capture::RecordState state;
    state.recorded = recorded;
    state.now = recorded + 100ms;
    return state;
  }
  Direction hear(Microseconds recorded) { return director_.hear({}, at(recorded)); }

  SittingJournal journal_ = must(SittingJournal::create(greetings(), "c", kMorning));
  SittingWriter writer_{journal_};
  Sitting sitting_{turns(2), writer_};
  SittingDirector director_{sitting_};
};

TEST_F(SittingLed, BeginsByCommandAndEndsWithTheLastCandidate) {
  EXPECT_EQ(hear(0s), Direction::Standby);
  director_.press(SittingCommand::Good, 0s);
  director_.press(SittingCommand::Skip, 0s);
  EXPECT_EQ(hear(0s), Direction::Standby) << "nothing was begun";
  director_.press(SittingCommand::Begin, 0s);
  EXPECT_EQ(hear(0s), Direction::Record);
  director_.press(SittingCommand::Good, 3s);
  EXPECT_EQ(hear(2900ms), Direction::Record);
  EXPECT_EQ(director_.view().value().name, "Peter");
  EXPECT_EQ(director_.view()->good, 1U);
  director_.press(SittingCommand::Good, 6s);
  EXPECT_TRUE(director_.has_ended());
  EXPECT_EQ(director_.view(), std::nullopt);
  EXPECT_EQ(hear(5900ms), Direction::Record) << "what was said before is on its way";
  EXPECT_EQ(hear(6s), Direction::Finish);
  must(writer_.finish());
  EXPECT_THAT(good(),
              ElementsAre(Attempt{"1", {"Jane", "", "Jane"}, 0s, 3s}, Attempt{"2", {"Peter", "", "Peter"}, 3s, 6s}));
}

TEST_F(SittingLed, GoesBackAndDoesItAgain) {
  director_.press(SittingCommand::Begin, 0s);
  director_.press(SittingCommand::Again, 1s);
  director_.press(SittingCommand::Good, 3s);
  director_.press(SittingCommand::Back, 4s);
  hear(4s);
  SittingView view = director_.view().value();
  EXPECT_EQ(view.name, "Jane");
  EXPECT_EQ(view.next_name, "Peter");
  EXPECT_TRUE(view.is_good_already);
  EXPECT_EQ(view.number, 1U);
  EXPECT_EQ(view.total, 2U);
  director_.press(SittingCommand::Skip, 5s);
  director_.press(SittingCommand::Skip, 6s);
  EXPECT_EQ(hear(6s), Direction::Finish);
  must(writer_.finish());
  EXPECT_THAT(good(), ElementsAre(Attempt{"1", {"Jane", "", "Jane"}, 1s, 3s}));
}

TEST_F(SittingLed, PausesOnceAllIsInTheTakeAndGoesOn) {
  director_.press(SittingCommand::Begin, 0s);
  director_.press(SittingCommand::PauseOrGoOn, 2s);
  EXPECT_EQ(hear(1900ms), Direction::Record);
  EXPECT_EQ(hear(2s), Direction::Standby);
  EXPECT_EQ(director_.view().value().phase, SittingPhase::Paused);
  director_.press(SittingCommand::Good, 2s);
  EXPECT_EQ(hear(2s), Direction::Standby) << "nothing is said in a pause";
  director_.press(SittingCommand::PauseOrGoOn, 2s);
  EXPECT_EQ(hear(2s), Direction::Record);
  director_.press(SittingCommand::End, 4s);
  EXPECT_EQ(hear(4s), Direction::Finish);
  must(writer_.finish());
  EXPECT_THAT(good(), IsEmpty());
}

TEST_F(SittingLed, WhoEndsItBeforeTheBeginningRecordsNothing) {
  director_.press(SittingCommand::End, 0s);
  EXPECT_EQ(hear(0s), Direction::Finish);
}

TEST_F(SittingLed, EndsAtOnceWhenTheJournalCannotBeWritten) {
  director_.press(SittingCommand::Begin, 0s);
  std::filesystem::remove_all(greetings());
  must(write_file(greetings(), std::string_view("no folder")));
  director_.press(SittingCommand::Again, 1s);
  EXPECT_FALSE(writer_.finish());
  EXPECT_EQ(hear(0s), Direction::Finish);
  EXPECT_TRUE(director_.has_ended());
}

TEST_F(SittingLed, TellsWhatIsWrongWithTheRecording) {
  capture::RecordState state = at(2s);
  state.frames.dropped[capture::Drop::Late] = 3;
  state.time_left = 4min;
  director_.hear({}, state);
  SittingView view = director_.view().value();
  EXPECT_EQ(view.recorded, 2s);
  EXPECT_EQ(view.lost_pictures, 3);
  EXPECT_TRUE(view.disk_warning);
  EXPECT_EQ(view.peak_dbfs, -90);
}

// The presenter greets Jane from 1 to 2 and Peter from 4 to 5 s.
TEST_F(SittingLed, ByThePresenterEachIsGoodHalfWayToTheNext) {
  const std::vector<std::string> lines = presenter_lines(turns(2));
  EXPECT_THAT(lines, ElementsAre("Hello Jane.", "Hello Peter."));
  PresenterDirector presenter(sitting_, lines, {{"Hello Jane.", 1s, 2s}, {"Hello Peter.", 4s, 5s}});
  EXPECT_EQ(presenter.hear({}, at(2900ms)), Direction::Record);
  EXPECT_EQ(sitting_.position(), 0U);
  EXPECT_EQ(presenter.hear({}, at(3s)), Direction::Record);
  EXPECT_EQ(sitting_.position(), 1U);
  EXPECT_EQ(presenter.hear({}, at(5700ms)), Direction::Finish);
  EXPECT_EQ(sitting_.good_count(), 2U);
}

TEST_F(SittingLed, ByThePresenterWhoseLineCannotBeSaidIsSkipped) {
  PresenterDirector presenter(sitting_, {"…", "Hello Peter."}, {{"Hello Peter.", 1s, 2s}});
  EXPECT_EQ(presenter.hear({}, at(1s)), Direction::Record);
  EXPECT_EQ(sitting_.position(), 1U);
  EXPECT_EQ(presenter.hear({}, at(3s)), Direction::Finish);
  EXPECT_FALSE(sitting_.is_good(0));
  EXPECT_TRUE(sitting_.is_good(1));
}

}  // namespace
}  // namespace candid::campaign
