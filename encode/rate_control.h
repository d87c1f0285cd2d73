#pragma once
// How an encoder deals out bits. Segments that differ only in this join in one file.

#include <array>
#include <filesystem>
#include <variant>

namespace candid::encode {

// VideoSettings::crf throughout.
struct ConstantQuality {};

// Constant quality, and what x264 learns about the frames goes to the file `statistics` and to one beside it.
struct FirstPass {
  std::filesystem::path statistics;
};

// The two files: x264's log, and each block's weight for what follows it. (The fastest presets have only the first.)
inline std::array<std::filesystem::path, 2> statistics_files(const std::filesystem::path& statistics) {
  return {statistics, statistics.string() + ".mbtree"};
}

// Spends `bitrate` as a first pass over as many frames of much the same content found right. The costly search for
// what is worth how many bits was done there: this pass is faster than constant quality, and as good.
struct SecondPass {
  std::filesystem::path statistics;
  double bitrate = 0;  // bit/s
};

using RateControl = std::variant<ConstantQuality, FirstPass, SecondPass>;

}  // namespace candid::encode
