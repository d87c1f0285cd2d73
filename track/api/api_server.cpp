#include "track/api/api_server.h"

#include <fmt/format.h>

#include "core/digest.h"
#include "core/text.h"
#include "track/api/api_error.h"

namespace candid::track {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr size_t kLongestToken = 256;

// RFC 9110 §11.4: the scheme in any case. Empty when there is no such token; that is looked up like any other, so that
// all who are refused are refused alike, in time too.
std::string_view bearer_token(std::string_view header) {
  if (header.size() <= kScheme.size() || header.size() > kLongestToken) return {};
  if (to_lower(header.substr(0, kScheme.size())) != kScheme) return {};
  return header.substr(kScheme.size());
}

HttpResponse unknown_sender() {
  HttpResponse response = error_answer(
      401, Error(ErrorKind::PermissionDenied, "the server does not know this API token, or it has expired",
                 "make one on the server with candid token add NAME, and set CANDID_API_TOKEN where you publish"));
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"candid\"");
  response.miss = true;
  return response;
}

HttpResponse scope_too_small(ApiScope has, ApiScope needs) {
  return error_answer(403, Error(ErrorKind::PermissionDenied,
                                 fmt::format("this API token has the scope \"{}\", and this needs \"{}\"",
                                             to_string(has), to_string(needs)),
                                 fmt::format("on the server: candid token add NAME --scope {}", to_string(needs))));
}

HttpResponse unknown_address() {
  return error_answer(404, Error(ErrorKind::Unsupported, "the server's API has no such address",
                                 "is the server's candid older than this one?"));
}

std::string_view below(std::string_view path, std::string_view parent) {
  return path.substr(parent.size());
}

// What a request's address needs; nothing for an address that the API does not have.
std::optional<ApiScope> scope_of(std::string_view path) {
  if (path.starts_with(kStorePath)) return ApiScope::Publish;
  if (path.starts_with(kLedgerPath)) return LedgerApi::scope_of(below(path, kLedgerPath));
  return std::nullopt;
}

}  // namespace

ApiServer::ApiServer(Ledger& ledger, ObjectDoor& objects, const Clock& clock)
    : ledger_(ledger), clock_(clock), ledger_api_(ledger), store_api_(objects) {}

std::optional<HttpResponse> ApiServer::refuse_body(const HttpRequest& request) {
  auto found = ledger_.find_api_token(sha256(bearer_token(request.header("authorization"))));
  if (!found) return failure_answer(found.error());
  const std::optional<ApiToken>& token = *found;
  if (!token || (token->expires_at && *token->expires_at <= clock_.now())) return unknown_sender();
  auto needed = scope_of(request.path);
  if (!needed) return unknown_address();
  if (token->scope < *needed) return scope_too_small(token->scope, *needed);
  return std::nullopt;
}

HttpResponse ApiServer::answer(const HttpRequest& request) {
  if (auto refusal = refuse_body(request)) return std::move(*refusal);
  if (request.path.starts_with(kStorePath)) return store_api_.answer(request, below(request.path, kStorePath));
  if (request.method == Method::Post) return ledger_api_.answer(request, below(request.path, kLedgerPath));
  HttpResponse response = error_answer(405, Error(ErrorKind::InvalidInput, "the ledger's calls are POST requests"));
  response.headers.emplace_back("Allow", "POST");
  return response;
}

}  // namespace candid::track
