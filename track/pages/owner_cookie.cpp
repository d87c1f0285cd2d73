#include "track/pages/owner_cookie.h"

#include <charconv>
#include <span>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "track/pages/form_fields.h"

namespace candid::track {
namespace {

// As the session's (session_cookie.cpp): the prefix keeps it to this host alone.
constexpr std::string_view kSecureName = "__Host-candid_owner";
constexpr std::string_view kLoopbackName = "candid_owner";

std::string_view name_for(const HttpRequest& request) {
  return request.secure ? kSecureName : kLoopbackName;
}

}  // namespace

// "ISSUED.MAC"
std::string OwnerCookie::value_of(int64_t issued) const {
  return fmt::format("{}.{}", issued, to_base64url(hmac_sha256(key_, fmt::format("owner:{}", issued))));
}

std::string OwnerCookie::issue(const HttpRequest& request) const {
  const auto lifetime = std::chrono::seconds(kOwnerCookieLifetime).count();
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", name_for(request),
                     value_of(clock_.now().time_since_epoch().count()), lifetime, request.secure ? "; Secure" : "");
}

bool OwnerCookie::is_owner(const HttpRequest& request) const {
  bool found = false;
  for_each_pair(request.header("cookie"), ';', [&](std::string_view name, std::string_view value) {
    found = found || (name == name_for(request) && is_valid(value));
  });
  return found;
}

bool OwnerCookie::is_valid(std::string_view value) const {
  int64_t issued = 0;
  const char* end = value.data() + value.size();
  auto [stop, status] = std::from_chars(value.data(), end, issued);
  if (status != std::errc{} || stop == end || *stop != '.') return false;
  if (!equal_in_constant_time(bytes_of(value), bytes_of(value_of(issued)))) return false;
  return clock_.now() - UtcTime(std::chrono::milliseconds(issued)) < kOwnerCookieLifetime;
}

}  // namespace candid::track
