#pragma once
// A thread of work beside the window, which the window never waits for: work that is given up ends by itself.

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

namespace candid::gui {

// What a thread does belongs to the thread: it borrows nothing of whoever began it, as it may outlive that. Work looks
// at its stop token often, as the window's end waits for it. All calls from the window's thread.
class Worker {
 public:
  using Work = std::function<void(const std::stop_token&)>;

  Worker() = default;  // none
  explicit Worker(Work work);
  Worker(Worker&&) noexcept = default;
  Worker& operator=(Worker&& other) noexcept;
  // Asks it to stop, and returns at once. The thread is joined when it has ended: as other work begins or is given up,
  // or by join_all().
  ~Worker();

  void request_stop() { thread_.request_stop(); }
  bool is_stopping() const { return thread_.get_stop_token().stop_requested(); }

  // Waits for all that was given up. For the end of the window: before what work calls (SDL) ends as well, and before
  // main() does.
  static void join_all();

 private:
  void give_up();

  std::shared_ptr<std::atomic<bool>> has_ended_;
  std::jthread thread_;
};

}  // namespace candid::gui
