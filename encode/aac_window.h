#pragma once
// Which window an AAC packet ends with: what decides whether another packet may follow it. Internal to encode.
//
// A decoder adds the second half of one packet's windowed block to the first half of the next one's; aliasing cancels
// only if both encoders used the same slope there. The first half follows from the packet itself in length and from the
// packet before it in shape; the second half is the packet's own (ISO/IEC 14496-3 §4.6.11.3.2, §4.6.11.3.3).

#include <cstdint>
#include <optional>
#include <span>

namespace candid::encode {

enum class WindowSlope : uint8_t { Long, Short };
enum class WindowShape : uint8_t { Sine, KaiserBessel };  // as coded

struct WindowEnd {
  WindowSlope slope = WindowSlope::Long;
  WindowShape shape = WindowShape::Sine;
  // Both channels have this window. Otherwise it is the first channel's, and the second's lies behind Huffman codes.
  bool common = false;
  bool operator==(const WindowEnd&) const = default;
};

// Nothing for a packet that does not begin with a channel pair.
std::optional<WindowEnd> window_end(std::span<const uint8_t> packet);

}  // namespace candid::encode
