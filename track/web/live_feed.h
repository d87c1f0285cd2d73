#pragma once
// An answer that goes on for as long as its reader stays: server-sent events (HTML Living Standard §9.2).

#include <chrono>
#include <functional>
#include <string>

namespace candid::track {

struct LiveLimits {
  // A line that says nothing: proxies and browsers then know that the connection lives, and we that the reader does.
  std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
  // Between two looks at the feed, however much there is to tell.
  std::chrono::milliseconds pace = std::chrono::milliseconds(500);
  // Readers come again by themselves (server-sent events do): rights that have ended are noticed then.
  std::chrono::milliseconds longest = std::chrono::hours(1);
};

class LiveFeed {
 public:
  virtual ~LiveFeed() = default;
  // What there is to send by now, in the form of text/event-stream; empty when nothing is new. May wait for the ledger.
  // Calls come one at a time, on worker threads.
  virtual std::string take() = 0;
  // `wake` may be called from any thread, as often as there is something new. Called once, before the first take().
  // After the feed's end it is not called any more.
  virtual void on_news(std::function<void()> wake) = 0;
};

}  // namespace candid::track
