#pragma once
// A request and its answer as the site sees them: plain values, no web server's types.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "track/evidence/event.h"
#include "track/web/header_fields.h"
#include "track/web/http_range.h"

namespace candid::track {

class LiveFeed;  // live_feed.h

enum class Method { Get, Head, Post, Put, Delete, Other };

struct HttpRequest {
  Method method = Method::Get;
  std::string path;   // "/v/TOKEN", as it was sent, without the query
  std::string query;  // what stands behind the "?"
  HeaderFields headers;
  std::string body;
  std::string network;  // the sender's address, truncated (network_name.h)
  bool secure = false;  // the sender speaks TLS with us, or with a proxy that we trust

  std::string_view header(std::string_view name) const {
    const std::string* value = headers.find(name);
    return value == nullptr ? std::string_view() : *value;
  }
};

// One part of several: a text, then bytes of files.
struct MediaPart {
  std::string head{};
  std::vector<Extent> extents{};
};

// Bytes of files, sent without passing through memory as a whole.
struct MediaBody {
  std::vector<Extent> extents{};
  uint64_t length = 0;           // of all that is sent, heads of parts included
  std::shared_ptr<void> held{};  // kept until they have left: a temporary file, say
  // Set: these in place of `extents`, one after the other (multipart/byteranges).
  std::vector<MediaPart> parts{};
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Length is the server's
  std::variant<std::string, MediaBody> body{};               // for HEAD too; the server leaves it out
  std::vector<Event> durable_first{};  // must be stored before the answer leaves; if they cannot be, the answer is 503
  // Stored in passing, once the answer has left; a fetch of media is told what was sent of them (note_sent()).
  std::vector<Event> record{};
  // Set: called once the body has left, or its reader, with the bytes of media that were sent.
  std::function<void(uint64_t)> after_body{};
  // Set: after its body the answer goes on with what this gives, until the reader leaves or the server ends.
  std::shared_ptr<LiveFeed> live{};
  bool miss = false;  // a guess that hit nothing: counts against the sender (address_guard.h)
  // Set: this is no answer yet. The answer is what this gives, once; it hashes a passcode, which has workers of its
  // own. Where they take no more it is dropped without a call.
  std::function<HttpResponse()> check_passcode{};
};

}  // namespace candid::track
