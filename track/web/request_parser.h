#pragma once
// Beast's parser of requests, and what becomes of what it read. Internal to track.

#include <optional>

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "track/web/http_message.h"

namespace candid::track {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// Without its body. A header that comes several times is one list (RFC 9110 §5.3), in order: a forged X-Forwarded-For
// must not stand before the line that a proxy added.
HttpRequest to_request(const RequestParser& parser);

// A broken limit, as the answer the peer gets; nothing for a peer that is gone or too slow.
std::optional<HttpResponse> answer_to_bad_request(const boost::system::error_code& code);

// Browsers send a few dozen at most, and each is compared with those before it.
bool has_too_many_fields(const RequestParser& parser);

// HTTP/1.1 has one Host, no more and no less (RFC 9112 §3.2): two would mean another site to a proxy than to us.
bool names_host(const RequestParser& parser);

// Chunks and other codings: nobody who talks to us needs them, a parser has to keep their extensions and trailers
// whole, and one that it does not know would make a body look like the next request.
bool has_coding(const RequestParser& parser);

}  // namespace candid::track
