#include "track/web/request_parser.h"

#include <cstddef>
#include <iterator>
#include <string>
#include <utility>

#include <boost/beast/http/error.hpp>

#include "track/web/answers.h"
#include "track/web/ascii.h"

namespace candid::track {
namespace {

namespace http = boost::beast::http;

constexpr std::ptrdiff_t kMostFields = 100;

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::Get;
    case http::verb::head:
      return Method::Head;
    case http::verb::post:
      return Method::Post;
    case http::verb::put:
      return Method::Put;
    case http::verb::delete_:
      return Method::Delete;
    default:
      return Method::Other;
  }
}

std::string text_of(boost::core::string_view text) {
  return {text.data(), text.size()};
}

// The absolute form, "http://host/path", is how clients speak to proxies; a server takes it too (RFC 9112 §3.2.2).
std::string_view without_origin(std::string_view target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const size_t path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

}  // namespace

HttpRequest to_request(const RequestParser& parser) {
  const auto& message = parser.get();
  HttpRequest request;
  request.method = method_of(message.method());
  const std::string_view target = without_origin({message.target().data(), message.target().size()});
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    const auto spelled = field.name_string();
    std::string name = ascii_lower(std::string_view(spelled.data(), spelled.size()));
    std::string* before = request.headers.find(name);
    if (before != nullptr) {
      before->append(name == "cookie" ? "; " : ", ").append(field.value().data(), field.value().size());
    } else {
      request.headers.add(std::move(name), text_of(field.value()));
    }
  }
  return request;
}

std::optional<HttpResponse> answer_to_bad_request(const boost::system::error_code& code) {
  if (code == http::error::header_limit) return plain_answer(431, "The header is too long.\n");
  if (code == http::error::body_limit) return plain_answer(413, "The body is too long.\n");
  if (code == http::error::end_of_stream || code == http::error::partial_message) return std::nullopt;
  if (code.category() == make_error_code(http::error::bad_method).category()) {
    return plain_answer(400, "This is not HTTP.\n");
  }
  return std::nullopt;
}

bool has_too_many_fields(const RequestParser& parser) {
  const auto& fields = parser.get();
  return std::distance(fields.begin(), fields.end()) > kMostFields;
}

bool names_host(const RequestParser& parser) {
  const auto hosts = parser.get().count(http::field::host);
  return hosts == 1 || (hosts == 0 && parser.get().version() < 11);
}

bool has_coding(const RequestParser& parser) {
  return parser.get().count(http::field::transfer_encoding) > 0;
}

}  // namespace candid::track
