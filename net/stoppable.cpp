#include "net/stoppable.h"

#include <fmt/format.h>

#include "core/text.h"
#include "net/url.h"

namespace candid::net {

Error stopped(const HttpRequest& request) {
  return {ErrorKind::Cancelled,
          fmt::format("{} {} was stopped", single_line(request.method), printable_url(request.url))};
}

// Most requests have one token at the most, and pass it on as it is.
EitherStop::EitherStop(const std::stop_token& one, const std::stop_token& other) {
  if (!one.stop_possible() || !other.stop_possible() || one == other) {
    token_ = one.stop_possible() ? one : other;
    return;
  }
  both_ = std::stop_source();
  token_ = both_.get_token();
  from_one_.emplace(one, Pass{both_});
  from_other_.emplace(other, Pass{both_});
}

Result<HttpResponse> StoppableTransport::send(const HttpRequest& request, const std::stop_token& stop) {
  EitherStop either(stop, stop_);
  if (either.token().stop_requested()) return tl::unexpected(stopped(request));
  return inner_.send(request, either.token());
}

}  // namespace candid::net
