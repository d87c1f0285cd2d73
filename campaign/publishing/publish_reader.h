#pragma once
// The [publish] table of campaign.toml. Internal to campaign.

#include <filesystem>

#include "campaign/campaign_file.h"
#include "campaign/toml_table.h"

namespace candid::campaign {

// `campaign` is the folder that relative paths begin at.
void read_publish(TomlTable& table, const std::filesystem::path& campaign, PublishChoice& publish);

}  // namespace candid::campaign
