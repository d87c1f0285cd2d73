#include "track/web/response_head.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include "core/time.h"
#include "track/web/answers.h"
#include "track/web/ascii.h"
#include "track/web/http_date.h"

namespace candid::track {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kStrictTransport = "Strict-Transport-Security: max-age=31536000\r\n";
constexpr size_t kUsualHead = 1024;

bool has_header(const HttpResponse& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return equal_ignoring_case(header.first, name); });
}

void add(std::string& head, std::string_view name, std::string_view value) {
  // What holds a line's end would be the next header, or the body.
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return;
  head.append(name).append(": ").append(value).append("\r\n");
}

// Made anew once a second, on each thread.
const std::string& date_line() {
  thread_local std::string line;
  thread_local std::chrono::sys_seconds of{};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != of) {
    of = now;
    line = fmt::format("Date: {}\r\n", http_date(UtcTime(now)));
  }
  return line;
}

// All of security_headers(), as they are where an answer does not say otherwise.
const std::string& security_lines() {
  static const std::string lines = [] {
    std::string text;
    for (const auto& [name, value] : security_headers()) add(text, name, value);
    return text;
  }();
  return lines;
}

void add_security(std::string& head, const HttpResponse& response) {
  const auto& standard = security_headers();
  const bool has_own = std::any_of(standard.begin(), standard.end(),
                                   [&](const auto& header) { return has_header(response, header.first); });
  if (!has_own) {
    head += security_lines();
    return;
  }
  for (const auto& [name, value] : standard) {
    if (!has_header(response, name)) add(head, name, value);
  }
}

}  // namespace

bool is_bodiless(int status) {
  return status == 204 || status == 304;
}

uint64_t body_length(const HttpResponse& response) {
  const auto* media = std::get_if<MediaBody>(&response.body);
  return media != nullptr ? media->length : std::get<std::string>(response.body).size();
}

std::string response_head(const HttpResponse& response, const Wire& wire) {
  std::string head;
  head.reserve(kUsualHead);
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  head += fmt::format("HTTP/1.{} {} ", wire.minor_version, response.status);
  head.append(reason.data(), reason.size()).append("\r\n");
  head += date_line();
  add_security(head, response);
  if (wire.secure) head += kStrictTransport;
  for (const auto& [name, value] : response.headers) add(head, name, value);
  // 1.1 stays open, and 1.0 ends, unless it is said otherwise.
  if (wire.minor_version >= 1 && !wire.keep_alive) head += "Connection: close\r\n";
  if (wire.minor_version == 0 && wire.keep_alive) head += "Connection: keep-alive\r\n";
  if (response.live == nullptr && !is_bodiless(response.status)) {
    head += fmt::format("Content-Length: {}\r\n", body_length(response));
  }
  head += "\r\n";
  return head;
}

}  // namespace candid::track
