#include "net/http.h"

namespace candid::net {

uint64_t body_size(const HttpRequest& request) {
  if (const auto* range = std::get_if<FileRange>(&request.body)) return range->length;
  return std::get<std::string>(request.body).size();
}

}  // namespace candid::net
