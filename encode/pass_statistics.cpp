#include "encode/pass_statistics.h"

#include <string_view>

#include <fmt/format.h>

#include "core/files.h"
#include "encode/rate_control.h"

namespace candid::encode {

Error statistics_error(const std::filesystem::path& statistics) {
  return Error(ErrorKind::NoSpace, fmt::format("cannot write the encoder's notes to {}", statistics.string()),
               "make room on this disk and run the same command again");
}

Result<void> check_statistics(const std::filesystem::path& statistics, int64_t frames, media::FrameSize size) {
  std::string log = TRY(read_text_file(statistics, uint64_t{1} << 30));
  // A line a frame: "in:0 out:0 type:I …;". Frames that others refer to (I, i, P, B, not b) have weights.
  int64_t lines = 0;
  uint64_t weighted = 0;
  constexpr std::string_view kType = " type:";
  for (size_t at = log.find(kType); at != std::string::npos; at = log.find(kType, at + 1)) {
    ++lines;
    if (at + kType.size() < log.size() && log[at + kType.size()] != 'b') ++weighted;
  }
  // The first line tells x264's options; the fastest presets weigh nothing.
  if (log.substr(0, log.find('\n')).find(" mbtree=0") != std::string::npos) weighted = 0;
  // Each: the frame's type in a byte, then 16 bits a macroblock.
  uint64_t blocks = static_cast<uint64_t>((size.width + 15) / 16) * static_cast<uint64_t>((size.height + 15) / 16);
  std::error_code none;
  uint64_t weights = std::filesystem::file_size(statistics_files(statistics)[1], none);
  if (none) weights = 0;
  if (lines == frames && log.ends_with(";\n") && weights == weighted * (1 + 2 * blocks)) return {};
  return tl::unexpected(statistics_error(statistics));
}

}  // namespace candid::encode
