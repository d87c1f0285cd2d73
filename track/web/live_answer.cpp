#include "track/web/live_answer.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "track/web/awaited.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr const char* kHeartbeat = ":\n\n";

}  // namespace

LiveAnswer::LiveAnswer(const asio::any_io_executor& executor, WorkerPool& workers, const LiveLimits& limits)
    : timer_(executor), workers_(workers), limits_(limits) {}

asio::awaitable<uint64_t> LiveAnswer::send(Stream& stream, std::shared_ptr<LiveFeed> feed,
                                           std::chrono::milliseconds stall) {
  // Weak: whoever wakes may do so for as long as the feed lives, which is longer than this answer where it is shared.
  feed->on_news([weak = weak_from_this()] {
    if (auto answer = weak.lock()) answer->wake();
  });
  uint64_t sent = 0;
  const auto over = Clock::now() + limits_.longest;
  auto last_look = Clock::now() - limits_.pace;
  auto last_word = Clock::now();
  while (!ended_ && Clock::now() < over) {
    const auto due = has_news_ ? last_look + limits_.pace : last_word + limits_.heartbeat;
    if (Clock::now() < due) {
      timer_.expires_at(std::min(due, over));
      co_await timer_.async_wait(kNoThrow);
      continue;
    }
    std::string text = kHeartbeat;
    if (has_news_) {
      has_news_ = false;
      last_look = Clock::now();
      text = co_await look(*feed);
    }
    if (text.empty() || ended_) continue;
    if (co_await stream.write(text, stall)) break;
    sent += text.size();
    last_word = Clock::now();
  }
  co_return sent;
}

asio::awaitable<std::string> LiveAnswer::look(LiveFeed& feed) {
  auto take = [&]() -> std::string {
    try {
      return feed.take();
    } catch (const std::exception& problem) {
      log::error("track", fmt::format("a live answer cannot go on ({})", problem.what()));
      return "";
    }
  };
  auto text = co_await on_worker(workers_, take);
  if (!text) has_news_ = true;  // no worker was free: after a while again
  co_return text ? std::move(*text) : std::string();
}

void LiveAnswer::end() {
  ended_ = true;
  timer_.cancel();
}

void LiveAnswer::mute() {
  std::lock_guard lock(mutex_);
  muted_ = true;
}

void LiveAnswer::wake() {
  std::lock_guard lock(mutex_);
  if (muted_ || std::exchange(waking_, true)) return;
  asio::post(timer_.get_executor(), [self = shared_from_this()] {
    {
      std::lock_guard awake(self->mutex_);
      self->waking_ = false;
    }
    self->has_news_ = true;
    self->timer_.cancel();
  });
}

}  // namespace candid::track
