#include "track/dashboard/session_cookie.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/random.h"
#include "core/text.h"
#include "track/pages/form_fields.h"

namespace candid::track {
namespace {

// The prefix makes browsers refuse it unless it is Secure, for all paths and for this host alone (RFC 6265bis
// §4.1.3.2).
constexpr std::string_view kSecureName = "__Host-candid";
constexpr std::string_view kLoopbackName = "candid";
constexpr size_t kSessionBits = 160;
constexpr size_t kDigestBytes = 32;
constexpr size_t kLongestCookie = 256;
constexpr size_t kRememberedEnds = 10'000;
constexpr std::chrono::hours kFormLifetime{1};

std::string_view name_for(const HttpRequest& request) {
  return request.secure ? kSecureName : kLoopbackName;
}

std::optional<int64_t> number_of(std::string_view text) {
  int64_t number = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string set_cookie(const HttpRequest& request, std::string_view value, std::chrono::seconds max_age) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", name_for(request), value,
                     max_age.count(), request.secure ? "; Secure" : "");
}

// The host that was asked for, without its port.
std::string_view host_of(const HttpRequest& request) {
  std::string_view host = request.header("host");
  if (host.starts_with('[')) return host.substr(0, std::min(host.size(), host.find(']') + 1));
  return host.substr(0, host.find(':'));
}

}  // namespace

// "ID.BEGAN.DIGEST.MAC"
struct SessionCookies::Session {
  std::string id;
  int64_t began = 0;   // milliseconds since 1970
  std::string digest;  // of the API token, base64url
};

// By its network: a proxy on this machine that we were not told to trust asks with the world's name for us. And by the
// name, as any site's name may be made to lead to 127.0.0.1.
bool SessionCookies::may_be_set(const HttpRequest& request) {
  if (request.secure) return true;
  const bool is_near = request.network == "127.0.0.0/24" || request.network == "::/48";
  const std::string host = to_lower(host_of(request));
  return is_near && (host == "localhost" || host == "[::1]" || host.starts_with("127.0.0."));
}

std::string SessionCookies::mac(std::string_view purpose, std::string_view text) const {
  return to_base64url(hmac_sha256(key_, fmt::format("dashboard {}:{}", purpose, text)));
}

std::string SessionCookies::cookie_of(const Session& session) const {
  std::string text = fmt::format("{}.{}.{}", session.id, session.began, session.digest);
  return fmt::format("{}.{}", text, mac("session", text));
}

std::optional<SessionCookies::Session> SessionCookies::read(std::string_view cookie) const {
  if (cookie.size() > kLongestCookie) return std::nullopt;
  std::vector<std::string_view> parts;
  for (std::string_view rest = cookie; parts.size() < 4; rest.remove_prefix(parts.back().size() + 1)) {
    parts.push_back(rest.substr(0, rest.find('.')));
    if (parts.back().size() == rest.size()) break;
  }
  if (parts.size() != 4) return std::nullopt;
  auto began = number_of(parts[1]);
  if (!began) return std::nullopt;
  Session session{std::string(parts[0]), *began, std::string(parts[2])};
  // Made anew and compared as a whole, so that one session has one spelling.
  if (!equal_in_constant_time(bytes_of(cookie), bytes_of(cookie_of(session)))) return std::nullopt;
  const auto age = clock_.now() - UtcTime(std::chrono::milliseconds(*began));
  return age < kSessionLifetime ? std::optional(std::move(session)) : std::nullopt;
}

Result<std::optional<std::string>> SessionCookies::sign_in(const HttpRequest& request, std::string_view api_token) {
  const Sha256 digest = sha256(api_token);
  auto token = TRY(ledger_.find_api_token(digest));
  if (!token) return std::nullopt;  // each scope may read
  Session session{random_token(kSessionBits), clock_.now().time_since_epoch().count(), to_base64url(digest)};
  return set_cookie(request, cookie_of(session), kSessionLifetime);
}

Result<std::optional<SignedIn>> SessionCookies::find(const HttpRequest& request) const {
  std::optional<Session> session;
  std::string value;
  for_each_pair(request.header("cookie"), ';', [&](std::string_view name, std::string_view cookie) {
    if (name != name_for(request) || session) return;
    session = read(cookie);
    value = cookie;
  });
  if (!session || has_ended(value)) return std::nullopt;
  auto bytes = from_base64url(session->digest);
  if (!bytes || bytes->size() != kDigestBytes) return std::nullopt;
  Sha256 digest{};
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  auto token = TRY(ledger_.find_api_token(digest));
  if (!token) return std::nullopt;
  return SignedIn{value, mac("form", value), token->name,
                  UtcTime(std::chrono::milliseconds(session->began)) + kSessionLifetime};
}

std::string SessionCookies::sign_out(const HttpRequest& request, const SignedIn& who) {
  std::lock_guard lock(mutex_);
  std::erase_if(ended_, [now = clock_.now()](const auto& ended) { return ended.second <= now; });
  if (ended_.size() >= kRememberedEnds) {
    ended_.erase(std::min_element(ended_.begin(), ended_.end(),
                                  [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  ended_.emplace(who.session, who.ends_at);
  return set_cookie(request, "", std::chrono::seconds(0));
}

bool SessionCookies::has_ended(const std::string& session) const {
  std::lock_guard lock(mutex_);
  return ended_.contains(session);
}

std::string SessionCookies::login_form_token() const {
  std::string now = fmt::to_string(clock_.now().time_since_epoch().count());
  return fmt::format("{}.{}", now, mac("login", now));
}

bool SessionCookies::is_login_form_token(std::string_view text) const {
  std::string_view made = text.substr(0, text.find('.'));
  auto at = number_of(made);
  if (!at) return false;
  std::string ours = fmt::format("{}.{}", made, mac("login", made));
  return equal_in_constant_time(bytes_of(text), bytes_of(ours)) &&
         clock_.now() - UtcTime(std::chrono::milliseconds(*at)) <= kFormLifetime;
}

bool SessionCookies::is_form_token(const SignedIn& who, std::string_view text) {
  return equal_in_constant_time(bytes_of(text), bytes_of(who.form_token));
}

}  // namespace candid::track
