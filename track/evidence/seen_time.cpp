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

}  // namespace candid::track
