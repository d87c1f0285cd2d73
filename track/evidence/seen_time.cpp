#include "track/evidence/seen_time.h"

#include <algorithm>
#include <cmath>

namespace candid::track {
namespace {

constexpr double kCellsPerSecond = 10;

}  // namespace

SeenTime::SeenTime(double seconds)
    : seconds_(seconds), changes_(static_cast<size_t>(std::ceil(seconds * kCellsPerSecond)) + 1) {}

size_t SeenTime::cell_at(double second) const {
  double cell = std::ceil(second * kCellsPerSecond - 0.5);
  return static_cast<size_t>(std::clamp(cell, 0.0, static_cast<double>(changes_.size() - 1)));
}

void SeenTime::add(double from, double to) {
  size_t first = cell_at(from);
  size_t end = cell_at(to);
  if (first >= end) return;
  ++changes_[first];
  --changes_[end];
}

double SeenTime::seconds() const {
  int64_t covering = 0;
  double cells = 0;
  for (int32_t change : changes_) {
    covering += change;
    if (covering > 0) ++cells;
  }
  return std::min(cells / kCellsPerSecond, seconds_);
}

SeenStretches SeenTime::stretches() const {
  const size_t cells = changes_.size() - 1;
  std::vector<size_t> seen_before(cells + 1);  // how many of the cells before this one were seen
  int64_t covering = 0;
  for (size_t cell = 0; cell < cells; ++cell) {
    covering += changes_[cell];
    seen_before[cell + 1] = seen_before[cell] + (covering > 0 ? 1 : 0);
  }
  SeenStretches percent{};
  for (size_t stretch = 0; stretch < kStretches && cells > 0; ++stretch) {
    const size_t first = stretch * cells / kStretches;
    const size_t end = std::max(first + 1, (stretch + 1) * cells / kStretches);
    percent[stretch] = static_cast<uint8_t>((seen_before[end] - seen_before[first]) * 100 / (end - first));
  }
  return percent;
}

}  // namespace candid::track
