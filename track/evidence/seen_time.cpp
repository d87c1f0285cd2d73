#include "track/evidence/seen_time.h"

#include <algorithm>
#include <cmath>

namespace candid::track {
namespace {

constexpr size_t kFewToUnite = 1024;
constexpr double kPercentRounding = 1e-6;  // percent

}  // namespace

void Union::add(double from, double to) {
  if (!(from < to)) return;
  ranges_.push_back({from, to});
  if (ranges_.size() >= 2 * united_ + kFewToUnite) unite();
}

void Union::unite() const {
  if (united_ == ranges_.size()) return;
  std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.from < b.from; });
  size_t last = 0;
  for (size_t i = 1; i < ranges_.size(); ++i) {
    if (ranges_[i].from <= ranges_[last].to) {
      ranges_[last].to = std::max(ranges_[last].to, ranges_[i].to);
    } else {
      ranges_[++last] = ranges_[i];
    }
  }
  ranges_.resize(last + 1);
  united_ = ranges_.size();
}

double Union::length() const {
  unite();
  double sum = 0;
  for (const Range& range : ranges_) sum += range.to - range.from;
  return sum;
}

double Union::length(double from, double to) const {
  unite();
  auto first =
      std::partition_point(ranges_.begin(), ranges_.end(), [&](const Range& range) { return range.to < from; });
  double sum = 0;
  for (auto range = first; range != ranges_.end() && range->from < to; ++range) {
    sum += std::max(0.0, std::min(to, range->to) - std::max(from, range->from));
  }
  return sum;
}

void SeenTime::add(double from, double to) {
  seen_.add(std::max(from, 0.0), std::min(to, seconds_));
}

SeenStretches SeenTime::stretches() const {
  SeenStretches percent{};
  if (seconds_ <= 0) return percent;
  const double stretch = seconds_ / kStretches;
  for (size_t i = 0; i < kStretches; ++i) {
    const auto begin = static_cast<double>(i) * stretch;
    const double part = seen_.length(begin, begin + stretch) / stretch;
    percent[i] = static_cast<uint8_t>(std::clamp(std::floor(100 * part + kPercentRounding), 0.0, 100.0));
  }
  return percent;
}

}  // namespace candid::track
