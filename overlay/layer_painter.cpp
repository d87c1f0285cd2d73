#include "overlay/layer_painter.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <glib.h>

#include "core/letters.h"
#include "core/text.h"
#include "overlay/fonts.h"

namespace candid::overlay {
namespace {

// With its number: where it is read, no font may have it either.
std::string name_of(char32_t character) {
  char utf8[6];
  auto length = static_cast<size_t>(g_unichar_to_utf8(character, utf8));
  return fmt::format("\"{}\" ({})", std::string_view(utf8, length), code_point(character));
}

// "2.5 s"
std::string seconds(Microseconds time) {
  return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1e6);
}

}  // namespace

void Sheet::write(const TextBlock& block, double x, double y, int box_width, const Ink& ink) {
  block.paint(letters ? *letters : ground, x, y, box_width, ink);
  if (!letters) return;
  for (TypedLine& line : block.typed_lines(x, y, box_width)) typed.push_back(std::move(line));
}

Result<void> LayerPainter::paint(const Layer& layer, size_t index) {
  index_ = index;
  number_ = layer.number;
  Span span = span_of(layer);
  if (span.start >= span.end) return {};
  switch (layer.kind) {
    case LayerKind::LowerThird:
      return paint_lower_third(layer);
    case LayerKind::Text:
      return paint_text(layer);
    case LayerKind::Captions:
      return paint_captions(layer);
    case LayerKind::Image:
      return paint_image(layer);
    case LayerKind::Progress:
      return paint_progress(layer);
    case LayerKind::Card:
      break;
  }
  return paint_card(layer);
}

LayerPainter::Span LayerPainter::span_of(const Layer& layer) const {
  return {std::max(Microseconds{0}, layer.start.at(duration_)), std::min(duration_, layer.end.at(duration_))};
}

TextSpec LayerPainter::text_spec(const Layer& layer, std::string text, double size) const {
  TextSpec spec;
  spec.language = shaping_language(text, look_.language);
  spec.text = layer.style.upper ? to_upper(text, look_.language) : std::move(text);
  spec.family = family_list(layer.style.font.empty() ? look_.font : layer.style.font, spec.language);
  spec.bold = layer.style.bold;
  spec.size = size;
  spec.min_size = layer.min_font_size > 0 ? std::min(size, layer.min_font_size * unit()) : size * 0.6;
  spec.max_width = static_cast<int>((layer.width > 0 ? layer.width * size_.width : size_.width) - 2 * margin());
  return spec;
}

Ink LayerPainter::ink(const Layer& layer, Color color, double size) {
  return {color, layer.style.outline * size, layer.style.outline_color, layer.style.shadow};
}

Result<TextBlock> LayerPainter::layout(const TextSpec& spec, Findings& notes) const {
  TextBlock block = TRY(TextBlock::layout(spec));
  std::string where = fmt::format("layer[{}]", number_);
  if (block.was_cut()) {
    notes.push_back({Severity::Warning, "", 0, where,
                     fmt::format("\"{}\" does not fit and is cut", shorten(spec.text, 60)),
                     "shorten it, or give the layer a larger width or a smaller min_font_size"});
  }
  for (char32_t character : block.missing()) {
    std::string package = package_for(character);
    notes.push_back(
        {Severity::Error, "", 0, where,
         fmt::format("no installed font has the character {} of \"{}\"", name_of(character), shorten(spec.text, 60)),
         package.empty() ? "no font has it: it means nothing outside the program it was typed in; type it anew"
                         : fmt::format("install the package {}", package)});
  }
  return block;
}

Reserved LayerPainter::reserved_for_captions() const {
  Reserved reserved;
  for (const Layer& layer : look_.layers) {
    if (layer.kind != LayerKind::Captions || !layer.is_burned_in) continue;
    double band = (kCaptionBand + 0.02) * unit() - margin();
    if (is_at_top(layer.place)) reserved.top = band;
    if (is_at_bottom(layer.place)) reserved.bottom = band;
  }
  return reserved;
}

Placement LayerPainter::place(const Layer& layer, int width, int height, Span span) const {
  bool keeps_off_captions = layer.kind != LayerKind::Captions && layer.kind != LayerKind::Image;
  return placer_.place(layer, width, height, span.start, span.end,
                       keeps_off_captions ? reserved_for_captions() : Reserved());
}

void LayerPainter::tell_if_covering(const Placement& placement, Span span) {
  if (placement.covered <= 0) return;
  into_.findings_.push_back(
      {Severity::Warning, "", 0, fmt::format("layer[{}]", number_),
       fmt::format("covers {:.0f} % of a face between {} and {}: no place is free",
                   std::max(1.0, placement.covered * 100), seconds(span.start), seconds(span.end)),
       "give it a smaller font_size or width, or another time"});
}

// A layer slides in from the nearer edge, by a short way: the eye follows, the text stays readable. Where a face is in
// that way, from another side, else from nowhere.
LayerPainter::Way LayerPainter::way_in(const Layer& layer, Span span, const Box& box) const {
  if (layer.motion != Motion::Slide) return {};
  const int length = static_cast<int>(0.08 * unit());
  const int from_middle = 2 * box.left + box.width - size_.width;
  const Way beside{from_middle < 0 ? -length : length, 0};
  const Way upright{0, 2 * box.top + box.height < size_.height ? -length : length};
  const bool stands_beside = std::abs(from_middle) > size_.width / 10;
  const Way preferred = stands_beside ? beside : upright;
  const Way other = stands_beside ? upright : beside;
  if (!layer.keeps_off_faces || layer.kind == LayerKind::Card) return preferred;
  for (const Way& way : {preferred, other, Way{-other.x, -other.y}, Way{-preferred.x, -preferred.y}}) {
    Box swept{box.left + std::min(way.x, 0), box.top + std::min(way.y, 0), box.width + std::abs(way.x),
              box.height + std::abs(way.y)};
    if (placer_.is_free(swept, span.start, span.end)) return way;
  }
  return {};
}

Composition::Element LayerPainter::element(const Layer& layer, Span span, const Box& box) const {
  Composition::Element made;
  made.layer = index_;
  made.start = span.start;
  made.end = span.end;
  made.stays = span.end == duration_;
  made.opacity = static_cast<int>(std::lround(layer.opacity * 256));
  made.motion = layer.motion;
  made.easing = layer.easing;
  made.way = layer.motion_time;
  Way way = way_in(layer, span, box);
  made.slide_x = way.x;
  made.slide_y = way.y;
  return made;
}

void LayerPainter::add(Composition::Element element, Canvas& canvas, const Box& box) {
  element.patch = std::make_shared<const Patch>(canvas.to_patch(box.left, box.top));
  into_.elements_.push_back(std::move(element));
}

void LayerPainter::add(const Layer& layer, Span span, const Placement& placement, Sheet& sheet) {
  tell_if_covering(placement, span);
  Composition::Element made = element(layer, span, placement.box);
  made.reads_from_right = sheet.reads_from_right;
  add(made, sheet.ground, placement.box);
  if (!sheet.letters) return;
  made.typed = std::move(sheet.typed);
  add(std::move(made), *sheet.letters, placement.box);
}

}  // namespace candid::overlay
