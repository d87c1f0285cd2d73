#include "track/web/answers.h"

#include <fmt/format.h>

#include "core/log.h"
#include "track/pages/page.h"

namespace candid::track {

const std::vector<std::pair<std::string, std::string>>& security_headers() {
  static const std::vector<std::pair<std::string, std::string>> headers = {
      {"Referrer-Policy", "no-referrer"},
      {"X-Robots-Tag", "noindex, nofollow, noarchive"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", kNoDevices},
      // Of what is no page: a browser that shows it by itself may show no more than a picture or a video.
      {"Content-Security-Policy",
       "default-src 'none'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; "
       "frame-ancestors 'none'"},
  };
  return headers;
}

std::string content_policy(std::string_view style_source, std::string_view script_source,
                           const std::vector<std::string>& media_origins) {
  std::string media = "'self'";
  for (const std::string& origin : media_origins) media += fmt::format(" {}", origin);
  return fmt::format(
      "default-src 'none'; style-src {}; script-src {}; img-src {} data:; media-src {}; connect-src 'self'; "
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      style_source, script_source, media, media);
}

HttpResponse not_found() {
  return {404,
          {{"Content-Type", kHtml},
           {"Cache-Control", kNoStore},
           {"Content-Security-Policy", content_policy(not_found_style_source(), "'none'")}},
          not_found_page()};
}

HttpResponse missed() {
  HttpResponse response = not_found();
  response.miss = true;
  return response;
}

HttpResponse plain_answer(int status, std::string_view text) {
  return {status,
          {{"Content-Type", kPlainText},
           {"Cache-Control", kNoStore},
           {"Content-Security-Policy", content_policy("'none'", "'none'")}},
          std::string(text)};
}

HttpResponse too_many_requests(std::chrono::seconds wait) {
  HttpResponse response = plain_answer(429, "Too many requests; please wait a minute.\n");
  response.headers.emplace_back("Retry-After", fmt::to_string(wait.count()));
  return response;
}

HttpResponse overloaded() {
  HttpResponse response = plain_answer(503, "Too much is going on here; please try again in a few seconds.\n");
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

HttpResponse failed(const Error& error) {
  log::error("track", error.describe());
  return plain_answer(503, "Something is wrong here; please try again in a minute.\n");
}

}  // namespace candid::track
