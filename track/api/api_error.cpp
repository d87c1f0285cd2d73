#include "track/api/api_error.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"

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
