#pragma once
// The [publish] table of campaign.toml. Internal to campaign.

#include "campaign/campaign_file.h"
#include "campaign/toml_table.h"

namespace candid::campaign {

void read_publish(TomlTable& table, PublishChoice& publish);

}  // namespace candid::campaign
