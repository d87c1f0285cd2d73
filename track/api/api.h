#pragma once
// The seam between the server and the API of docs/api.md: the server reads requests and guards addresses, an Api
// answers.

#include <optional>

#include "track/web/http_message.h"

namespace candid::track {

// A body longer than ServerLimits::body_bytes is read only below these paths, up to the length beside each, and only
// when Api::refuse_body() lets it.
inline constexpr std::string_view kStorePath = "/api/store/";
inline constexpr uint64_t kLongestPiece = 8ull << 20;
inline constexpr std::string_view kLedgerPath = "/api/ledger/";
inline constexpr uint64_t kLongestCall = 1ull << 20;
// Of a call about many links or messages at once.
inline constexpr size_t kMostOfBatch = 1'000;
// Nothing: no longer than ServerLimits::body_bytes.
inline std::optional<uint64_t> longest_body(std::string_view path) {
  if (path.starts_with(kStorePath)) return kLongestPiece;
  if (path.starts_with(kLedgerPath)) return kLongestCall;
  return std::nullopt;
}

// Both calls come on worker threads, several at once, and may take their time. An answer of 401 counts as a miss of its
// sender's address (address_guard.h).
class Api {
 public:
  virtual ~Api() = default;
  // Everything below /api/.
  virtual HttpResponse answer(const HttpRequest& request) = 0;
  // Asked before a long body is read; the request is complete but for its body. An answer (401, 403)
  // refuses it: it is sent, and the connection ends without reading the body.
  virtual std::optional<HttpResponse> refuse_body(const HttpRequest& request) = 0;
};

}  // namespace candid::track
