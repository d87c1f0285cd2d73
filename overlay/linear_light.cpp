#include "overlay/linear_light.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "overlay/color.h"

namespace candid::overlay {
namespace {

constexpr float kDisplayGamma = 2.4F;
constexpr int kSteps = 4096;  // finer than 8 bits in the darkest tones

struct Rgb {
  float r, g, b;
};

// f(i / (kSteps - 1))
template <typename Function>
std::array<float, kSteps> tabulate(Function function) {
  std::array<float, kSteps> table{};
  for (int i = 0; i < kSteps; ++i) table[static_cast<size_t>(i)] = function(static_cast<float>(i) / (kSteps - 1));
  return table;
}

float look_up(const std::array<float, kSteps>& table, float value) {
  return table[static_cast<size_t>(std::clamp(value, 0.0F, 1.0F) * (kSteps - 1) + 0.5F)];
}

float to_light(float value) {
  static const auto table = tabulate([](float x) { return std::pow(x, kDisplayGamma); });
  return look_up(table, value);
}

// Over the square root of light: its curve is too steep near black for even steps.
float from_light(float light) {
  static const auto table = tabulate([](float root) { return std::pow(root * root, 1 / kDisplayGamma); });
  return look_up(table, std::sqrt(light));
}

// The inverse of to_yuv(), components 0..1.
Rgb decoded(uint8_t luma, uint8_t cb, uint8_t cr) {
  float y = (static_cast<float>(luma) - 16) / 219;
  float b = (static_cast<float>(cb) - 128) / 224 * 1.8556F + y;
  float r = (static_cast<float>(cr) - 128) / 224 * 1.5748F + y;
  return {r, (y - 0.2126F * r - 0.0722F * b) / 0.7152F, b};
}

}  // namespace

Block mix_light(const Block& below, const Block& above, const float (&weights)[4]) {
  Block mixed = below;
  Rgb sum{0, 0, 0};
  for (int i = 0; i < 4; ++i) {
    Rgb ground = decoded(below.luma[i], below.cb, below.cr);
    float weight = weights[i];
    if (weight > 0) {
      Rgb ink = decoded(above.luma[i], above.cb, above.cr);
      auto mix = [weight](float a, float b) { return from_light(to_light(a) * (1 - weight) + to_light(b) * weight); };
      ground = {mix(ground.r, ink.r), mix(ground.g, ink.g), mix(ground.b, ink.b)};
      mixed.luma[i] = to_yuv(ground.r * 255, ground.g * 255, ground.b * 255).y;
    }
    sum = {sum.r + ground.r, sum.g + ground.g, sum.b + ground.b};
  }
  Yuv average = to_yuv(sum.r * 255 / 4, sum.g * 255 / 4, sum.b * 255 / 4);
  mixed.cb = average.cb;
  mixed.cr = average.cr;
  return mixed;
}

}  // namespace candid::overlay
