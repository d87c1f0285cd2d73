#pragma once
// A take that was recorded, to be looked at: played, judged, and trimmed at both ends.

#include <filesystem>
#include <memory>
#include <optional>

#include "capture/check/take_check.h"
#include "gui/picture_view.h"
#include "gui/player.h"
#include "gui/screen.h"
#include "gui/sound_strip.h"
#include "gui/take_trim.h"
#include "gui/task.h"

namespace candid::gui {

// The window's thread.
class TakeReview {
 public:
  TakeReview(const Waker& waker, std::filesystem::path take, TrimMarks trim);

  // Fills a room of so many px from the cursor on: the picture, and its strip with the sound below.
  void draw_picture(const Ui& ui, ImVec2 room);
  // What the check found, with remedies, in the column it is called in.
  void draw_report(const Ui& ui);

  const std::filesystem::path& take() const { return take_; }
  const TrimMarks& trim() const { return trim_; }
  void set_trim(const TrimMarks& trim) { trim_ = trim; }
  void pause() { player_.pause(); }
  // Somebody has moved a trim handle and let go of it since this was asked last.
  bool was_trimmed() { return std::exchange(was_trimmed_, false); }

 private:
  // Of the take, what the video has of it.
  struct Span {
    Microseconds first;
    Microseconds last;
  };
  enum class End { Start, End };
  Span kept(const Player::View& view) const;
  void take_keys(const Player::View& view);
  void draw_strip(const Ui& ui, const Player::View& view, ImVec2 from, ImVec2 room);
  void drag_handle(const Ui& ui, const Player::View& view, End which, ImVec2 from, ImVec2 room);
  void offer_trim(const Ui& ui, const capture::Trim& silence);

  const std::filesystem::path take_;
  TrimMarks trim_;
  bool was_trimmed_ = false;
  bool has_moved_ = false;  // the handle that is held
  Player player_;
  PictureView picture_;
  SoundStrip sound_;
  Task<capture::TakeReport> checking_;
  std::optional<Result<capture::TakeReport>> report_;
};

}  // namespace candid::gui
