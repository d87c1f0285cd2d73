#include "net/signing.h"

#include "core/digest.h"
#include "core/encoding.h"
#include "core/log.h"
#include "net/retry.h"
#include "net/url.h"

namespace candid::net {
namespace {

// A clock that is off by less is not what a server complains about (S3 allows 15 minutes, others 5).
constexpr std::chrono::minutes kNoticeableSkew{2};

const std::string* find_header(const HttpRequest& request, std::string_view lower_case_name) {
  for (const auto& [name, value] : request.headers) {
    if (ascii_lower(name) == lower_case_name) return &value;
  }
  return nullptr;
}

Result<std::string> payload_digest(const HttpRequest& request) {
  if (const std::string* known = find_header(request, "x-amz-content-sha256")) return *known;
  if (const auto* range = std::get_if<FileRange>(&request.body)) {
    return to_hex(TRY(digest_stretch(range->file, range->offset, range->length)).sha256);
  }
  return to_hex(sha256(std::get<std::string>(request.body)));
}

HttpRequest with_headers(const HttpRequest& request, const std::map<std::string, std::string>& added) {
  HttpRequest signed_request = request;
  for (const auto& [name, value] : added) {
    std::erase_if(signed_request.headers, [&](const auto& old) { return ascii_lower(old.first) == ascii_lower(name); });
    signed_request.headers[name] = value;
  }
  return signed_request;
}

// "RequestTimeTooSkewed" of <Error><Code>RequestTimeTooSkewed</Code>…
std::string error_code(const HttpResponse& response) {
  std::string text = response.text();
  size_t begin = text.find("<Code>");
  if (begin == std::string::npos) return {};
  begin += 6;
  size_t end = text.find("</Code>", begin);
  return end == std::string::npos ? std::string() : text.substr(begin, end - begin);
}

bool is_refusal(const HttpResponse& response) {
  return response.status == 400 || response.status == 401 || response.status == 403;
}

}  // namespace

SigningTransport::SigningTransport(HttpTransport& inner, AwsCredentialSource& credentials, SigningScope scope,
                                   const Clock& clock)
    : inner_(inner), credentials_(credentials), scope_(std::move(scope)), clock_(clock) {}

UtcTime SigningTransport::server_time() const {
  return clock_.now() + std::chrono::milliseconds(skew_ms_.load());
}

// Whether the server's clock is another than we thought; then it is known from here on.
bool SigningTransport::learn_time(const HttpResponse& response, UtcTime signed_at) {
  auto date = parse_http_date(response.header("date"));
  if (!date || std::chrono::abs(*date - signed_at) < kNoticeableSkew) return false;
  skew_ms_ = (*date - clock_.now()).count();
  log::debug("net", "the server's clock differs from this machine's; signing by the server's");
  return true;
}

// Whether there are other keys than those that were refused. Another thread may have read them before us.
Result<bool> SigningTransport::learn_keys(const AwsCredentials& refused) {
  if (!TRY(credentials_.refresh())) {
    AwsCredentials now = TRY(credentials_.current());
    return now.access_key != refused.access_key || now.session_token.reveal() != refused.session_token.reveal();
  }
  log::debug("net", "the AWS credentials had expired, and were read again");
  return true;
}

Result<HttpResponse> SigningTransport::send(const HttpRequest& request, const std::stop_token& stop) {
  std::string payload = TRY(payload_digest(request));
  bool may_learn_time = true;
  bool may_learn_keys = true;
  while (true) {
    AwsCredentials credentials = TRY(credentials_.current());
    UtcTime now = server_time();
    auto headers = sign_headers(request.method, request.url, request.headers, payload, credentials, scope_, now);
    HttpResponse response = TRY(inner_.send(with_headers(request, headers), stop));
    if (!is_refusal(response)) return response;
    // The answer to a HEAD has no body that could say why.
    std::string code = error_code(response);
    bool is_mute = code.empty() && request.method == "HEAD";
    bool is_time = code == "RequestTimeTooSkewed" || is_mute;
    bool is_keys =
        code == "ExpiredToken" || code == "ExpiredTokenException" || (is_mute && !credentials.session_token.empty());
    if (is_time && std::exchange(may_learn_time, false) && learn_time(response, now)) continue;
    if (is_keys && std::exchange(may_learn_keys, false)) {
      auto learned = learn_keys(credentials);
      if (learned && *learned) continue;
    }
    return response;
  }
}

Result<std::string> SigningTransport::presign(std::string_view url, std::chrono::seconds lifetime) {
  return presign_get(url, lifetime, TRY(credentials_.current()), scope_, server_time());
}

}  // namespace candid::net
