#pragma once
// How layers look: what a look file says for each kind of layer, under what a [[layer]] says itself. Looks come with
// the program (assets/looks), and any of them can be copied and changed. Internal to campaign.

#include <string>
#include <vector>

#include "campaign/campaign_file.h"
#include "campaign/references.h"
#include "campaign/toml_table.h"

namespace candid::campaign {

const std::vector<std::string>& layer_kinds();  // as campaign.toml calls them, in the order of overlay::LayerKind

class Look {
 public:
  // `name`: one that comes with the program, or a file's path relative to the campaign. What is wrong with it goes to
  // `findings`; the look is then as far as it could be read. References are borrowed.
  static Look open(TomlTable& campaign_toml, const std::string& key, const std::string& name, const Campaign& campaign,
                   References& references, Findings& findings);

  // Its colours and font, for a [brand] that has none of its own.
  void apply_brand(Brand& brand) const;
  // Before the layer's own keys are read.
  void apply(overlay::Layer& layer, const Brand& brand) const;

 private:
  explicit Look(References& references) : references_(&references) {}
  References* references_;
  std::string file_;  // for messages
  toml::table root_;
};

// Reads a layer's keys of style, which are the same in a look and in a [[layer]].
void read_style(TomlTable& table, overlay::Layer& layer, const Brand& brand, References& references);

// Warns, with a colour that is better, of words that not everybody can read on their ground (WCAG 2.1: 4.5:1).
void check_contrast(TomlTable& table, const overlay::Layer& layer);

}  // namespace candid::campaign
