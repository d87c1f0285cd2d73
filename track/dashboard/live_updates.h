#pragma once
// Tells the dashboard's open pages that there is something new, at most once a second, and not what: they ask for
// themselves again. Internal to track.
//
//   event: changed, id and data: the edition    look again
//   event: over                                 this feed says no more; a new one asks anew who is there

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "track/web/live_feed.h"
#include "track/web/news_board.h"

namespace candid::track {

// Thread-safe. Nobody asks its feeds for anything when it is gone.
class LiveUpdates {
 public:
  explicit LiveUpdates(NewsBoard& news, std::chrono::milliseconds pause = std::chrono::seconds(1));
  ~LiveUpdates();
  LiveUpdates(const LiveUpdates&) = delete;
  LiveUpdates& operator=(const LiveUpdates&) = delete;

  // Names the news so far. Of another server, or of this one before it was started again, it is another text.
  std::string edition() const;
  // A feed for a page that shows `edition`. It ends within a minute, as it asks only once who may read.
  std::shared_ptr<LiveFeed> feed(std::string edition) const;

  static constexpr std::chrono::seconds kLongestFeed{50};

 private:
  class Feed;
  void run();

  NewsBoard& news_;
  const std::chrono::milliseconds pause_;
  const std::string server_;                                                // random
  const std::shared_ptr<NewsBoard> ticks_ = std::make_shared<NewsBoard>();  // the same news, slower
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_new_ = false;
  bool closing_ = false;
  int watcher_ = 0;
  std::thread thread_;
};

}  // namespace candid::track
