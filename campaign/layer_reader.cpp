#include "campaign/layer_reader.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "core/suggest.h"

namespace candid::campaign {
namespace {

using overlay::LayerKind;

overlay::Anchor default_place(LayerKind kind) {
  switch (kind) {
    case LayerKind::Image:
      return overlay::Anchor::TopRight;
    case LayerKind::Captions:
    case LayerKind::Progress:
      return overlay::Anchor::Bottom;
    case LayerKind::Text:
    case LayerKind::Card:
      return overlay::Anchor::Center;
    case LayerKind::LowerThird:
      break;
  }
  return overlay::Anchor::BottomLeft;
}

void check_content(TomlTable& table, const overlay::Layer& layer) {
  bool needs_text = layer.kind == LayerKind::LowerThird || layer.kind == LayerKind::Text;
  if (needs_text && !table.has("text")) table.problem("text", "is missing", "text = \"{{name}}\"");
  if (layer.kind == LayerKind::Image && !table.has("image"))
    table.problem("image", "is missing", "image = \"brand/logo.svg\"");
  if (layer.kind == LayerKind::Card && !table.has("text") && !table.has("image"))
    table.problem("text", "is missing: a card needs a text or an image");
  if (layer.kind != LayerKind::Captions) {
    for (const char* key : {"file", "show"}) {
      if (table.has(key)) table.problem(key, fmt::format("only a captions layer has a {}", key));
    }
  }
  if (layer.kind != LayerKind::Card && table.has("action")) table.problem("action", "only a card has an action");
}

void read_captions(TomlTable& table, overlay::Layer& layer, References& references, Campaign& campaign,
                   Findings& findings) {
  if (auto show = table.choice("show", {"both", "burned_in", "track"})) {
    layer.is_burned_in = *show != 2;
    layer.has_track = *show != 1;
  }
  std::optional<std::string> name = table.text("file");
  if (!name) return;  // the take's own marks, read with the take
  size_t before = findings.size();
  layer.cues_file = references.file(table, "file", *name);
  if (findings.size() > before) return;
  auto cues = media::read_cues(layer.cues_file);
  if (!cues) {
    table.problem("file", cues.error().message(), cues.error().hint());
    return;
  }
  set_captions(layer, *cues, table.line_of("file"), table.name_of("file"), campaign, references, findings);
}

}  // namespace

void read_layer(TomlTable& table, size_t number, const Look& look, References& references, Campaign& campaign,
                Findings& findings) {
  overlay::Layer layer;
  layer.number = number;
  if (!table.has("kind")) table.problem("kind", "is missing", "valid: " + join(layer_kinds()));
  std::optional<size_t> kind = table.choice("kind", layer_kinds());
  if (kind) layer.kind = static_cast<LayerKind>(*kind);
  layer.text = references.text(table, "text").value_or(FieldText());
  layer.subtext = references.text(table, "subtext").value_or(FieldText());
  layer.action = references.text(table, "action").value_or(FieldText());
  if (auto image = table.text("image")) layer.image = references.picture(table, "image", *image);
  if (auto start = table.time_mark("start")) layer.start = *start;
  if (auto end = table.time_mark("end")) layer.end = *end;
  layer.z = table.number("z", -100, 100).value_or(0);

  const Brand& brand = campaign.brand;
  layer.place = default_place(layer.kind);
  layer.text_color = brand.text_color;
  layer.accent = brand.color;
  layer.background = brand.background;
  if (layer.kind == LayerKind::Card) layer.background.alpha = 255;
  if (layer.kind == LayerKind::Captions) layer.style.bold = false;
  // A logo stands in its corner all the time: faces would be looked for in the whole take.
  layer.keeps_off_faces = layer.kind != LayerKind::Image;
  look.apply(layer, brand);
  read_style(table, layer, brand, references);
  if (kind) {
    if (layer.kind == LayerKind::Captions) read_captions(table, layer, references, campaign, findings);
    check_content(table, layer);
    check_contrast(table, layer);
  }
  campaign.layer_lines.push_back(table.line());
  campaign.look.layers.push_back(std::move(layer));
}

void sort_layers(Campaign& campaign) {
  std::vector<size_t> order(campaign.look.layers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return campaign.look.layers[a].z < campaign.look.layers[b].z; });
  std::vector<overlay::Layer> layers;
  std::vector<int> lines;
  for (size_t i : order) {
    layers.push_back(std::move(campaign.look.layers[i]));
    lines.push_back(campaign.layer_lines[i]);
  }
  campaign.look.layers = std::move(layers);
  campaign.layer_lines = std::move(lines);
}

void set_captions(overlay::Layer& layer, const std::vector<media::Cue>& cues, int line, const std::string& key,
                  Campaign& campaign, References& references, Findings& findings) {
  for (const media::Cue& cue : cues) {
    auto text = FieldText::parse(cue.text);
    if (!text) {
      findings.push_back({Severity::Error, campaign.file, line, key,
                          fmt::format("the caption at {}: {}", format_duration(cue.start), text.error().message()),
                          text.error().hint()});
      continue;
    }
    references.note_fields(*text, line, key);
    layer.lines.push_back({cue.start, cue.end, std::move(*text)});
  }
}

}  // namespace candid::campaign
