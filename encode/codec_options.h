#pragma once
// One scale of speed and quality, x264's, in the words of each other encoder. Internal to encode.

#include <string>
#include <utility>
#include <vector>

#include "encode/codec.h"
#include "encode/segment.h"

namespace candid::encode {

struct CodecOptions {
  std::string encoder;                                       // libavcodec's name
  std::string tag;                                           // sample entry in MP4, four characters
  std::vector<std::pair<std::string, std::string>> options;  // of the encoder
};

// InvalidInput when settings.preset is none of presets(). Not for H264.
Result<CodecOptions> codec_options(Codec codec, const VideoSettings& settings);

// The value on the codec's own scale that looks as x264 does at `x264_crf`.
double matched_crf(Codec codec, double x264_crf);

}  // namespace candid::encode
