#include "overlay/text_block.h"

#include <algorithm>
#include <cmath>

#include <pango/pangocairo.h>

#include "core/text.h"
#include "overlay/glyph_lock.h"

namespace candid::overlay {
namespace {

// No box holds more than this at a readable size; a longer cell must not cost seconds of shaping.
constexpr size_t kMaxCharacters = 1000;

// A shadow is two: one close to the letters, for their edges, and a wide one that darkens what lies around. Standard
// deviations, of the font size, and how dark each is of the whole.
struct Shade {
  double blur;
  double darkness;
};
constexpr Shade kShades[] = {{0.24, 0.75}, {0.05, 0.8}};
constexpr double kShadowReach = 0.5;  // how far they are seen

struct FreeIter {
  void operator()(PangoLayoutIter* iter) const { pango_layout_iter_free(iter); }
};
using IterPtr = std::unique_ptr<PangoLayoutIter, FreeIter>;

// The characters that came out as "no such glyph" boxes.
std::vector<char32_t> unknown_characters(PangoLayout* layout) {
  std::vector<char32_t> unknown;
  if (pango_layout_get_unknown_glyphs_count(layout) == 0) return unknown;
  IterPtr iter(pango_layout_get_iter(layout));
  do {
    const PangoLayoutRun* run = pango_layout_iter_get_run_readonly(iter.get());
    if (run == nullptr) continue;
    for (int i = 0; i < run->glyphs->num_glyphs; ++i) {
      PangoGlyph glyph = run->glyphs->glyphs[i].glyph;
      if (glyph == PANGO_GLYPH_EMPTY || (glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0) continue;
      char32_t character = glyph & ~PANGO_GLYPH_UNKNOWN_FLAG;
      if (std::find(unknown.begin(), unknown.end(), character) == unknown.end()) unknown.push_back(character);
    }
  } while (pango_layout_iter_next_run(iter.get()) != FALSE);
  return unknown;
}

}  // namespace

struct TextBlock::Layout {
  PangoContext* context = nullptr;
  PangoLayout* layout = nullptr;
  ~Layout() {
    if (layout != nullptr) g_object_unref(layout);
    if (context != nullptr) g_object_unref(context);
  }

  double size = 0;  // px

  void set_size(double wanted) {
    size = std::round(wanted * 4) / 4;
    PangoFontDescription* description = pango_font_description_copy(pango_layout_get_font_description(layout));
    pango_font_description_set_absolute_size(description, size * PANGO_SCALE);
    pango_layout_set_font_description(layout, description);
    pango_font_description_free(description);
  }

  // The narrowest width, px, at which the text still takes no more lines: "… you spent / with us." becomes two lines of
  // about one length.
  void balance(int max_width) {
    int lines = pango_layout_get_line_count(layout);
    if (lines < 2) return;
    int low = max_width / lines;
    int high = max_width;
    while (high - low > 1) {
      int middle = (low + high) / 2;
      pango_layout_set_width(layout, middle * PANGO_SCALE);
      PangoRectangle box;
      pango_layout_get_pixel_extents(layout, nullptr, &box);
      // A word that is wider than the width sticks out.
      bool holds = pango_layout_get_line_count(layout) <= lines && box.width <= middle;
      (holds ? high : low) = middle;
    }
    pango_layout_set_width(layout, high * PANGO_SCALE);
  }

