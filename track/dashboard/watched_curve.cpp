#include "track/dashboard/watched_curve.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "track/dashboard/words.h"

namespace candid::track {
namespace {

constexpr double kWidth = 500;
constexpr double kHeight = 100;
constexpr size_t kTableRows = 10;
static_assert(kStretches % kTableRows == 0);

double start_of(size_t stretch, Microseconds duration) {
  return std::chrono::duration<double>(duration).count() * static_cast<double>(stretch) / kStretches;
}

std::string with_and(const std::vector<std::string>& parts) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

int percent(double share) {
  return static_cast<int>(std::lround(share * 100));
}

}  // namespace

std::vector<PageValues::Entry> bars_of(const Heights& heights) {
  std::vector<PageValues::Entry> bars;
  for (size_t i = 0; i < kStretches; ++i) {
    if (heights[i] <= 0) continue;
    const double height = std::clamp(heights[i] * kHeight, 1.0, kHeight);
    bars.push_back({{"x", fmt::format("{:.0f}", kWidth * static_cast<double>(i) / kStretches)},
                    {"y", fmt::format("{:.1f}", kHeight - height)},
                    {"height", fmt::format("{:.1f}", height)}});
  }
  return bars;
}

std::string seen_in_words(const Heights& heights, Microseconds duration) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < kStretches; ++i) {
    if (heights[i] <= 0) continue;
    const size_t first = i;
    while (i < kStretches && heights[i] > 0) ++i;
    parts.push_back(fmt::format("{}–{}", position(start_of(first, duration)), position(start_of(i, duration))));
  }
  return parts.empty() ? "nothing" : with_and(parts);
}

Heights drop_off_heights(const DropOff& drop_off) {
  Heights heights{};
  for (size_t i = 0; i < kStretches && drop_off.played > 0; ++i) {
    heights[i] = static_cast<double>(drop_off.saw[i]) / drop_off.played;
  }
  return heights;
}

std::string drop_off_in_words(const DropOff& drop_off) {
  const Heights heights = drop_off_heights(drop_off);
  return fmt::format("{}\u00a0% saw the beginning, {}\u00a0% the middle, {}\u00a0% the end", percent(heights.front()),
                     percent(heights[kStretches / 2]), percent(heights.back()));
}

std::vector<PageValues::Entry> drop_off_table(const DropOff& drop_off) {
  const Heights heights = drop_off_heights(drop_off);
  constexpr size_t kStep = kStretches / kTableRows;
  std::vector<PageValues::Entry> rows;
  for (size_t first = 0; first < kStretches; first += kStep) {
    double sum = 0;
    for (size_t i = first; i < first + kStep; ++i) sum += heights[i];
    rows.push_back({{"from", position(start_of(first, drop_off.duration))},
                    {"to", position(start_of(first + kStep, drop_off.duration))},
                    {"share", fmt::to_string(percent(sum / kStep))}});
  }
  return rows;
}

}  // namespace candid::track
