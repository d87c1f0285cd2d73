#pragma once
// How a connection's coroutine waits for what happens on other threads. Internal to track.

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "track/web/worker_pool.h"

namespace candid::track {

// Waits for a value that comes on another thread: `start` gets a function and sees to it that it is called once, with
// the value. Goes on on the awaiting coroutine's executor.
template <typename Value, typename Start>
boost::asio::awaitable<Value> value_from(Start start) {
  auto begin = [&](auto handler) {
    // Shared, because a std::function can be copied and a coroutine's handler cannot.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start([shared](Value value) mutable {
      auto executor = boost::asio::get_associated_executor(*shared);
      boost::asio::post(executor, [waiter = std::move(shared), result = std::move(value)]() mutable {
        (*waiter)(std::move(result));
      });
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Value)>(
      begin, boost::asio::use_awaitable);
}

// The value of `work`, which must not throw, computed by the pool; nothing when the pool takes no more.
template <typename Work>
boost::asio::awaitable<std::optional<std::invoke_result_t<Work>>> on_worker(WorkerPool& pool, Work work) {
  using Value = std::optional<std::invoke_result_t<Work>>;
  auto start = [&](auto done) {
    bool taken = pool.try_post([done, &work]() mutable { done(Value(std::in_place, work())); });
    if (!taken) done(Value());
  };
  co_return co_await value_from<Value>(start);
}

}  // namespace candid::track
