#include "overlay/patch.h"

#include <cassert>

#include "overlay/color.h"

namespace candid::overlay {
namespace {

// Premultiplied.
struct Argb {
  uint32_t a = 0, r = 0, g = 0, b = 0;
};

uint32_t read_value(const uint8_t* row, int x) {
  return reinterpret_cast<const uint32_t*>(row)[x];
}

Argb unpacked(uint32_t value) {
  return {value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255};
}

// Of pixels that add up to `sum`.
Yuv converted(const Argb& sum) {
  double scale = 255.0 / sum.a;
  return to_yuv(sum.r * scale, sum.g * scale, sum.b * scale);
}

}  // namespace

Coverage::Coverage(std::vector<uint8_t> alpha, int width) : width_(width), alpha_(std::move(alpha)) {
  // Shorter ones are mixed with their neighbours: copying them apart would cost more.
  constexpr int kLeastOpaque = 16;
  size_t height = alpha_.size() / static_cast<size_t>(width);
  for (size_t y = 0; y < height; ++y) {
    first_run_.push_back(runs_.size());
    const size_t first_of_row = runs_.size();
    const uint8_t* pixels = row(static_cast<int>(y));
    for (int x = 0; x < width;) {
      int end = x + 1;
      auto kind = [&](int i) { return pixels[i] == 0 ? 0 : pixels[i] == 255 ? 2 : 1; };
      while (end < width && kind(end) == kind(x)) ++end;
      if (kind(x) != 0) {
        bool is_opaque = kind(x) == 2 && end - x >= kLeastOpaque;
        bool goes_on = runs_.size() > first_of_row && runs_.back().end == x && !is_opaque && !runs_.back().is_opaque;
        if (goes_on) {
          runs_.back().end = end;
        } else {
          runs_.push_back({x, end, is_opaque});
        }
      }
      x = end;
    }
  }
  first_run_.push_back(runs_.size());
}

Patch make_patch(const uint8_t* argb, int stride, int width, int height, int x, int y) {
  assert(width % 2 == 0 && height % 2 == 0 && x % 2 == 0 && y % 2 == 0);
  Patch patch;
  patch.x = x;
  patch.y = y;
  patch.width = width;
  patch.height = height;
  auto pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
  patch.luma.assign(pixels, 16);
  patch.cb.assign(pixels / 4, 128);
  patch.cr.assign(pixels / 4, 128);
  std::vector<uint8_t> alpha(pixels, 0);
  std::vector<uint8_t> chroma_alpha(pixels / 4, 0);
  // Grounds are of one colour: what was converted last is needed again, nearly always.
  uint32_t known_value = 0;
  Yuv known{16, 128, 128};
  auto convert = [&](uint32_t value) {
    if (value != known_value) known = converted(unpacked(value));
    known_value = value;
    return known;
  };
  auto fill_block = [&](int row, int column, Yuv color, uint8_t covered) {
    auto at = static_cast<size_t>(row) * static_cast<size_t>(width) + static_cast<size_t>(column);
    for (size_t pixel : {at, at + 1, at + static_cast<size_t>(width), at + static_cast<size_t>(width) + 1}) {
      patch.luma[pixel] = color.y;
      alpha[pixel] = covered;
    }
    at = static_cast<size_t>(row / 2) * static_cast<size_t>(width / 2) + static_cast<size_t>(column / 2);
    patch.cb[at] = color.cb;
    patch.cr[at] = color.cr;
    chroma_alpha[at] = covered;
  };
  for (int row = 0; row < height; row += 2) {
    const uint8_t* upper = argb + static_cast<ptrdiff_t>(row) * stride;
    for (int column = 0; column < width; column += 2) {
      const uint32_t values[4] = {read_value(upper, column), read_value(upper, column + 1),
                                  read_value(upper + stride, column), read_value(upper + stride, column + 1)};
      const bool is_even = values[0] == values[1] && values[0] == values[2] && values[0] == values[3];
      if (is_even) {
        if (values[0] >> 24 == 0) continue;
        fill_block(row, column, convert(values[0]), static_cast<uint8_t>(values[0] >> 24));
        continue;
      }
      Argb sum;
      for (int corner = 0; corner < 4; ++corner) {
        Argb pixel = unpacked(values[corner]);
        if (pixel.a == 0) continue;
        sum = {sum.a + pixel.a, sum.r + pixel.r, sum.g + pixel.g, sum.b + pixel.b};
        auto at = static_cast<size_t>(row + (corner >> 1)) * static_cast<size_t>(width) +
                  static_cast<size_t>(column + (corner & 1));
        alpha[at] = static_cast<uint8_t>(pixel.a);
        patch.luma[at] = convert(values[corner]).y;
      }
      Yuv average = converted(sum);
      auto at = static_cast<size_t>(row / 2) * static_cast<size_t>(width / 2) + static_cast<size_t>(column / 2);
      patch.cb[at] = average.cb;
      patch.cr[at] = average.cr;
      chroma_alpha[at] = static_cast<uint8_t>((sum.a + 2) / 4);
    }
  }
  patch.coverage = Coverage(std::move(alpha), width);
  patch.chroma_coverage = Coverage(std::move(chroma_alpha), width / 2);
  return patch;
}

}  // namespace candid::overlay
