#include "track/dashboard/live_updates.h"

#include <utility>

#include <fmt/format.h>

#include "core/random.h"

namespace candid::track {
namespace {

constexpr size_t kServerBits = 64;
// How often feeds are looked at without news, so that they end in time.
constexpr std::chrono::seconds kQuiet{10};

}  // namespace

class LiveUpdates::Feed final : public LiveFeed {
 public:
  Feed(const LiveUpdates& updates, std::string edition)
      : updates_(updates),
        ticks_(updates.ticks_),
        told_(std::move(edition)),
        ends_at_(std::chrono::steady_clock::now() + kLongestFeed) {}
  ~Feed() override {
    if (watcher_ != 0) ticks_->forget(watcher_);
  }

  std::string take() override {
    if (is_over_) return {};
    if (std::chrono::steady_clock::now() >= ends_at_) {
      is_over_ = true;
      return "event: over\ndata:\n\n";
    }
    std::string edition = updates_.edition();
    if (edition == told_) return {};
    told_ = std::move(edition);
    return fmt::format("id: {0}\nevent: changed\ndata: {0}\n\n", told_);
  }

  void on_news(std::function<void()> wake) override { watcher_ = ticks_->watch(std::move(wake)); }

 private:
  const LiveUpdates& updates_;
  const std::shared_ptr<NewsBoard> ticks_;  // a connection may go after the server's parts have
  std::string told_;
  const std::chrono::steady_clock::time_point ends_at_;
  bool is_over_ = false;
  int watcher_ = 0;
};

LiveUpdates::LiveUpdates(NewsBoard& news, std::chrono::milliseconds pause)
    : news_(news), pause_(pause), server_(random_token(kServerBits)) {
  watcher_ = news_.watch([this] {
    std::lock_guard lock(mutex_);
    is_new_ = true;
    changed_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

LiveUpdates::~LiveUpdates() {
  news_.forget(watcher_);
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::string LiveUpdates::edition() const {
  return fmt::format("{}.{}", server_, news_.edition());
}

std::shared_ptr<LiveFeed> LiveUpdates::feed(std::string edition) const {
  return std::make_shared<Feed>(*this, std::move(edition));
}

// Also without news, now and then, so that feeds end.
void LiveUpdates::run() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    changed_.wait_for(lock, kQuiet, [&] { return is_new_ || closing_; });
    if (closing_) return;
    is_new_ = false;
    lock.unlock();
    ticks_->tell();
    lock.lock();
    changed_.wait_for(lock, pause_, [&] { return closing_; });
  }
}

}  // namespace candid::track
