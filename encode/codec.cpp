#include "encode/codec.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace candid::encode {

const std::vector<std::string>& codec_names() {
  static const std::vector<std::string> names = {"h264", "hevc", "av1", "vp9"};
  return names;
}

std::string_view to_string(Codec codec) {
  return codec_names().at(static_cast<size_t>(codec));
}

Result<Codec> parse_codec(std::string_view name) {
  const auto& names = codec_names();
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is no codec known here", name),
                fmt::format("choose one of: {}", fmt::join(names, ", ")));
  }
  return static_cast<Codec>(found - names.begin());
}

}  // namespace candid::encode
