#include "overlay/text_picture.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/text.h"
#include "overlay/canvas.h"
#include "overlay/fonts.h"
#include "overlay/text_block.h"

namespace candid::overlay {
namespace {

constexpr double kMostWordSize = 512;  // px
constexpr int kMostWordWidth = 16384;  // px; textures end there
constexpr int kMostWordLines = 200;
// Pango counts lines a paragraph, so that all text must be one; U+2028 breaks a line within it.
constexpr std::string_view kLineBreak = "\u2028";

Result<void> check_words(const Words& words) {
  if (!(words.size >= 1 && words.size <= kMostWordSize)) {
    return fail(ErrorKind::InvalidInput, fmt::format("cannot draw words of {} px", words.size),
                fmt::format("a size from 1 to {} px", kMostWordSize));
  }
  if (words.max_width < 1 || words.max_width > kMostWordWidth) {
    return fail(ErrorKind::InvalidInput, fmt::format("cannot draw words in a width of {} px", words.max_width),
                fmt::format("a width from 1 to {} px", kMostWordWidth));
  }
  return {};
}

struct Drawable {
  std::string text;
  bool was_cut = false;
};

// What may stand in each line, and the line breaks where there may be several lines.
Result<Drawable> drawable(const Words& words) {
  const std::string text = is_valid_utf8(words.text) ? words.text : TRY(decode_rows(bytes_of(words.text))).utf8;
  if (words.max_lines <= 1) return Drawable{single_line(text)};
  Drawable made;
  std::string_view rest = text;
  for (int line = 1;; ++line) {
    size_t end = rest.find('\n');
    made.text += single_line(rest.substr(0, end));
    if (end == std::string_view::npos) return made;
    rest.remove_prefix(end + 1);
    if (line == words.max_lines) {
      made.was_cut = !trim(rest).empty();
      if (made.was_cut) made.text += "…";
      return made;
    }
    made.text += kLineBreak;
  }
}

uint8_t straight(uint32_t part, uint32_t alpha) {
  return static_cast<uint8_t>(std::min(255U, (part * 255 + alpha / 2) / alpha));
}

// cairo's pixels are whole numbers of 32 bits, ARGB from the highest byte, premultiplied.
std::vector<uint8_t> straight_rgba(Canvas& canvas, int width, int height, Color color) {
  cairo_surface_t* surface = cairo_get_target(canvas.cairo());
  cairo_surface_flush(surface);
  const unsigned char* rows = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  std::vector<uint8_t> rgba(static_cast<size_t>(width) * static_cast<size_t>(height) * 4);
  uint8_t* out = rgba.data();
  for (int y = 0; y < height; ++y) {
    const auto* row = reinterpret_cast<const uint32_t*>(rows + static_cast<ptrdiff_t>(y) * stride);
    for (int x = 0; x < width; ++x, out += 4) {
      uint32_t pixel = row[x];
      uint32_t alpha = pixel >> 24;
      out[0] = alpha == 0 ? color.r : straight(pixel >> 16 & 0xff, alpha);
      out[1] = alpha == 0 ? color.g : straight(pixel >> 8 & 0xff, alpha);
      out[2] = alpha == 0 ? color.b : straight(pixel & 0xff, alpha);
      out[3] = static_cast<uint8_t>(alpha);
    }
  }
  return rgba;
}

struct LaidOut {
  std::string text;
  TextBlock block;
  bool was_cut = false;  // before it was laid out
};

Result<LaidOut> lay_out(const Words& words) {
  TRY_VOID(check_words(words));
  TextSpec spec;
  const Drawable drawn = TRY(drawable(words));
  spec.text = drawn.text;
  spec.language = shaping_language(spec.text, words.language);
  spec.family = family_list(words.font, spec.language);
  spec.bold = words.bold;
  spec.size = words.size;
  spec.min_size = words.size;
  spec.max_width = words.max_width;
  spec.max_lines = std::clamp(words.max_lines, 1, kMostWordLines);
  spec.has_even_lines = false;
  TextBlock block = TRY(TextBlock::layout(spec));
  return LaidOut{std::move(spec.text), std::move(block), drawn.was_cut};
}

}  // namespace

Result<std::vector<LetterPlace>> place_letters(const Words& words) {
  const LaidOut laid_out = TRY(lay_out(words));
  std::vector<LetterPlace> letters;
  for (const BlockLetter& letter : laid_out.block.letters())
    letters.push_back(
        {letter.begin, letter.end, static_cast<float>(letter.leading), static_cast<float>(letter.trailing)});
  return letters;
}

Result<TextPicture> draw_words(const Words& words) {
  const LaidOut laid_out = TRY(lay_out(words));
  const TextBlock& block = laid_out.block;
  TextPicture picture;
  picture.width = trim(laid_out.text).empty() ? 0 : block.width();
  picture.height = block.height();
  picture.reads_from_right = block.reads_from_right();
  picture.was_cut = laid_out.was_cut || block.was_cut();
  picture.missing = block.missing();
  if (picture.width == 0) return picture;
  Canvas canvas(picture.width, picture.height);
  block.paint(canvas, 0, 0, picture.width, {words.color});
  picture.rgba = straight_rgba(canvas, picture.width, picture.height, words.color);
  return picture;
}

}  // namespace candid::overlay
