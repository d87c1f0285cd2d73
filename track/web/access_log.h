#pragma once
// One line a request at level info, which tells an operator what the server does and nobody who was there: no token,
// grant, query, passcode, name or address.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/log.h"
#include "track/web/http_message.h"

namespace candid::track {

inline constexpr log::Level kAccessLevel = log::Level::Info;

// "/v/TOKEN" as "/v/*", "/m/GRANT/video.mp4" as "/m/*/video.mp4", "/api/store/NAME" as "/api/store/*". Only words of
// this program's own addresses stay: a token that was pasted into a wrong place is a star, too.
std::string access_path(std::string_view path);

struct Access {
  Method method = Method::Other;
  std::string path;  // access_path
  int status = 0;
  uint64_t sent = 0;  // bytes of the body
  std::chrono::milliseconds took{};
};

// "method=GET path=/v/* status=200 bytes=5120 ms=3"
void log_access(const Access& access);

}  // namespace candid::track
