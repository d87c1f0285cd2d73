#pragma once
// Lets any thread say that there is something new to draw.

#include <atomic>
#include <cstdint>
#include <memory>

namespace candid::gui {

// Copies share one window. Thread-safe; outlives the window, and then does nothing.
class Waker {
 public:
  // Of a window that is open; without one, wakes nobody.
  // The window draws once more, soon. Returns at once; many calls before it draws are one.
  void wake() const;

 private:
  friend class Window;
  struct State {
    std::atomic<bool> is_open{false};
    std::atomic<bool> is_pending{false};
    uint32_t event_type = 0;  // SDL's number for our own event
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace candid::gui
