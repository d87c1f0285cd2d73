#include "upload/arriving.h"

#include <charconv>

#include <fmt/format.h>

namespace candid::upload {

Result<void> check_room(const net::HttpResponse& head, const std::filesystem::path& file) {
  const std::string text = head.header("content-length");
  uint64_t length = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorKind::Network, "the store does not say how long an object is",
                "have it, or the proxy in front of it, answer GET with Content-Length");
  }
  std::error_code unknown;
  auto space = std::filesystem::space(file.has_parent_path() ? file.parent_path() : ".", unknown);
  // What a file system does not tell is found out by writing.
  if (unknown || length <= space.available) return {};
  return fail(ErrorKind::NoSpace,
              fmt::format("an object of {} bytes does not fit beside {}: there is room for {}", length, file.string(),
                          space.available),
              "free space on that disk");
}

}  // namespace candid::upload
