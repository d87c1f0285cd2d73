// A name and a line below it, in one of the shapes.

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "overlay/layer_painter.h"

namespace candid::overlay {
namespace {

// Both lines at one size, and where they stand in their box, px.
struct NamePlate {
  TextBlock name;
  TextBlock role;
  bool has_role = false;
  double size = 0;    // of the name's font
  double pad = 0;     // above, below and beside the words
  double bar = 0;     // width of the upright bar, or height of the rule below the name
  double name_y = 0;  // tops
  double role_y = 0;
  double inset = 0;  // from the side where reading begins to the words
  int text_width = 0;
  int width = 0;
  int height = 0;
};

void arrange(NamePlate& plate, const Layer& layer, int reach) {
  const double pad = plate.pad;
  double gap = plate.has_role ? std::round(plate.size * 0.04) : 0;
  double role_height = plate.has_role ? plate.role.height() : 0;
  plate.text_width = std::max(plate.name.width(), plate.has_role ? plate.role.width() : 0);
  double trailing = pad;
  double bottom = pad * 0.6;
  plate.inset = pad;
  plate.name_y = pad * 0.5;
  switch (layer.shape) {
    case Shape::Bar:
      plate.inset = plate.bar + pad;
      break;
    case Shape::Block:
      gap = plate.has_role ? pad * 0.9 : 0;
      break;
    case Shape::Underline:
      plate.inset = trailing = reach;
      plate.name_y = bottom = reach;
      gap = plate.bar + std::round(plate.size * 0.24);
      break;
    case Shape::None:
      plate.inset = trailing = reach;
      plate.name_y = bottom = reach;
      break;
    case Shape::Panel:
      break;
  }
  plate.role_y = plate.name_y + plate.name.height() + gap;
  plate.width = static_cast<int>(std::ceil(plate.text_width + plate.inset + trailing));
  plate.height = static_cast<int>(std::ceil(plate.role_y + role_height + bottom));
}

void draw_ground(Canvas& canvas, const NamePlate& plate, const Layer& layer) {
  const double radius = plate.size * layer.radius;
  const double pad = plate.pad;
  const bool mirrored = plate.name.reads_from_right();
  switch (layer.shape) {
    case Shape::Panel:
      canvas.fill_rounded(0, 0, canvas.width(), canvas.height(), radius, layer.background);
      break;
    case Shape::Bar: {
      canvas.fill_rounded(0, 0, canvas.width(), canvas.height(), radius, layer.background);
      double x = mirrored ? canvas.width() - plate.bar - pad * 0.5 : pad * 0.5;
      canvas.fill_rounded(x, pad * 0.55, plate.bar, canvas.height() - pad * 1.1, plate.bar / 2, layer.accent);
      break;
    }
    case Shape::Block: {
      // Each block is as wide as its own words.
      auto block = [&](const TextBlock& words, double top, double bottom, Color color) {
        double width = words.width() + 2 * pad;
        canvas.fill_rounded(mirrored ? canvas.width() - width : 0, top, width, bottom - top, radius, color);
      };
      double seam = plate.name_y + plate.name.height() + pad * 0.4;
      if (plate.has_role) block(plate.role, seam, canvas.height(), layer.background);
      block(plate.name, 0, plate.has_role ? seam : canvas.height(), layer.accent);
      break;
    }
    case Shape::Underline: {
      double y = plate.name_y + plate.name.height() + std::round(plate.size * 0.1);
      double width = std::min<double>(plate.text_width, plate.size * 2.2);
      double x = mirrored ? canvas.width() - plate.inset - width : plate.inset;
      canvas.fill_rounded(x, y, width, plate.bar, plate.bar / 2, layer.accent);
      break;
    }
    case Shape::None:
      break;
  }
}

Color softened(Color color) {
  color.alpha = static_cast<uint8_t>(color.alpha * 0.86);
  return color;
}

}  // namespace

Result<void> LayerPainter::paint_lower_third(const Layer& layer) {
  const std::string name = single_line(TRY(words(layer.text)), Isolates::Keep);
  const std::string role = single_line(TRY(words(layer.subtext)), Isolates::Keep);
  if (name.empty() && role.empty()) return {};
  auto lay_out = [&](double scale, Findings& notes) -> Result<NamePlate> {
    const double size = font_size(layer, 0.062) * scale;
    const double pad = std::round(size * 0.5);
    const double bar = layer.shape == Shape::Underline ? std::max(3.0, std::round(size * 0.09))
                                                       : std::max(4.0, std::round(size * 0.14));
    double limit = layer.width > 0 ? layer.width * size_.width
                                   : std::min(0.72 * size_.width + 0.1 * unit(), size_.width - 2 * margin());
    TextSpec spec = text_spec(layer, name, size);
    spec.max_width = static_cast<int>(limit * scale - 2 * pad - bar);
    TextSpec second = text_spec(layer, role, size * 0.62);
    second.text = role;  // never in capitals
    second.bold = false;
    second.min_size = std::min(second.size, std::max(spec.min_size * 0.62, second.size * 0.75));
    second.max_width = spec.max_width;
    NamePlate plate{TRY(layout(spec, notes)), TRY(layout(second, notes))};
    // A plate is best short, but a name that is cut is no name.
    const int whole = static_cast<int>((size_.width - 2 * margin()) * scale - 2 * pad - bar);
    if ((plate.name.was_cut() || plate.role.was_cut()) && layer.width == 0 && whole > spec.max_width) {
      notes.clear();
      spec.max_width = second.max_width = whole;
      plate = {TRY(layout(spec, notes)), TRY(layout(second, notes))};
    }
    plate.has_role = !role.empty();
    plate.size = size;
    plate.pad = pad;
    plate.bar = bar;
    arrange(plate, layer, TextBlock::reach(ink(layer, {}, size), size));
    return plate;
  };
  Span span = span_of(layer);
  auto fitted = TRY(fit(layer, span, lay_out));
  NamePlate& plate = fitted.drawing;

  Sheet sheet(plate.width, plate.height, layer.motion);
  sheet.reads_from_right = plate.name.reads_from_right();
  draw_ground(sheet.ground, plate, layer);
  double x = sheet.reads_from_right ? sheet.ground.width() - plate.inset - plate.text_width : plate.inset;
  Color name_color = layer.shape == Shape::Block ? ink_on(layer.accent, layer.text_color) : layer.text_color;
  sheet.write(plate.name, x, plate.name_y, plate.text_width, ink(layer, name_color, plate.size));
  if (plate.has_role) {
    // On the picture itself it needs all its strength.
    bool has_ground = layer.shape != Shape::None && layer.shape != Shape::Underline;
    Color role_color = has_ground ? softened(layer.text_color) : layer.text_color;
    sheet.write(plate.role, x, plate.role_y, plate.text_width, ink(layer, role_color, plate.size * 0.62));
  }
  add(layer, span, fitted.placement, sheet);
  return {};
}

}  // namespace candid::overlay
