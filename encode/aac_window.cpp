#include "encode/aac_window.h"

namespace candid::encode {
namespace {

class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  // Bits beyond the end are zeros; the caller has checked the size.
  uint32_t take(int count) {
    uint32_t value = 0;
    for (; count > 0; --count, ++at_) {
      uint32_t byte = at_ / 8 < bytes_.size() ? bytes_[at_ / 8] : 0;
      value = value << 1 | (byte >> (7 - at_ % 8) & 1);
    }
    return value;
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

constexpr uint32_t kChannelPair = 1;  // id_syn_ele ID_CPE
// window_sequence (§4.6.11). LONG_STOP, 3, ends as long as ONLY_LONG, 0, does.
constexpr uint32_t kLongStart = 1;
constexpr uint32_t kEightShort = 2;

}  // namespace

std::optional<WindowEnd> window_end(std::span<const uint8_t> packet) {
  constexpr size_t kHeadBytes = 3;  // up to window_shape, in either form
  if (packet.size() < kHeadBytes) return std::nullopt;
  BitReader bits(packet);
  // raw_data_block, channel_pair_element, ics_info: tables 4.3, 4.5 and 4.6.
  if (bits.take(3) != kChannelPair) return std::nullopt;
  bits.take(4);  // element_instance_tag
  WindowEnd end;
  end.common = bits.take(1) == 1;
  if (!end.common) bits.take(8);  // global_gain of the first channel
  bits.take(1);                   // ics_reserved_bit
  uint32_t sequence = bits.take(2);
  end.slope = sequence == kLongStart || sequence == kEightShort ? WindowSlope::Short : WindowSlope::Long;
  end.shape = bits.take(1) == 1 ? WindowShape::KaiserBessel : WindowShape::Sine;
  return end;
}

}  // namespace candid::encode
