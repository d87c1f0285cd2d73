#pragma once
// The answers to calls that must not run twice, by the key that their sender gave them (Idempotency-Key): when an
// answer was lost on its way, the sender repeats the call and gets the first answer again. The newest ten thousand, in
// memory.

#include <array>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <mutex>

#include "core/digest.h"
#include "track/web/http_message.h"

namespace candid::track {

// Thread-safe.
class AnsweredCalls {
 public:
  // The answer that `call` gave under this key, running it if it has none. A repeat that comes while it runs waits for
  // it. Failures on this side (5xx) are not kept: a repeat may fare better.
  HttpResponse once(const Sha256& key, const std::function<HttpResponse()>& call);

 private:
  using Answer = std::shared_future<HttpResponse>;
  void forget(const Sha256& key);

  std::mutex mutex_;
  std::map<Sha256, Answer> answers_;
  std::deque<Sha256> oldest_first_;
};

}  // namespace candid::track
