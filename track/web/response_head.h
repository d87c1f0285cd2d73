#pragma once
// The head of an answer: status line and headers, with those that every answer of the server carries. Internal to
// track.

#include <cstdint>
#include <string>

#include "track/web/http_message.h"

namespace candid::track {

struct Wire {
  int minor_version = 1;  // HTTP/1.MINOR
  bool keep_alive = false;
  bool secure = false;  // the sender speaks TLS with us, or with a proxy that we trust
};

// Of a body, as HEAD has it too. A live answer has none that could be told: it ends with its connection.
std::string response_head(const HttpResponse& response, const Wire& wire);

// 204 and 304 have no body, and no length (RFC 9110 §6.4.1).
bool is_bodiless(int status);
uint64_t body_length(const HttpResponse& response);

}  // namespace candid::track
