#include "track/pages/passcode_gate.h"

#include <charconv>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/text.h"
#include "track/pages/page.h"
#include "track/pages/passcode.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

constexpr size_t kWrongPerLink = 5;
constexpr size_t kLinks = 100'000;
constexpr int kHashingAtOnce = 2;
constexpr auto kLongestWait = std::chrono::seconds(5);
constexpr auto kOpenFor = std::chrono::hours(12);
constexpr size_t kMacBytes = 16;
constexpr std::string_view kCookie = "candid_passcode";

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// A value of application/x-www-form-urlencoded; what is no escape stays as it is.
std::string form_decoded(std::string_view text) {
  std::string decoded;
  for (size_t at = 0; at < text.size(); ++at) {
    bool escape =
        text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
      at += 2;
    } else {
      decoded += text[at] == '+' ? ' ' : text[at];
    }
  }
  return decoded;
}

// Calls `use(name, value)` for each "name=value" of a list.
template <typename Use>
void for_each_pair(std::string_view list, char separator, Use&& use) {
  while (!list.empty()) {
    std::string_view entry = list.substr(0, list.find(separator));
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    size_t equals = entry.find('=');
    if (equals != std::string_view::npos) use(entry.substr(0, equals), entry.substr(equals + 1));
  }
}

HttpResponse form_answer(int status, std::string_view token, const PageContent& page, PasscodeNotice notice) {
  auto html = render_passcode_page(token, page.language, notice);
  if (!html) return failed(html.error());
  return {status,
          {{"Content-Type", kHtml},
           {"Cache-Control", kNoStore},
           {"Content-Security-Policy", content_policy(passcode_style_source(), "'none'")}},
          std::move(*html)};
}

}  // namespace

PasscodeGate::PasscodeGate(std::vector<uint8_t> key, const Clock& clock)
    : key_(std::move(key)), clock_(clock), wrong_(kWrongPerLink, kLinks, clock) {}

// Over the hash, so that another passcode ends what the old one opened.
std::string PasscodeGate::sign(const LinkRecord& link, int64_t ends_at) const {
  Sha256 mac = hmac_sha256(key_, fmt::format("passcode:{}:{}:{}", link.id, ends_at, link.terms.passcode_hash));
  return fmt::format("{}.{}", ends_at, to_base64url(std::span(mac).first(kMacBytes)));
}

bool PasscodeGate::is_open(const HttpRequest& request, const LinkRecord& link) const {
  if (link.terms.passcode_hash.empty()) return true;
  bool open = false;
  for_each_pair(request.header("cookie"), ';', [&](std::string_view name, std::string_view value) {
    int64_t ends_at = 0;
    if (name != kCookie) return;
    auto [stop, status] = std::from_chars(value.data(), value.data() + value.size(), ends_at);
    if (status != std::errc{} || UtcTime(std::chrono::milliseconds(ends_at)) <= clock_.now()) return;
    open = open || equal_in_constant_time(bytes_of(value), bytes_of(sign(link, ends_at)));
  });
  return open;
}

// Without Path: a browser then takes the folder of the address that set it, ".../v/TOKEN", also where a proxy shows the
// server below a prefix that it does not know.
std::string PasscodeGate::cookie(const HttpRequest& request, const LinkRecord& link) const {
  int64_t ends_at = (clock_.now() + kOpenFor).time_since_epoch().count();
  return fmt::format("{}={}; Max-Age={}; HttpOnly; SameSite=Strict{}", kCookie, sign(link, ends_at),
                     std::chrono::seconds(kOpenFor).count(), request.secure ? "; Secure" : "");
}

HttpResponse PasscodeGate::form(std::string_view token, const PageContent& page) const {
  return form_answer(200, token, page, PasscodeNotice::None);
}

HttpResponse PasscodeGate::check(const HttpRequest& request, std::string_view token, const LinkRecord& link,
                                 const PageContent& page) {
  if (link.terms.passcode_hash.empty()) return not_found();
  if (!to_lower(request.header("content-type")).starts_with("application/x-www-form-urlencoded")) {
    return plain_answer(415, "The form is application/x-www-form-urlencoded.\n");
  }
  std::string passcode;
  for_each_pair(request.body, '&', [&](std::string_view name, std::string_view value) {
    if (name == "passcode") passcode = form_decoded(value);
  });
  // Counted before it is known to be wrong, so that many at once are no more than many one after the other.
  const std::string key = fmt::to_string(link.id);
  if (auto wait = wrong_.wait_or_add(key)) {
    HttpResponse response = form_answer(429, token, page, PasscodeNotice::Wait);
    response.headers.emplace_back("Retry-After", fmt::to_string(wait->count()));
    return response;
  }
  auto right = matches(passcode, link.terms.passcode_hash);
  if (!right) return failed(right.error());
  if (!*right) {
    HttpResponse response = form_answer(403, token, page, PasscodeNotice::Wrong);
    response.miss = true;
    return response;
  }
  wrong_.forget(key);
  return {
      303,
      {{"Location", fmt::format("../{}", token)}, {"Cache-Control", kNoStore}, {"Set-Cookie", cookie(request, link)}},
      ""};
}

Result<bool> PasscodeGate::matches(std::string_view passcode, const std::string& hash) {
  {
    std::unique_lock lock(mutex_);
    if (!finished_.wait_for(lock, kLongestWait, [&] { return hashing_ < kHashingAtOnce; })) {
      return tl::unexpected(Error(ErrorKind::Io, "too many passcodes wait to be checked").retry_may_help());
    }
    ++hashing_;
  }
  bool right = passcode_matches(passcode, hash);
  {
    std::lock_guard lock(mutex_);
    --hashing_;
  }
  finished_.notify_one();
  return right;
}

}  // namespace candid::track
