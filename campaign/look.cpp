#include "campaign/look.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/embedded.h"
#include "campaign/toml_document.h"
#include "core/files.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

using overlay::Color;
using overlay::LayerKind;
using overlay::Shape;

const std::vector<std::string> kAnchors = {"top_left", "top",         "top_right", "left",        "center",
                                           "right",    "bottom_left", "bottom",    "bottom_right"};
const std::vector<std::string> kMotions = {"none", "fade", "slide", "wipe", "type"};
const std::vector<std::string> kEasings = {"linear", "in", "out", "in_out"};
const std::vector<std::string> kShapes = {"none", "panel", "bar", "block", "underline"};

// A colour, or one of the brand's by name, or what is readable on the layer's ground.
void read_color(TomlTable& table, const std::string& key, const Brand& brand, Color ground, Color& into) {
  std::optional<std::string> value = table.text(key);
  if (!value) return;
  if (*value == "accent") {
    into = brand.color;
  } else if (*value == "text") {
    into = brand.text_color;
  } else if (*value == "background") {
    into = brand.background;
  } else if (*value == "auto") {
    into = overlay::ink_on(ground, brand.text_color);
  } else if (auto color = overlay::parse_color(*value)) {
    into = *color;
  } else {
    table.problem(key, color.error().message(), color.error().hint() + "; or accent, text, background, auto");
  }
}

bool has_ground(const overlay::Layer& layer) {
  if (layer.kind == LayerKind::Card) return true;
  return layer.shape == Shape::Panel || layer.shape == Shape::Bar || layer.shape == Shape::Block;
}

bool has_words(const overlay::Layer& layer) {
  if (layer.kind == LayerKind::Image || layer.kind == LayerKind::Progress) return false;
  if (layer.kind == LayerKind::Captions) return layer.is_burned_in;
  return !layer.text.empty() || !layer.subtext.empty();
}

std::vector<std::string> built_in() {
  std::vector<std::string> names;
  for (const auto& [path, content] : look_assets()) names.emplace_back(path.substr(0, path.rfind('.')));
  return names;
}

}  // namespace

const std::vector<std::string>& layer_kinds() {
  static const std::vector<std::string> kinds = {"lower_third", "text", "image", "card", "captions", "progress"};
  return kinds;
}

Look Look::open(TomlTable& campaign_toml, const std::string& key, const std::string& name, const Campaign& campaign,
                References& references, Findings& findings) {
  Look look(references);
  std::string text;
  auto asset = look_assets().find(name + ".toml");
  if (asset != look_assets().end()) {
    look.file_ = fmt::format("look {}", name);
    text = asset->second;
  } else if (name.ends_with(".toml")) {
    std::filesystem::path path = references.file(campaign_toml, key, name);
    look.file_ = path.string();
    auto read = read_text_file(path, kMostTomlBytes);
    if (!read) return look;  // told
    text = std::move(*read);
  } else {
    std::string near = closest(name, built_in());
    campaign_toml.problem(key, fmt::format("there is no look \"{}\"", shorten(name, 40)),
                          (near.empty() ? "" : fmt::format("did you mean {}? ", near)) + "valid: " + join(built_in()) +
                              ", or a file: look = \"brand/look.toml\"");
    return look;
  }
  auto root = parse_toml(text);
  if (!root) {
    TomlProblem& problem = root.error();
    findings.push_back({Severity::Error, look.file_, problem.line, "", problem.message, problem.hint});
    return look;
  }
  look.root_ = std::move(*root);
  // Every table is read once for what is wrong with it, whether or not a layer uses it.
  TomlTable top(look.root_, "", look.file_, findings);
  Brand brand = campaign.brand;
  top.table("brand", [&](TomlTable& table) {
    for (const char* color : {"color", "background", "text_color"}) table.color(color);
    references.font(table, "font");
  });
  for (const std::string& kind : layer_kinds()) {
    top.table(kind, [&](TomlTable& table) {
      overlay::Layer unused;
      read_style(table, unused, brand, references);
    });
  }
  top.finish();
  return look;
}

