#pragma once
// Links that ask for a passcode: the form, the check, and the cookie that opens the page for twelve hours and for a
// month more tells its owner from strangers. Until then nothing is said of whom the link is for or from. Internal to
// track.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "track/pages/passcode_attempts.h"
#include "track/web/http_message.h"

namespace candid::track {

// Thread-safe.
class PasscodeGate {
 public:
  PasscodeGate(std::vector<uint8_t> key, const Clock& clock);

  // No passcode is asked for, or the request has a cookie that this link's present passcode earned.
  bool is_open(const HttpRequest& request, const LinkRecord& link) const;
  // What GET /v/TOKEN answers while it is not; `language` is the page's.
  HttpResponse form(std::string_view token, const std::string& language) const;
  // POST /v/TOKEN/passcode: to the page with the cookie, or the form again (HttpResponse::check_passcode: about a tenth
  // of a second and 64 MiB; one that is dropped without a call was no attempt). How often: passcode_attempts.h; those
  // who have the cookie are counted apart.
  HttpResponse check(const HttpRequest& request, std::string_view token, const LinkRecord& link,
                     const std::string& language);

 private:
  std::string sign(const LinkRecord& link, int64_t ends_at) const;
  std::string cookie(const HttpRequest& request, const LinkRecord& link) const;
  // The end of the twelve hours that the request's cookie opens or opened; nothing for another passcode's.
  std::optional<UtcTime> earned_until(const HttpRequest& request, const LinkRecord& link) const;

  const std::vector<uint8_t> key_;
  const Clock& clock_;
  PasscodeAttempts attempts_;
};

}  // namespace candid::track
