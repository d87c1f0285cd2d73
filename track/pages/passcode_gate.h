#pragma once
// Links that ask for a passcode: the form, the check, and the cookie that remembers it for twelve hours. Until then
// nothing is said of whom the link is for or from. Internal to track.

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "track/message.h"
#include "track/web/http_message.h"
#include "track/web/miss_counter.h"

namespace candid::track {

// Thread-safe; check() takes about a tenth of a second, so never call it on a thread that serves sockets.
class PasscodeGate {
 public:
  PasscodeGate(std::vector<uint8_t> key, const Clock& clock);

  // No passcode is asked for, or the request has a cookie that this link's present passcode earned.
  bool is_open(const HttpRequest& request, const LinkRecord& link) const;
  // What GET /v/TOKEN answers while it is not.
  HttpResponse form(std::string_view token, const PageContent& page) const;
  // POST /v/TOKEN/passcode: to the page with the cookie, or the form again. At most five wrong ones a link and minute.
  HttpResponse check(const HttpRequest& request, std::string_view token, const LinkRecord& link,
                     const PageContent& page);

 private:
  std::string sign(const LinkRecord& link, int64_t ends_at) const;
  std::string cookie(const HttpRequest& request, const LinkRecord& link) const;
  // Argon2id with at most two at once, as each takes 64 MiB; Io, retryable, when too many wait.
  Result<bool> matches(std::string_view passcode, const std::string& hash);

  const std::vector<uint8_t> key_;
  const Clock& clock_;
  MissCounter wrong_;  // by link
  std::mutex mutex_;
  std::condition_variable finished_;
  int hashing_ = 0;
};

}  // namespace candid::track
