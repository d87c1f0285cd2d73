#pragma once
// A time limit that is set for every request and almost never comes: setting it later again costs nothing, as the timer
// behind it looks at the clock when it rings, and goes on where there is time left. Internal to track.

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace candid::track {

// Used on one strand, which is the executor.
class LazyDeadline {
 public:
  using Clock = std::chrono::steady_clock;

  // `passed` is called on the executor, and never after close(), which the owner calls at the latest when it ends.
  LazyDeadline(boost::asio::any_io_executor executor, std::function<void()> passed)
      : watch_(std::make_shared<Watch>(std::move(executor), std::move(passed))) {}
  ~LazyDeadline() { close(); }
  LazyDeadline(const LazyDeadline&) = delete;
  LazyDeadline& operator=(const LazyDeadline&) = delete;

  void expires_after(Clock::duration time) {
    watch_->at = Clock::now() + time;
    watch_->has_passed = false;
    if (!watch_->rings || watch_->at < watch_->timer.expiry()) ring(watch_);
  }
  void expires_never() { watch_->at = Clock::time_point::max(); }
  // Since expires_after().
  bool has_passed() const { return watch_->has_passed; }
  void close() {
    watch_->passed = nullptr;
    watch_->at = Clock::time_point::max();
    watch_->timer.cancel();
  }

 private:
  struct Watch {
    Watch(boost::asio::any_io_executor executor, std::function<void()> when_passed)
        : timer(std::move(executor)), passed(std::move(when_passed)) {}
    boost::asio::steady_timer timer;
    std::function<void()> passed;
    Clock::time_point at = Clock::time_point::max();
    bool rings = false;
    bool has_passed = false;
  };

  // Takes the place of an earlier ring.
  static void ring(const std::shared_ptr<Watch>& watch) {
    watch->rings = true;
    watch->timer.expires_at(watch->at);
    watch->timer.async_wait([watch](boost::system::error_code replaced) {
      if (replaced) return;
      watch->rings = false;
      if (watch->at == Clock::time_point::max()) return;
      if (watch->at > Clock::now()) return ring(watch);
      watch->at = Clock::time_point::max();
      watch->has_passed = true;
      if (watch->passed) watch->passed();
    });
  }

  std::shared_ptr<Watch> watch_;
};

}  // namespace candid::track
