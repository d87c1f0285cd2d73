#include "track/pages/passcode_gate.h"

#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "track/pages/form_fields.h"
#include "track/pages/form_pages.h"
#include "track/pages/passcode.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

constexpr auto kOpenFor = std::chrono::hours(12);
constexpr auto kKnownFor = std::chrono::days(30);
constexpr size_t kPassMacBytes = 16;
constexpr std::string_view kCookie = "candid_passcode";

// One that was counted; taken back when it goes without having been looked at.
class CountedAttempt {
 public:
  CountedAttempt(PasscodeAttempts& attempts, std::string key) : attempts_(attempts), key_(std::move(key)) {}
  CountedAttempt(const CountedAttempt&) = delete;
  CountedAttempt& operator=(const CountedAttempt&) = delete;
  ~CountedAttempt() {
    if (!is_looked_at_) attempts_.take_back(key_);
  }
  void look() { is_looked_at_ = true; }
  void was_right() { attempts_.right(key_); }

 private:
  PasscodeAttempts& attempts_;
  const std::string key_;
  bool is_looked_at_ = false;
};

HttpResponse form_answer(int status, std::string_view token, const std::string& language, PasscodeNotice notice,
                         std::chrono::seconds wait = {}) {
  auto html = render_passcode_page(token, language, notice, wait);
  if (!html) return failed(html.error());
  return {status,
          {{"Content-Type", kHtml},
           {"Cache-Control", kNoStore},
           {"Content-Security-Policy", content_policy(form_style_source(), "'none'")}},
          std::move(*html)};
}

}  // namespace

PasscodeGate::PasscodeGate(std::vector<uint8_t> key, const Clock& clock)
    : key_(std::move(key)), clock_(clock), attempts_(clock) {}

// Over the hash, so that another passcode ends what the old one opened.
std::string PasscodeGate::sign(const LinkRecord& link, int64_t ends_at) const {
  Sha256 mac = hmac_sha256(key_, fmt::format("passcode:{}:{}:{}", link.id, ends_at, link.terms.passcode_hash));
  return fmt::format("{}.{}", ends_at, to_base64url(std::span(mac).first(kPassMacBytes)));
}

bool PasscodeGate::is_open(const HttpRequest& request, const LinkRecord& link) const {
  if (link.terms.passcode_hash.empty()) return true;
  auto ends_at = earned_until(request, link);
  return ends_at && *ends_at > clock_.now();
}

std::optional<UtcTime> PasscodeGate::earned_until(const HttpRequest& request, const LinkRecord& link) const {
  std::optional<UtcTime> latest;
  for_each_pair(request.header("cookie"), ';', [&](std::string_view name, std::string_view value) {
    int64_t ends_at = 0;
    if (name != kCookie) return;
    auto [stop, status] = std::from_chars(value.data(), value.data() + value.size(), ends_at);
    if (status != std::errc{} || !equal_in_constant_time(bytes_of(value), bytes_of(sign(link, ends_at)))) return;
    const UtcTime end{std::chrono::milliseconds(ends_at)};
    if (end + kKnownFor > clock_.now()) latest = std::max(latest.value_or(end), end);
  });
  return latest;
}

// Without Path: a browser then takes the folder of the address that set it, ".../v/TOKEN", also where a proxy shows the
// server below a prefix that it does not know. Lax, so that a click in a web mail brings it along.
std::string PasscodeGate::cookie(const HttpRequest& request, const LinkRecord& link) const {
  int64_t ends_at = (clock_.now() + kOpenFor).time_since_epoch().count();
  return fmt::format("{}={}; Max-Age={}; HttpOnly; SameSite=Lax{}", kCookie, sign(link, ends_at),
                     std::chrono::seconds(kOpenFor + kKnownFor).count(), request.secure ? "; Secure" : "");
}

HttpResponse PasscodeGate::form(std::string_view token, const std::string& language) const {
  return form_answer(200, token, language, PasscodeNotice::None);
}

HttpResponse PasscodeGate::check(const HttpRequest& request, std::string_view token, const LinkRecord& link,
                                 const std::string& language) {
  if (link.terms.passcode_hash.empty()) return not_found();
  if (!is_form(request)) return plain_answer(415, "The form is application/x-www-form-urlencoded.\n");
  std::string passcode = form_field(request.body, "passcode").value_or("");
  // Strangers who have the link must not lock out whoever gave the right one before.
  std::string key = fmt::format("{}{}", link.id, earned_until(request, link) ? " known" : "");
  if (auto wait = attempts_.wait_or_add(key)) {
    HttpResponse response = form_answer(429, token, language, PasscodeNotice::Wait, *wait);
    response.headers.emplace_back("Retry-After", fmt::to_string(wait->count()));
    return response;
  }
  HttpResponse pending;
  // Shared, as a std::function can be copied.
  pending.check_passcode = [attempt = std::make_shared<CountedAttempt>(attempts_, std::move(key)),
                            passcode = std::move(passcode), hash = link.terms.passcode_hash,
                            given_to = std::string(token), given_in = language, earned = cookie(request, link)] {
    attempt->look();
    if (!passcode_matches(passcode, hash)) {
      HttpResponse response = form_answer(403, given_to, given_in, PasscodeNotice::Wrong);
      response.miss = true;
      return response;
    }
    attempt->was_right();
    return HttpResponse{
        303, {{"Location", fmt::format("../{}", given_to)}, {"Cache-Control", kNoStore}, {"Set-Cookie", earned}}, ""};
  };
  return pending;
}

}  // namespace candid::track
