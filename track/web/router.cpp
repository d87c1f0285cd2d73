#include "track/web/router.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"
#include "track/api/api_error.h"
#include "track/api/ledger_api.h"
#include "track/web/answers.h"

namespace candid::track {
namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kLinks = "/v/";
constexpr int kUnauthorized = 401;

// Whether there is something to guess at this address.
bool is_guarded(std::string_view path) {
  return path.starts_with(kLinks) || path.starts_with("/m/") || path.starts_with(kApi) || Dashboard::is_guarded(path);
}

// Whether the ledger may be another now. What an answer asks to store is told of when it is stored (event_desk.h).
bool has_written(const HttpRequest& request, const HttpResponse& response) {
  if (request.method != Method::Post || response.status >= 400 || !response.durable_first.empty()) return false;
  std::string_view path = request.path;
  if (!path.starts_with(kLedgerPath)) return path.starts_with(kLinks);
  path.remove_prefix(kLedgerPath.size());
  return LedgerApi::scope_of(path) != ApiScope::Read && !path.starts_with("find_");
}

// Third-party code may throw; a request must not end the server, nor its words tell a secret.
template <typename Work>
auto survive(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::exception& problem) {
    log::error("track", fmt::format("a request failed ({})", problem.what()));
    return plain_answer(500, "Something is wrong here.\n");
  }
}

}  // namespace

std::optional<HttpResponse> Router::answer_at_once(const HttpRequest& request) {
  bool reading = request.method == Method::Get || request.method == Method::Head;
  if (request.path != "/healthz" || !reading) return std::nullopt;
  return plain_answer(200, "ok\n");
}

HttpResponse Router::in_words_for(const HttpRequest& request, HttpResponse response) {
  if (!is_api(request)) return response;
  const std::pair<std::string, std::string> plain("Content-Type", kPlainText);
  bool is_plain = std::find(response.headers.begin(), response.headers.end(), plain) != response.headers.end();
  return is_plain ? api_refusal(response) : std::move(response);
}

bool Router::is_api(const HttpRequest& request) {
  return request.path.starts_with(kApi);
}

HttpResponse Router::finish(const HttpResponse& pending, const IpAddress& sender) {
  HttpResponse response = survive([&] { return pending.check_passcode(); });
  if (response.miss) guard_.count_miss(sender);
  metrics_.count_refusal_of(response.status);
  return response;
}

HttpResponse Router::answer(const HttpRequest& request, const IpAddress& sender) {
  // Asked here, right before the look-up, and not when the request came: many at once are as many as one by one.
  if (auto refused = refuse_guessing(request, sender)) return std::move(*refused);
  HttpResponse response = survive([&] { return find_answer(request); });
  note(request, response, sender);
  return response;
}

std::optional<HttpResponse> Router::answer_at_hand(const HttpRequest& request, const IpAddress& sender) {
  if (!request.path.starts_with(kLinks) || guard_.wait(sender)) return std::nullopt;
  auto response = survive([&] { return site_.answer_at_hand(request); });
  if (response) note(request, *response, sender);
  return response;
}

void Router::note(const HttpRequest& request, const HttpResponse& response, const IpAddress& sender) {
  metrics_.count_refusal_of(response.status);
  if (has_written(request, response)) board_.tell();
  bool missed_token = request.path.starts_with(kApi) && response.status == kUnauthorized;
  if (response.miss || missed_token) guard_.count_miss(sender);
}

std::optional<HttpResponse> Router::refuse_body(const HttpRequest& request, uint64_t length, const IpAddress& sender) {
  if (auto refused = refuse_guessing(request, sender)) return refused;
  auto longest = api_ == nullptr ? std::nullopt : longest_body(request.path);
  if (!longest) return plain_answer(413, "The body is too long.\n");
  auto refused = survive([&] { return api_->refuse_body(request); });
  if (refused && refused->status == kUnauthorized) guard_.count_miss(sender);
  if (!refused && length > *longest) return plain_answer(413, "The body is too long.\n");
  return refused;
}

std::optional<HttpResponse> Router::refuse_guessing(const HttpRequest& request, const IpAddress& sender) const {
  if (!is_guarded(request.path)) return std::nullopt;
  auto wait = guard_.wait(sender);
  if (!wait || site_.is_granted(request.path)) return std::nullopt;
  metrics_.count_refusal(Refusal::Guessing);
  return too_many_requests(*wait);
}

HttpResponse Router::find_answer(const HttpRequest& request) {
  if (Dashboard::is_mine(request.path)) return dashboard_ == nullptr ? not_found() : dashboard_->answer(request);
  if (!request.path.starts_with(kApi)) return site_.answer(request);
  return api_ == nullptr ? not_found() : api_->answer(request);
}

}  // namespace candid::track
