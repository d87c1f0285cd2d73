#include "overlay/text_block.h"

#include <algorithm>
#include <cmath>

#include <pango/pangocairo.h>

#include "core/text.h"

namespace candid::overlay {
namespace {

// No box holds more than this at a readable size; a longer cell must not cost seconds of shaping.
constexpr size_t kMaxCharacters = 1000;

}  // namespace

struct TextBlock::Layout {
  PangoContext* context = nullptr;
  PangoLayout* layout = nullptr;
  ~Layout() {
    if (layout != nullptr) g_object_unref(layout);
    if (context != nullptr) g_object_unref(context);
  }

  void set_size(double size) {
    PangoFontDescription* description = pango_font_description_copy(pango_layout_get_font_description(layout));
    pango_font_description_set_absolute_size(description, std::round(size * 4) / 4 * PANGO_SCALE);
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
  delete layout;
}

Result<TextBlock> TextBlock::layout(const TextSpec& spec) {
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
  if (!block.was_cut_) made.balance(spec.max_width);
  PangoRectangle box;
  pango_layout_get_pixel_extents(made.layout, nullptr, &box);
  block.left_ = box.x;
  block.width_ = box.width;
  block.height_ = box.height;
  block.missing_glyphs_ = pango_layout_get_unknown_glyphs_count(made.layout);
  block.is_centred_ = spec.align == TextAlign::Center;
  block.reads_from_right_ = pango_layout_get_direction(made.layout, 0) == PANGO_DIRECTION_RTL;
  return block;
}

void TextBlock::paint(Canvas& canvas, double x, double y, int box_width, Color color) const {
  double room = std::max(0, box_width - width_);
  double shift = is_centred_ ? room / 2 : reads_from_right_ ? room : 0;
  canvas.set_color(color);
  cairo_move_to(canvas.cairo(), x + shift - left_, y);
  pango_cairo_show_layout(canvas.cairo(), layout_->layout);
}

}  // namespace candid::overlay
