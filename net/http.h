#pragma once
// HTTP as values: a request, its answer, and whoever brings the one for the other. What carries transfers
// (curl_transport.h), what repeats them (retry.h) and what signs them (signing.h) are all HttpTransports, and stack.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"

namespace candid::net {

// `length` bytes of a file from `offset`, sent without being held in memory.
struct FileRange {
  std::filesystem::path file;
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct HttpResponse;

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https
  std::map<std::string, std::string> headers;
  std::variant<std::string, FileRange> body{};
  std::chrono::milliseconds connect_timeout{10'000};
  // Ends a transfer that moves less than a byte a second for so long; there is no limit on the whole.
  std::chrono::milliseconds stall_timeout{30'000};
  uint64_t max_body = 64 << 20;  // bytes of answer that are held in memory before it fails
  // Bytes of the body sent in this attempt, again and again as they leave; on the sending thread.
  std::function<void(uint64_t)> on_sent{};
  // Told status and headers of a 2xx answer before on_body gets anything of it; false ends the transfer.
  std::function<bool(const HttpResponse&)> on_head{};
  // Takes the body of a 2xx answer piece by piece instead of HttpResponse::body; false ends the transfer. An attempt
  // that is repeated begins with on_restart(), where there is one.
  std::function<bool(std::span<const uint8_t>)> on_body{};
  // Told whenever bytes of a 2xx answer's body have come, also of one that is held in memory.
  std::function<void()> on_received{};
  std::function<void()> on_restart{};
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers{};  // names in lower case; of repeated ones the last
  std::vector<uint8_t> body{};
  std::string text() const { return {body.begin(), body.end()}; }
  // Empty when there is none.
  std::string header(const std::string& lower_case_name) const {
    auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
  }
  bool is_success() const { return status >= 200 && status < 300; }
};

class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  // Any status is an answer; an Error (kind Network, Cancelled when stopped) means that none came. Thread-safe.
  virtual Result<HttpResponse> send(const HttpRequest& request, const std::stop_token& stop = {}) = 0;
};

uint64_t body_size(const HttpRequest& request);

}  // namespace candid::net
