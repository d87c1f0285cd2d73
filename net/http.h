#pragma once
// One HTTP transfer, by libcurl. TLS certificates are always verified; redirects are not followed.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid::net {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https
  std::map<std::string, std::string> headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{10'000};
  // Ends a transfer that moves less than a byte a second for so long; there is no limit on the whole.
  std::chrono::milliseconds stall_timeout{30'000};
  uint64_t max_body = 64 << 20;  // bytes of answer that are taken before it fails
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; of repeated ones the last
  std::vector<uint8_t> body;
  std::string text() const { return {body.begin(), body.end()}; }
};

// Any status is an answer; an Error (kind Network) means that none came. Thread-safe.
Result<HttpResponse> send(const HttpRequest& request);

}  // namespace candid::net