void Look::apply_brand(Brand& brand) const {
  Findings told;
  TomlTable top(root_, "", file_, told);
  top.table("brand", [&](TomlTable& table) {
    brand.color = table.color("color").value_or(brand.color);
    brand.background = table.color("background").value_or(brand.background);
    brand.text_color = table.color("text_color").value_or(brand.text_color);
    brand.font = table.text("font").value_or(brand.font);
  });
}

void Look::apply(overlay::Layer& layer, const Brand& brand) const {
  Findings told;
  TomlTable top(root_, "", file_, told);
  top.table(layer_kinds()[static_cast<size_t>(layer.kind)],
            [&](TomlTable& table) { read_style(table, layer, brand, *references_); });
}

void read_style(TomlTable& table, overlay::Layer& layer, const Brand& brand, References& references) {
  if (auto place = table.choice("place", kAnchors)) layer.place = static_cast<overlay::Anchor>(*place);
  if (std::vector<double> offset = table.numbers("offset", 2, -1, 1); !offset.empty()) {
    layer.offset_x = offset[0];
    layer.offset_y = offset[1];
  }
  layer.keeps_off_faces = table.boolean("keep_off_faces").value_or(layer.keeps_off_faces);
  layer.width = table.number("width", 0.02, 1).value_or(layer.width);
  layer.font_size = table.number("font_size", 0.015, 0.5).value_or(layer.font_size);
  layer.min_font_size = table.number("min_font_size", 0.01, 0.5).value_or(layer.min_font_size);
  layer.thickness = table.number("thickness", 0.002, 0.1).value_or(layer.thickness);
  layer.opacity = table.number("opacity", 0, 1).value_or(layer.opacity);

  if (auto motion = table.choice("animate", kMotions)) layer.motion = static_cast<overlay::Motion>(*motion);
  if (auto easing = table.choice("ease", kEasings)) layer.easing = static_cast<overlay::Easing>(*easing);
  if (auto time = table.duration("animate_time", Microseconds{50'000}, Microseconds{5'000'000}))
    layer.motion_time = *time;

  if (auto shape = table.choice("shape", kShapes)) layer.shape = static_cast<Shape>(*shape);
  layer.radius = table.number("radius", 0, 2).value_or(layer.radius);
  if (auto font = references.font(table, "font")) layer.style.font = *font;
  layer.style.bold = table.boolean("bold").value_or(layer.style.bold);
  layer.style.upper = table.boolean("upper").value_or(layer.style.upper);
  layer.style.outline = table.number("outline", 0, 0.3).value_or(layer.style.outline);
  layer.style.shadow = table.number("shadow", 0, 1).value_or(layer.style.shadow);

  read_color(table, "background", brand, layer.background, layer.background);
  if (layer.kind == LayerKind::Card) layer.background.alpha = 255;
  read_color(table, "accent", brand, layer.background, layer.accent);
  read_color(table, "text_color", brand, layer.background, layer.text_color);
  read_color(table, "outline_color", brand, layer.background, layer.style.outline_color);
}

void check_contrast(TomlTable& table, const overlay::Layer& layer) {
  if (!has_words(layer)) return;
  if (!has_ground(layer)) {
    if (layer.style.outline > 0 || layer.style.shadow > 0) return;
    table.problem("shape", "words stand on the picture itself, where nothing makes sure that they can be read",
                  "give them a shape = \"panel\", an outline or a shadow", Severity::Warning);
    return;
  }
  double contrast = overlay::worst_contrast(layer.text_color, layer.background);
  if (contrast >= overlay::kReadableContrast) return;
  table.problem(
      "text_color",
      fmt::format("{} on {} has a contrast of {:.1f}:1; not everybody can read less than {}:1",
                  to_string(layer.text_color), to_string(layer.background), contrast, overlay::kReadableContrast),
      fmt::format("text_color = \"{}\"", to_string(overlay::readable_on(layer.background, layer.text_color))),
      Severity::Warning);
}

}  // namespace candid::campaign
