#include "upload/http/http_stores.h"

#include <fmt/format.h>

namespace candid::upload {

Error no_such_object(const HttpSession& session, std::string_view name) {
  return Error(ErrorKind::NotFound, fmt::format("there is no {} in {}", name, session.describe()));
}

Error damaged_on_the_way(const HttpSession& session, std::string_view name) {
  return Error(ErrorKind::Corrupt,
               fmt::format("{} does not hold {} as it was sent, several times over", session.describe(), name),
               "something on the way or in the server changes bytes: try another network, and https")
      .retry_may_help();
}

Result<void> check_fetched(const HttpSession& session, const net::HttpResponse& response, std::string_view name) {
  if (response.is_success()) return {};
  // A redirect leads to a folder of that name, which is no object.
  bool is_absent =
      response.status == 404 || response.status == 410 || (response.status >= 300 && response.status < 400);
  if (is_absent) return tl::unexpected(no_such_object(session, name));
  return tl::unexpected(session.refusal(response, fmt::format("get {}", name)));
}

}  // namespace candid::upload
