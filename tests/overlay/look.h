#pragma once
// Layers and frames for overlay tests.

#include "overlay/composition.h"
#include "tests/support/results.h"

namespace candid::overlay::test {

inline FieldText text(const std::string& source) {
  return candid::test::must(FieldText::parse(source));
}

inline Layer lower_third(const std::string& name = "{{name}}", const std::string& role = "Backend Engineer") {
  Layer layer;
  layer.kind = LayerKind::LowerThird;
  layer.text = text(name);
  layer.subtext = text(role);
  layer.motion = Motion::None;
  layer.shape = Shape::Bar;
  return layer;
}

inline media::Frame grey(media::FrameSize size = {640, 360}) {
  media::Frame frame = candid::test::must(media::Frame::allocate(size));
  frame.fill(120, 124, 132);
  return frame;
}

// `look` with `name`, as it stands at `time` of a ten-second video.
inline media::Frame drawn(const Template& look, const std::string& name, Microseconds time = std::chrono::seconds(5),
                          media::FrameSize size = {640, 360}) {
  media::Frame frame = grey(size);
  auto composition = candid::test::must(
      Composition::create(look, {{"name", name}, {"first_name", name}}, size, std::chrono::seconds(10)));
  candid::test::must(composition.apply(frame, time));
  return frame;
}

// How many luma pixels differ between two frames of one size.
inline int changed_pixels(const media::Frame& a, const media::Frame& b) {
  media::ConstPlane pa = a.plane(0);
  media::ConstPlane pb = b.plane(0);
  int changed = 0;
  for (int y = 0; y < pa.height; ++y) {
    for (int x = 0; x < pa.width; ++x) changed += pa.data[y * pa.stride + x] != pb.data[y * pb.stride + x] ? 1 : 0;
  }
  return changed;
}

}  // namespace candid::overlay::test
