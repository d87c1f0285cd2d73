#include "gui/take_trim.h"

#include <gtest/gtest.h>

#include "campaign/kits.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::gui {
namespace {

using namespace std::chrono_literals;
using candid::test::must;
using Words = std::vector<std::string>;

constexpr Microseconds kTake = 20s;

TrimMarks marks(Microseconds start, overlay::TimeMark end) {
  return {{start, false}, end};
}

TEST(TakeTrim, AnEndThatIsATimeOfTheTakeCutsWhatComesAfterIt) {
  EXPECT_EQ(cut_by(marks(800ms, {12s, false}), kTake), (capture::Trim{800ms, 8s}));
  EXPECT_EQ(cut_by(marks(800ms, {500ms, true}), kTake), (capture::Trim{800ms, 500ms}));
  EXPECT_EQ(cut_by(TrimMarks{}, kTake), capture::Trim{});
}

TEST(TakeTrim, NeverCutsMoreThanThereIs) {
  EXPECT_EQ(cut_by(marks(0s, {30s, false}), kTake), capture::Trim{}) << "ends after the take's own end";
  EXPECT_EQ(cut_by(marks(30s, {30s, true}), kTake), (capture::Trim{20s, 0s}));
  EXPECT_EQ(cut_by(marks(15s, {10s, false}), kTake), (capture::Trim{15s, 5s}));
  EXPECT_EQ(cut_by(marks(1s, {1s, true}), 0s), capture::Trim{}) << "a length that is not known yet";
}

TEST(TakeTrim, AMovedEndKeepsItsWayOfCounting) {
  TrimMarks time = marks(1s, {12s, false});
  move_to(time, {1s, 3s}, kTake);
  EXPECT_EQ(trim_words(time, {"1s", "12s"}), (Words{"1s", "17.00s"}));
  EXPECT_EQ(cut_by(time, kTake), (capture::Trim{1s, 3s}));

  TrimMarks from_end = marks(1s, {500ms, true});
  move_to(from_end, {1s, 3s}, kTake);
  EXPECT_EQ(trim_words(from_end, {"1s", "-0.5s"}), (Words{"1s", "-3.00s"}));
  EXPECT_EQ(cut_by(from_end, kTake), (capture::Trim{1s, 3s}));
}

TEST(TakeTrim, TheOtherEndKeepsItsWords) {
  TrimMarks moved = marks(1500ms, {65s, false});
  move_to(moved, {2s, cut_by(moved, 90s).end}, 90s);
  EXPECT_EQ(trim_words(moved, {"1.5s", "1:05"}), (Words{"2.00s", "1:05"}));
}

TEST(TakeTrim, AnEndBeyondTheTakeStaysUntilItIsMoved) {
  TrimMarks moved = marks(0s, {30s, false});
  move_to(moved, {1s, 0s}, kTake);
  EXPECT_EQ(trim_words(moved, {"0s", "30s"}), (Words{"1.00s", "30s"}));
  move_to(moved, {1s, 2s}, kTake);
  EXPECT_EQ(trim_words(moved, {"0s", "30s"}), (Words{"1.00s", "18.00s"}));
}

TEST(TakeTrim, TimeAndLengthAreThoseOfWhatIsLeft) {
  const capture::Trim cut{4s, 6s};
  EXPECT_EQ(play_time(cut, kTake, 4s), (PlayTime{0s, 10s}));
  EXPECT_EQ(play_time(cut, kTake, 9s), (PlayTime{5s, 10s}));
  EXPECT_EQ(play_time(cut, kTake, 14s), (PlayTime{10s, 10s}));
  EXPECT_EQ(play_time(cut, kTake, 1s), (PlayTime{0s, 10s})) << "before it";
  EXPECT_EQ(play_time(cut, kTake, 19s), (PlayTime{10s, 10s})) << "after it";
  EXPECT_EQ(play_time({}, kTake, 19s), (PlayTime{19s, 20s}));
  EXPECT_EQ(play_time({}, 0s, 0s), (PlayTime{0s, 0s})) << "a length that is not known yet";
}

TEST(TakeTrim, WhereNothingIsCutNothingIsWritten) {
  const TemporaryFolder folder = must(TemporaryFolder::create());
  const std::filesystem::path campaign = folder.path() / "campaign";
  must(campaign::start_campaign(campaign, "sample"));
  const auto text = [&] { return must(read_text_file(campaign / "campaign.toml")); };
  const std::string before = text();
  OpenCampaign open{Waker()};
  open.open(campaign);
  CampaignEdits edits(open);
  EXPECT_TRUE(set_trim(edits, TrimMarks{}));
  EXPECT_TRUE(drop_trim(edits));
  EXPECT_EQ(text(), before);
  EXPECT_EQ(edits.editor()->undo_words(), std::nullopt);
  EXPECT_TRUE(set_trim(edits, marks(1s, {2s, true})));
  EXPECT_NE(text().find("trim = [\"1.00s\", \"-2.00s\"]"), std::string::npos) << text();
  EXPECT_TRUE(drop_trim(edits));
  EXPECT_EQ(text(), before);
}

TEST(TakeTrim, WritesBothWhereNothingWasSaid) {
  const TrimMarks moved = marks(800ms, {500ms, true});
  const Words both = {"0.80s", "-0.50s"};
  EXPECT_EQ(trim_words(moved, {}), both);
  EXPECT_EQ(trim_words(moved, {"soon"}), both);
}

}  // namespace
}  // namespace candid::gui
