#include "cli/level_bar.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace candid::cli {
namespace {

constexpr double kLowestLevel = -60;  // dBFS, at the bar's left end

}  // namespace

std::string level_bar(double peak_dbfs, int width) {
  int full = std::clamp(static_cast<int>(std::lround((peak_dbfs - kLowestLevel) / -kLowestLevel * width)), 0, width);
  std::string cells;
  for (int i = 0; i < width; ++i) cells += i < full ? "█" : "·";
  return fmt::format("▕{}▏ {}", cells, peak_dbfs <= kLowestLevel ? "silent" : fmt::format("{:.0f} dB", peak_dbfs));
}

}  // namespace candid::cli
