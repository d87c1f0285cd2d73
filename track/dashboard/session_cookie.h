#pragma once
// Who is signed in to the dashboard. A session is a cookie that this server, or another one with the same ledger, has
// signed: 160 random bits, when it began, and the digest of the API token that opened it. The token is looked up for
// each request, so a session ends with it. Internal to track.

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/error.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "track/web/http_message.h"

namespace candid::track {

inline constexpr std::chrono::hours kSessionLifetime{12};

struct SignedIn {
  std::string session{};     // the cookie's value
  std::string form_token{};  // each form of a page of this session carries it
  std::string token_name{};  // of the API token: "laptop of the talent team"
  UtcTime ends_at{};
};

// Thread-safe; waits for the ledger.
class SessionCookies {
 public:
  // `key` is Ledger::server_key().
  SessionCookies(std::vector<uint8_t> key, const Ledger& ledger, const Clock& clock)
      : key_(std::move(key)), ledger_(ledger), clock_(clock) {}

  // Whether a cookie may be set at all: over TLS, or on this machine itself, where no other host's name was asked for.
  static bool may_be_set(const HttpRequest& request);

  // The value of Set-Cookie for whoever has this token; nothing where it is unknown or expired, which look alike.
  Result<std::optional<std::string>> sign_in(const HttpRequest& request, std::string_view api_token);
  Result<std::optional<SignedIn>> find(const HttpRequest& request) const;
  // Ends the session here, and gives the Set-Cookie that takes it from the browser. For whoever kept the cookie it goes
  // on at another server with the same ledger, and at this one once it was started anew, until its twelve hours are
  // over or its API token is removed.
  std::string sign_out(const HttpRequest& request, const SignedIn& who);

  // What the form to sign in carries: that it is ours, and not older than an hour.
  std::string login_form_token() const;
  bool is_login_form_token(std::string_view text) const;

  // Takes as long for a wrong one of whatever length.
  static bool is_form_token(const SignedIn& who, std::string_view text);

 private:
  struct Session;
  std::string cookie_of(const Session& session) const;
  std::optional<Session> read(std::string_view cookie) const;
  std::string mac(std::string_view purpose, std::string_view text) const;
  bool has_ended(const std::string& session) const;

  const std::vector<uint8_t> key_;
  const Ledger& ledger_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, UtcTime> ended_;  // by sign_out(), until they would have ended by themselves
};

}  // namespace candid::track
