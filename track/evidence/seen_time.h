#pragma once
// The seconds of a video that were seen, each tenth of a second once.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace candid::track {

// Equal stretches of a video, by which it is shown what was seen of it.
inline constexpr size_t kStretches = 50;
using SeenStretches = std::array<uint8_t, kStretches>;  // percent of each

class SeenTime {
 public:
  explicit SeenTime(double seconds);

  // A tenth counts when its middle was played. What lies outside the video is left out.
  void add(double from, double to);
  double seconds() const;
  // How much of each stretch was seen. A stretch is at least one tenth, so in a very short video they overlap.
  SeenStretches stretches() const;

 private:
  size_t cell_at(double second) const;

  double seconds_;
  // How many ranges begin, less how many end, at each tenth: adding a range is two steps, however long it is, and a
  // page may report thousands of long ones.
  std::vector<int32_t> changes_;
};

}  // namespace candid::track
