#pragma once
// Tells the recruiter's own visits from candidates'. A browser that has signed in to the dashboard has a signed cookie
// that says so and no more; the pages that it opens are recorded as the owner's, which proves nothing of the candidate
// (docs/views.md, "owner_excluded"). It comes along from links in mails and tables, too, where the session's own cookie
// does not. Internal to track.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "track/web/http_message.h"

namespace candid::track {

inline constexpr std::chrono::hours kOwnerCookieLifetime{24 * 180};  // from the latest time of signing in

// Thread-safe.
class OwnerCookie {
 public:
  // `key` is Ledger::server_key(): servers that share a ledger know each other's.
  OwnerCookie(std::vector<uint8_t> key, const Clock& clock) : key_(std::move(key)), clock_(clock) {}

  // The value of Set-Cookie for a browser that has just signed in.
  std::string issue(const HttpRequest& request) const;
  bool is_owner(const HttpRequest& request) const;

 private:
  std::string value_of(int64_t issued) const;
  bool is_valid(std::string_view value) const;

  const std::vector<uint8_t> key_;
  const Clock& clock_;
};

}  // namespace candid::track
