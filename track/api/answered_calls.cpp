#include "track/api/answered_calls.h"

namespace candid::track {
namespace {

constexpr size_t kMostAnswers = 10'000;

}  // namespace

HttpResponse AnsweredCalls::once(const Sha256& key, const std::function<HttpResponse()>& call) {
  std::promise<HttpResponse> promise;
  {
    std::unique_lock lock(mutex_);
    auto [entry, is_first] = answers_.try_emplace(key, promise.get_future().share());
    if (!is_first) {
      Answer answer = entry->second;
      lock.unlock();
      return answer.get();
    }
    oldest_first_.push_back(key);
    if (oldest_first_.size() > kMostAnswers) {
      answers_.erase(oldest_first_.front());
      oldest_first_.pop_front();
    }
  }
  try {
    HttpResponse response = call();
    if (response.status >= 500) forget(key);
    promise.set_value(response);
    return response;
  } catch (...) {  // out of memory, say: whoever waits must hear of it too
    forget(key);
    promise.set_exception(std::current_exception());
    throw;
  }
}

void AnsweredCalls::forget(const Sha256& key) {
  std::lock_guard lock(mutex_);
  answers_.erase(key);
  std::erase(oldest_first_, key);
}

}  // namespace candid::track
