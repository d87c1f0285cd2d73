#pragma once
// Mixing pixels as light mixes, not as their coded values do: edges of bright letters on dark ground keep their weight.
// Internal to overlay.

#include <cstdint>

namespace candid::overlay {

// Four pixels that share one colour difference, as 4:2:0 has them: left top, right top, left bottom, right bottom.
struct Block {
  uint8_t luma[4];
  uint8_t cb;
  uint8_t cr;
};

// `above` over `below` with weights 0..1. Y'CbCr goes through R'G'B' to light and back, by the display's transfer
// (ITU-R BT.1886: a power of 2.4). A pixel of weight 0 keeps its luma.
Block mix_light(const Block& below, const Block& above, const float (&weights)[4]);

}  // namespace candid::overlay
