#include "net/retry.h"

#include <algorithm>
#include <charconv>
#include <random>

#include <fmt/format.h>

#include "core/log.h"
#include "core/text.h"
#include "net/stoppable.h"
#include "net/url.h"

namespace candid::net {
namespace {

using std::chrono::milliseconds;

// Full jitter: clients that failed together must not come back together.
milliseconds random_up_to(milliseconds most) {
  thread_local std::mt19937_64 generator(std::random_device{}());
  return milliseconds(std::uniform_int_distribution<int64_t>(0, std::max<int64_t>(most.count(), 0))(generator));
}

milliseconds back_off(const RetryPolicy& policy, int failures) {
  milliseconds most = policy.first;
  for (int i = 1; i < failures && most < policy.longest; ++i) most *= 2;
  return random_up_to(std::min(most, policy.longest));
}

std::string host_of(const HttpRequest& request) {
  auto url = split_url(request.url);
  return url ? url->authority : "?";
}

void log_wait(const HttpRequest& request, const Result<HttpResponse>& answer, milliseconds wait) {
  std::string what = answer ? fmt::format("answered {}", answer->status) : std::string("gave no answer");
  log::debug("net", single_line(fmt::format("{} {}; trying again in {} ms", host_of(request), what, wait.count())));
}

// The request, noting when it last moved bytes either way; those of a refusal are no progress.
HttpRequest watched(const HttpRequest& request, const std::function<void()>& moved) {
  HttpRequest noting = request;
  noting.on_sent = [moved, inner = request.on_sent](uint64_t sent) {
    moved();
    if (inner) inner(sent);
  };
  noting.on_received = [moved, inner = request.on_received] {
    moved();
    if (inner) inner();
  };
  return noting;
}

}  // namespace

bool may_get_better(const HttpRequest&, const HttpResponse& response) {
  switch (response.status) {
    case 408:
    case 425:
    case 429:
      return true;
    case 501:
    case 505:
    case 507:
    case 511:
      return false;
    default:
      return response.status >= 500 && response.status < 600;
  }
}

std::optional<milliseconds> retry_after(const HttpResponse& response, UtcTime now) {
  std::string text = trim(response.header("retry-after"));
  if (text.empty()) return std::nullopt;
  uint32_t seconds = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (status == std::errc() && end == text.data() + text.size()) return std::chrono::seconds(seconds);
  auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  // By the server's clock where it tells it: ours may be wrong.
  UtcTime reference = parse_http_date(response.header("date")).value_or(now);
  return std::max(milliseconds(0), milliseconds(*date - reference));
}

std::optional<milliseconds> clock_skew(const HttpResponse& response, UtcTime now) {
  auto date = parse_http_date(response.header("date"));
  return date ? std::optional<milliseconds>(*date - now) : std::nullopt;
}

RetryingTransport::RetryingTransport(HttpTransport& inner, const RetryPolicy& policy, MayGetBetter judge, Pause& pause,
                                     const Clock& clock)
    : inner_(inner), policy_(policy), judge_(std::move(judge)), pause_(pause), clock_(clock) {}

Result<HttpResponse> RetryingTransport::send(const HttpRequest& request, const std::stop_token& stop) {
  auto moved_at = pause_.now();
  const HttpRequest attempt = watched(request, [&] { moved_at = pause_.now(); });
  milliseconds idle{0};
  for (int failures = 1;; ++failures) {
    moved_at = pause_.now();
    Result<HttpResponse> answer = inner_.send(attempt, stop);
    if (answer) has_answered_ = true;
    if (answer ? !judge_(request, *answer) : !answer.error().retryable()) return answer;
    if (stop.stop_requested()) return tl::unexpected(stopped(request));
    idle += std::chrono::floor<milliseconds>(pause_.now() - moved_at);
    milliseconds left = (has_answered_ ? policy_.patience : policy_.first_patience) - idle;
    if (left <= left.zero()) return answer;
    milliseconds wait = std::min(back_off(policy_, failures), left);
    if (auto asked = answer ? retry_after(*answer, clock_.now()) : std::nullopt) {
      if (*asked > std::min(policy_.longest_retry_after, left)) return answer;
      wait += *asked;
    }
    log_wait(request, answer, wait);
    if (!pause_.wait(wait, stop)) return tl::unexpected(stopped(request));
    idle += wait;
    if (request.on_restart) request.on_restart();
  }
}

}  // namespace candid::net
