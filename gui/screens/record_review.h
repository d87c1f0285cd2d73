#pragma once
// The take that there is, to be played, judged and trimmed, and what is to be known about it. A state of the Record
// screen.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gui/missing_captions.h"
#include "gui/screen.h"
#include "gui/take_review.h"

namespace candid::gui {

// The window's thread.
class RecordReview {
 public:
  // A take that was recorded just now says more of itself.
  struct Story {
    std::string note{};
    std::optional<Error> problem{};                // why it ended early
    std::vector<std::filesystem::path> earlier{};  // takes that were done again, under their other names
    std::optional<Error> trim_problem{};           // why campaign.toml still says what the take before was trimmed by
  };
  // `trim`: what campaign.toml cuts off now.
  RecordReview(const Ui& ui, const std::filesystem::path& take, const TrimMarks& trim, Story story);

  enum class Next {
    Stay,
    RecordAgain,
    OtherTake,  // the campaign names another one by now
  };
  Next draw(Ui& ui);

  const std::filesystem::path& take() const { return review_.take(); }
  // Nobody looks at it for a while.
  void leave();

 private:
  bool draw_judged(Ui& ui);
  void save_trim(Ui& ui);

  TakeReview review_;
  TrimMarks saved_trim_;
  Story story_;
  MissingCaptions captions_;
  uint64_t edition_;  // of the campaign whose trim it shows
};

}  // namespace candid::gui
