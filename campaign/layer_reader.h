#pragma once
// Reads a [[layer]] of campaign.toml. Internal to campaign.

#include "campaign/campaign_file.h"
#include "campaign/look.h"
#include "campaign/references.h"
#include "campaign/toml_table.h"

namespace candid::campaign {

// Adds the layer to the campaign's template, above those that are there. What is wrong with it becomes a Finding.
void read_layer(TomlTable& table, size_t number, const Look& look, References& references, Campaign& campaign,
                Findings& findings);

// Later ones above earlier ones, but by their `z` where they have one.
void sort_layers(Campaign& campaign);

// The lines of a captions layer, which may hold fields. `line` and `key` are where its words come from, for findings.
void set_captions(overlay::Layer& layer, const std::vector<media::Cue>& cues, int line, const std::string& key,
                  Campaign& campaign, References& references, Findings& findings);

}  // namespace candid::campaign