  bool fits(const TextSpec& spec) const {
    PangoRectangle box;
    pango_layout_get_pixel_extents(layout, nullptr, &box);
    return pango_layout_get_line_count(layout) <= spec.max_lines && box.width <= spec.max_width;
  }
};

void TextBlock::FreeLayout::operator()(Layout* layout) const {
  std::lock_guard lock(glyph_mutex());
  delete layout;
}

Result<TextBlock> TextBlock::layout(const TextSpec& spec) {
  std::lock_guard lock(glyph_mutex());
  TextBlock block;
  block.layout_.reset(new Layout);
  Layout& made = *block.layout_;
  made.context = pango_font_map_create_context(pango_cairo_font_map_get_default());  // the thread's own map
  pango_context_set_language(made.context, pango_language_from_string(spec.language.c_str()));
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(made.context, options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(made.context, FALSE);

  made.layout = pango_layout_new(made.context);
  std::string text = shorten(spec.text, kMaxCharacters);
  block.was_cut_ = text != spec.text;
  pango_layout_set_text(made.layout, text.c_str(), static_cast<int>(text.size()));
  PangoFontDescription* description = pango_font_description_new();
  pango_font_description_set_family(description, spec.family.c_str());
  pango_font_description_set_weight(description, spec.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(made.layout, description);
  pango_font_description_free(description);
  pango_layout_set_wrap(made.layout, PANGO_WRAP_WORD);
  pango_layout_set_alignment(made.layout, spec.align == TextAlign::Center ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);

  // One line must not wrap; several wrap at the width.
  pango_layout_set_width(made.layout, spec.max_lines == 1 ? -1 : spec.max_width * PANGO_SCALE);
  if (spec.max_lines == 1) pango_layout_set_single_paragraph_mode(made.layout, TRUE);
  made.set_size(spec.size);
  if (!made.fits(spec)) {
    made.set_size(spec.min_size);
    if (made.fits(spec)) {
      double low = spec.min_size;
      double high = spec.size;
      while (high - low > 0.5) {
        double middle = (low + high) / 2;
        made.set_size(middle);
        (made.fits(spec) ? low : high) = middle;
      }
      made.set_size(low);
    } else {
      pango_layout_set_wrap(made.layout, PANGO_WRAP_WORD_CHAR);
      pango_layout_set_width(made.layout, spec.max_width * PANGO_SCALE);
      pango_layout_set_height(made.layout, -spec.max_lines);
      pango_layout_set_ellipsize(made.layout, PANGO_ELLIPSIZE_END);
      block.was_cut_ = block.was_cut_ || pango_layout_is_ellipsized(made.layout) != FALSE;
    }
  }
  if (!block.was_cut_ && spec.has_even_lines) made.balance(spec.max_width);
  PangoRectangle box;
  pango_layout_get_pixel_extents(made.layout, nullptr, &box);
  block.left_ = box.x;
  block.width_ = box.width;
  block.height_ = box.height;
  block.size_ = made.size;
  block.missing_ = unknown_characters(made.layout);
  block.is_centred_ = spec.align == TextAlign::Center;
  block.reads_from_right_ = pango_layout_get_direction(made.layout, 0) == PANGO_DIRECTION_RTL;
  return block;
}

double TextBlock::shift_in(int box_width) const {
  double room = std::max(0, box_width - width_);
  return (is_centred_ ? room / 2 : reads_from_right_ ? room : 0) - left_;
}

int TextBlock::reach(const Ink& ink, double size) {
  return static_cast<int>(std::ceil(ink.outline + (ink.shadow > 0 ? kShadowReach * size : 0)));
}

void TextBlock::paint(Canvas& canvas, double x, double y, int box_width, const Ink& ink) const {
  std::lock_guard lock(glyph_mutex());
  cairo_t* cr = canvas.cairo();
  x += shift_in(box_width);
  if (ink.shadow > 0) {
    for (const Shade& shade : kShades) {
      Canvas shadow(canvas.width(), canvas.height());
      shadow.set_color({0, 0, 0, static_cast<uint8_t>(std::lround(255 * ink.shadow * shade.darkness))});
      cairo_move_to(shadow.cairo(), x, y + 0.02 * size_);
      pango_cairo_show_layout(shadow.cairo(), layout_->layout);
      shadow.blur_black(shade.blur * size_);
      canvas.lay_over(shadow);
    }
  }
  if (ink.outline > 0) {
    canvas.set_color(ink.outline_color);
    cairo_move_to(cr, x, y);
    pango_cairo_layout_path(cr, layout_->layout);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, 2 * ink.outline);
    cairo_stroke(cr);
  }
  canvas.set_color(ink.color);
  cairo_move_to(cr, x, y);
  pango_cairo_show_layout(cr, layout_->layout);
}

std::vector<TypedLine> TextBlock::typed_lines(double x, double y, int box_width) const {
  std::lock_guard lock(glyph_mutex());
  x += shift_in(box_width);
  std::vector<TypedLine> lines;
  auto px = [](int pango_units, double origin) {
    return static_cast<int>(std::lround(origin + pango_units / double{PANGO_SCALE}));
  };
  IterPtr iter(pango_layout_get_iter(layout_->layout));
  const PangoLayoutLine* current = nullptr;
  do {
    PangoRectangle box;
    if (const PangoLayoutLine* line = pango_layout_iter_get_line_readonly(iter.get()); line != current) {
      current = line;
      pango_layout_iter_get_line_extents(iter.get(), nullptr, &box);
      lines.push_back({px(box.y, y), px(box.y + box.height, y), line->resolved_dir == PANGO_DIRECTION_RTL, {}});
    }
    pango_layout_iter_get_cluster_extents(iter.get(), nullptr, &box);
    TypedLine& typed = lines.back();
    typed.stops.push_back(px(typed.reads_from_right ? box.x : box.x + box.width, x));
  } while (pango_layout_iter_next_cluster(iter.get()) != FALSE);
  for (TypedLine& line : lines) {
    std::sort(line.stops.begin(), line.stops.end());
    if (line.reads_from_right) std::reverse(line.stops.begin(), line.stops.end());
  }
  return lines;
}

std::vector<BlockLetter> TextBlock::letters() const {
  std::lock_guard lock(glyph_mutex());
  const std::string_view text = pango_layout_get_text(layout_->layout);
  auto px = [this](int pango_units) { return pango_units / double{PANGO_SCALE} - left_; };
  int count = 0;  // one more than there are characters
  const PangoLogAttr* attributes = pango_layout_get_log_attrs_readonly(layout_->layout, &count);
  const auto characters = static_cast<size_t>(count - 1);
  std::vector<BlockLetter> found;
  size_t at = 0;  // bytes
  for (size_t i = 0; i < characters; ++i) {
    if (i == 0 || attributes[i].is_cursor_position != 0) {
      PangoRectangle place;
      pango_layout_index_to_pos(layout_->layout, static_cast<int>(at), &place);
      found.push_back({i, i, px(place.x), px(place.x + place.width)});
    }
    found.back().end = i + 1;
    at = static_cast<size_t>(g_utf8_next_char(text.data() + at) - text.data());
  }
  // Of the end, Pango knows as a caret's place alone that it is on the left where the line reads from the right.
  PangoRectangle caret;
  pango_layout_get_cursor_pos(layout_->layout, static_cast<int>(text.size()), &caret, nullptr);
  found.push_back({characters, characters, px(caret.x), px(caret.x)});
  return found;
}

}  // namespace candid::overlay
