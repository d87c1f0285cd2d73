#pragma once
// A sitting that goes on beside the window: devices, who is greeted, and the clips that are cut of it afterwards.

#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "campaign/greetings/greeting_choice.h"
#include "campaign/greetings/sitting_director.h"
#include "capture/source.h"
#include "gui/waker.h"
#include "gui/worker.h"
#include "media/frame.h"

namespace candid::gui {

struct SittingPlan {
  std::filesystem::path folder;  // the campaign's
  campaign::GreetingChoice choice;
  capture::SourceSettings source;
  bool is_hands_free = false;  // a pause after a greeting leads on to the next one
};

struct SittingBoothView {
  enum class State { Opening, Running, Cutting, Ended };
  State state = State::Opening;
  std::optional<campaign::SittingView> sitting{};
  size_t cut = 0;  // clips, in Cutting
  size_t to_cut = 0;
  size_t clips = 0;  // that were made, in Ended
  std::optional<Error> problem{};
};

// All calls from the window's thread. Whatever ends it, what was said to be good is in the journal, and is cut then or
// the next time. Destroyed, it is given up (worker.h); another booth waits until its devices are closed.
class SittingBooth {
 public:
  SittingBooth(Waker waker, SittingPlan plan);

  void press(campaign::SittingCommand command);
  void set_hands_free(bool is_hands_free);
  SittingBoothView look() const;
  // Somebody is greeted, or clips are cut.
  bool is_busy() const;
  std::optional<media::Frame> take_picture();

 private:
  struct Shared {
    mutable std::mutex mutex;
    std::deque<campaign::SittingCommand> pressed;
    SittingBoothView view;
    std::optional<media::Frame> picture;
    bool is_hands_free = false;
  };
  static Result<void> work(Shared& shared, const Waker& waker, const SittingPlan& plan, const std::stop_token& stop);
  static Result<void> sit(Shared& shared, const Waker& waker, const SittingPlan& plan,
                          const campaign::GreetingFolder& folder, const std::stop_token& stop);

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Worker worker_;
};

}  // namespace candid::gui
