#pragma once
// The seconds of a video that were seen, each tenth of a second once.

#include <cstdint>
#include <vector>

namespace candid::track {

class SeenTime {
 public:
  explicit SeenTime(double seconds);

  // A tenth counts when its middle was played. What lies outside the video is left out.
  void add(double from, double to);
  double seconds() const;

 private:
  size_t cell_at(double second) const;

  double seconds_;
  // How many ranges begin, less how many end, at each tenth: adding a range is two steps, however long it is, and a
  // page may report thousands of long ones.
  std::vector<int32_t> changes_;
};

}  // namespace candid::track
