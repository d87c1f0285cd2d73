#include "track/api/api_error.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "track/api/api.h"

namespace candid::track {
namespace {

// Other programs compare these words: never rename one.
constexpr std::array<std::pair<ErrorKind, std::string_view>, 12> kKinds = {{
    {ErrorKind::InvalidInput, "invalid_input"},
    {ErrorKind::NotFound, "not_found"},
    {ErrorKind::Exists, "exists"},
    {ErrorKind::PermissionDenied, "permission_denied"},
    {ErrorKind::NoSpace, "no_space"},
    {ErrorKind::Io, "io"},
    {ErrorKind::Corrupt, "corrupt"},
    {ErrorKind::Unsupported, "unsupported"},
    {ErrorKind::Network, "network"},
    {ErrorKind::Cancelled, "cancelled"},
    {ErrorKind::OutOfReach, "out_of_reach"},
    {ErrorKind::Internal, "internal"},
}};

std::string_view name_of(ErrorKind kind) {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  return "internal";
}

ErrorKind kind_named(std::string_view name) {
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return kind;
  }
  return ErrorKind::Network;
}

Error error_of_refusal(int status) {
  switch (status) {
    case 400:
      return {ErrorKind::InvalidInput, "this is not HTTP"};
    case 413:
      return {ErrorKind::InvalidInput, "the body is too long",
              fmt::format("at most {} bytes for a piece, {} for a call", kLongestPiece, kLongestCall)};
    case 429:
      return Error(ErrorKind::Network, "the server asks to wait, as too many wrong tokens came from this address",
                   "check CANDID_API_TOKEN, and try again in some minutes")
          .retry_may_help();
    case 501:
      return {ErrorKind::Unsupported, "the server takes no Transfer-Encoding", "send the body with a Content-Length"};
    case 503:
      return Error(ErrorKind::Network, "the server has too much to do", "try again in a few seconds").retry_may_help();
    default:
      return {ErrorKind::Internal, "something is wrong on the server", "its log says what"};
  }
}

}  // namespace

std::string to_json(const Error& error) {
  nlohmann::json json = {{"error",
                          {{"kind", name_of(error.kind())},
                           {"message", error.describe()},
                           {"hint", error.hint()},
                           {"retryable", error.retryable()}}}};
  // A file's name in a message need not be UTF-8.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<Error> error_from_json(std::string_view text) {
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("error") || !json["error"].is_object()) return std::nullopt;
  const auto& fields = json["error"];
  auto word = [&](const char* key) {
    return fields.contains(key) && fields[key].is_string() ? fields[key].get<std::string>() : std::string();
  };
  std::string message = word("message");
  if (message.empty()) return std::nullopt;
  Error error(kind_named(word("kind")), std::move(message), word("hint"));
  bool retryable = fields.contains("retryable") && fields["retryable"].is_boolean() && fields["retryable"].get<bool>();
  return retryable ? std::move(error).retry_may_help() : error;
}

int status_of(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::InvalidInput:
      return 400;
    case ErrorKind::PermissionDenied:
      return 403;
    case ErrorKind::NotFound:
      return 404;
    case ErrorKind::Exists:
      return 409;
    case ErrorKind::NoSpace:
      return 507;
    case ErrorKind::Unsupported:
      return 501;
    default:
      return error.retryable() ? 503 : 500;
  }
}

HttpResponse json_answer(int status, std::string json) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = std::move(json);
  return response;
}

HttpResponse error_answer(int status, const Error& error) {
  return json_answer(status, to_json(error));
}

HttpResponse api_refusal(const HttpResponse& plain) {
  HttpResponse response = error_answer(plain.status, error_of_refusal(plain.status));
  for (const auto& header : plain.headers) {
    if (header.first == "Retry-After") response.headers.push_back(header);
  }
  return response;
}

HttpResponse failure_answer(const Error& error) {
  bool is_denied_here = error.kind() == ErrorKind::PermissionDenied;
  Error told = is_denied_here
                   ? Error(ErrorKind::Io, error.describe(), "on the server, check who may write its data folder")
                   : error;
  int status = status_of(told);
  if (status >= 500) log::error("track", fmt::format("an API call failed: {}", told.describe()));
  return error_answer(status, told);
}

}  // namespace candid::track
