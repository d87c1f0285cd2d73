#include "overlay/composition.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/text.h"
#include "overlay/fonts.h"
#include "overlay/image.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {
namespace {

constexpr Microseconds kFadeTime{400'000};

// 0 at the edges of its time, 1 in between; smoothstep, so that it neither starts nor stops abruptly.
double presence(Microseconds time, Microseconds start, Microseconds end, bool stays) {
  Microseconds fade = std::min(kFadeTime, (end - start) / 3);
  if (fade.count() <= 0) return 1;
  double in = static_cast<double>((time - start).count() + 1) / static_cast<double>(fade.count());
  double out = stays ? 1 : static_cast<double>((end - time).count()) / static_cast<double>(fade.count());
  double x = std::clamp(std::min(in, out), 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

}  // namespace

Result<Composition> Composition::create(const Template& look, const Fields& fields, media::FrameSize size,
                                        Microseconds duration) {
  std::vector<size_t> all(look.layers.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return create(look, fields, size, duration, all);
}

Result<Composition> Composition::create(const Template& look, const Fields& fields, media::FrameSize size,
                                        Microseconds duration, std::span<const size_t> layers) {
  Composition made;
  LayerPainter painter(made, look, fields, size, duration);
  for (size_t i : layers) TRY_VOID(painter.paint(look.layers.at(i), i));
  return made;
}

Composition Composition::merged(const Composition& a, const Composition& b) {
  Composition both = a;
  both.elements_.insert(both.elements_.end(), b.elements_.begin(), b.elements_.end());
  std::stable_sort(both.elements_.begin(), both.elements_.end(),
                   [](const Element& x, const Element& y) { return x.layer < y.layer; });
  both.findings_.insert(both.findings_.end(), b.findings_.begin(), b.findings_.end());
  return both;
}

Composition Composition::below(size_t layer) const {
  Composition part = *this;
  std::erase_if(part.elements_, [&](const Element& element) { return element.layer >= layer; });
  return part;
}

Composition Composition::from(size_t layer) const {
  Composition part = *this;
  std::erase_if(part.elements_, [&](const Element& element) { return element.layer < layer; });
  return part;
}

Result<void> Composition::apply(media::Frame& frame, Microseconds time) const {
  bool writable = false;
  for (const Element& element : elements_) {
    if (time < element.start || time >= element.end) continue;
    if (!writable) TRY_VOID(frame.make_writable());
    writable = true;
    double shown = element.motion == Motion::None ? 1 : presence(time, element.start, element.end, element.stays);
    int dx = 0;
    int dy = 0;
    if (element.motion == Motion::Slide) {
      dx = static_cast<int>(std::lround(element.slide_x * (1 - shown)));
      dy = static_cast<int>(std::lround(element.slide_y * (1 - shown)));
    }
    blend(frame, *element.patch, dx, dy, static_cast<int>(std::lround(shown * 256)));
  }
  return {};
}

Result<void> LayerPainter::paint(const Layer& layer, size_t index) {
  index_ = index;
  if (layer.start.at(duration_) >= layer.end.at(duration_)) return {};
  switch (layer.kind) {
    case LayerKind::LowerThird:
      return paint_lower_third(layer);
    case LayerKind::Text:
      return paint_text(layer);
    case LayerKind::Captions:
      return paint_captions(layer);
    case LayerKind::Image:
      return paint_image(layer);
    case LayerKind::Card:
      return paint_card(layer);
  }
  return {};
}

TextSpec LayerPainter::text_spec(const Layer& layer, std::string text, double size) const {
  TextSpec spec;
  spec.text = std::move(text);
  spec.family = family_list(layer.font.empty() ? look_.font : layer.font);
  spec.language = look_.language;
  spec.size = size;
  spec.min_size = size * 0.6;
  spec.max_width = static_cast<int>((layer.width > 0 ? layer.width * size_.width : size_.width) - 2 * margin());
  return spec;
}

Result<TextBlock> LayerPainter::layout(const TextSpec& spec) {
  TextBlock block = TRY(TextBlock::layout(spec));
  std::string where = fmt::format("layer[{}]", index_);
  if (block.was_cut()) {
    into_.findings_.push_back({Severity::Warning, "", 0, where,
                               fmt::format("\"{}\" does not fit and is cut", shorten(spec.text, 60)),
                               "shorten it, or give the layer a larger width"});
  }
  if (block.missing_glyphs() > 0) {
    into_.findings_.push_back({Severity::Error, "", 0, where,
                               fmt::format("no installed font has {} of the characters of \"{}\"",
                                           block.missing_glyphs(), shorten(spec.text, 60)),
                               "install a font for this script (fonts-noto-core, fonts-noto-cjk, fonts-noto-extra)"});
  }
  return block;
}

LayerPainter::Corner LayerPainter::corner(Anchor anchor, int width, int height, double bottom_margin) const {
  double left = margin();
  double right = size_.width - width - margin();
  double top = margin();
  double bottom = size_.height - height - bottom_margin;
  double x = (size_.width - width) / 2.0;
  double y = (size_.height - height) / 2.0;
  switch (anchor) {
    case Anchor::TopLeft:
      x = left, y = top;
      break;
    case Anchor::Top:
      y = top;
      break;
    case Anchor::TopRight:
      x = right, y = top;
      break;
    case Anchor::Left:
      x = left;
      break;
    case Anchor::Center:
      break;
    case Anchor::Right:
      x = right;
      break;
    case Anchor::BottomLeft:
      x = left, y = bottom;
      break;
    case Anchor::Bottom:
      y = bottom;
      break;
    case Anchor::BottomRight:
      x = right, y = bottom;
      break;
  }
  return {static_cast<int>(std::lround(x)) & ~1, static_cast<int>(std::lround(y)) & ~1};
}

void LayerPainter::add(Patch patch, const Layer& layer) {
  Composition::Element element;
  element.start = std::max(Microseconds{0}, layer.start.at(duration_));
  element.end = std::min(duration_, layer.end.at(duration_));
  element.stays = element.end == duration_;
  element.motion = layer.motion;
  // It slides in from the nearer side edge, by a short way: the eye follows, the text stays readable.
  int way = static_cast<int>(0.08 * unit());
  bool at_right = layer.place == Anchor::TopRight || layer.place == Anchor::Right || layer.place == Anchor::BottomRight;
  bool at_left = layer.place == Anchor::TopLeft || layer.place == Anchor::Left || layer.place == Anchor::BottomLeft;
  if (at_left) element.slide_x = -way;
  if (at_right) element.slide_x = way;
  if (!at_left && !at_right) element.slide_y = layer.place == Anchor::Top ? -way : way;
  if (layer.opacity < 1) {
    for (auto* plane : {&patch.alpha, &patch.chroma_alpha}) {
      for (uint8_t& a : *plane) a = static_cast<uint8_t>(std::lround(a * layer.opacity));
    }
  }
  element.patch = std::make_shared<const Patch>(std::move(patch));
  element.layer = index_;
  into_.elements_.push_back(std::move(element));
}

Result<Patch> draw_label(const std::string& text, double size_px, int max_width, Color color, int x, int y, bool bold) {
  TextSpec spec;
  spec.text = single_line(text);
  spec.family = family_list("Noto Sans");
  spec.bold = bold;
  spec.size = size_px;
  spec.min_size = size_px * 0.8;
  spec.max_width = max_width;
  TextBlock block = TRY(TextBlock::layout(spec));
  Canvas canvas(std::max(block.width(), 2), block.height());
  block.paint(canvas, 0, 0, block.width(), color);
  return canvas.to_patch(x, y);
}

Result<Patch> draw_picture(const std::filesystem::path& path, media::FrameSize size, int x, int y) {
  Image image = TRY(Image::load(path));
  Canvas canvas(size.width, size.height);
  TRY_VOID(image.paint(canvas, 0, 0, size.width, size.height));
  return canvas.to_patch(x, y);
}

Result<void> check_image(const std::filesystem::path& path) {
  Image image = TRY(Image::load(path));
  Canvas canvas(64, 64);
  return image.paint(canvas, 0, 0, 64, 64);
}

}  // namespace candid::overlay
