#pragma once
// Answers that several parts of the site give, with the headers they share.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "track/web/http_message.h"

namespace candid::track {

inline constexpr const char* kHtml = "text/html; charset=utf-8";
inline constexpr const char* kPlainText = "text/plain; charset=utf-8";
inline constexpr const char* kNoStore = "private, no-store";
// The values of Permissions-Policy: what a page has no use for, and that of one on which a candidate answers by video.
inline constexpr const char* kNoDevices = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
inline constexpr const char* kOwnCamera = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()";

// What every answer of the server carries, unless it says otherwise itself; over TLS Strict-Transport-Security comes
// to it.
const std::vector<std::pair<std::string, std::string>>& security_headers();

// The value of Content-Security-Policy; `media_origins` is where pictures and videos may come from besides the server.
std::string content_policy(std::string_view style_source, std::string_view script_source,
                           const std::vector<std::string>& media_origins = {});

// One and the same for everything that is not there, or no longer.
HttpResponse not_found();
// The same as a guess that hit nothing (HttpResponse::miss).
HttpResponse missed();
// A short answer in plain text.
HttpResponse plain_answer(int status, std::string_view text);
HttpResponse too_many_requests(std::chrono::seconds wait);
// 503: so much is under way that this has to wait outside.
HttpResponse overloaded();
// 503; what went wrong goes to the log alone.
HttpResponse failed(const Error& error);

}  // namespace candid::track
