#pragma once
// The seconds of a video that were seen, each counted once, however often it was played.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace candid::track {

// Equal stretches of a video, by which it is shown what was seen of it.
inline constexpr size_t kStretches = 50;
using SeenStretches = std::array<uint8_t, kStretches>;  // percent of each

// What several ranges cover together, exactly: thresholds are met by numbers as they were told.
class Union {
 public:
  void add(double from, double to);
  double length() const;
  // Between two points.
  double length(double from, double to) const;

 private:
  struct Range {
    double from = 0;
    double to = 0;
  };
  void unite() const;

  // A flood of ranges is united whenever it has doubled, so it takes no more memory than what is apart in it.
  mutable std::vector<Range> ranges_;
  mutable size_t united_ = 0;  // so many of them, the first, are in order and apart
};

class SeenTime {
 public:
  explicit SeenTime(double seconds) : seconds_(seconds) {}

  // What lies outside the video is left out.
  void add(double from, double to);
  double seconds() const { return std::min(seen_.length(), seconds_); }
  // How much of each stretch was seen, never more than was.
  SeenStretches stretches() const;

 private:
  double seconds_;
  Union seen_;
};

}  // namespace candid::track
