#pragma once
// The ways to code a picture that may be asked for. H.264 plays everywhere and is made of shared segments
// (segment_encoder.h); the others save bytes and are rendered whole (whole_encoder.h).

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid::encode {

enum class Codec { H264, Hevc, Av1, Vp9 };

// As people write them, in the enum's order: "h264", "hevc", "av1", "vp9".
const std::vector<std::string>& codec_names();
std::string_view to_string(Codec codec);
// InvalidInput names those there are.
Result<Codec> parse_codec(std::string_view name);

}  // namespace candid::encode
