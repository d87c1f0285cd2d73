#pragma once
// A sitting: the camera with the name of whoever is greeted now, then the clips being cut. A state of the Greet screen.

#include "gui/picture_view.h"
#include "gui/screen.h"
#include "gui/sitting_booth.h"

namespace candid::gui {

// The window's thread. Destroyed while it goes on: what was good is kept, and cut the next time.
class GreetSitting {
 public:
  GreetSitting(const Waker& waker, SittingPlan plan)
      : is_hands_free_(plan.is_hands_free), booth_(waker, std::move(plan)) {}

  enum class Next {
    Stay,
    Ended,  // look() says how; nothing was drawn
  };
  Next draw(Ui& ui);

  SittingBoothView look() const { return booth_.look(); }
  bool is_busy() const { return booth_.is_busy(); }
  // As it was chosen last.
  bool is_hands_free() const { return is_hands_free_; }

 private:
  void take_keys(const campaign::SittingView& sitting);
  void draw_live(Ui& ui, const campaign::SittingView& sitting);
  void draw_name(Ui& ui, const campaign::SittingView& sitting, const Box& box) const;
  void draw_lead(Ui& ui, const campaign::SittingView& sitting);
  bool draw_buttons(const Theme& theme, const campaign::SittingView& sitting);

  bool is_hands_free_;
  SittingBooth booth_;
  PictureView picture_;
};

}  // namespace candid::gui
