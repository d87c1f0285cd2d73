#pragma once
// The brand's logo for the header of the page: drawn anew as a small PNG, so that what a page shows is neither large
// nor holds anything that a file brought along. Internal to campaign.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "track/message.h"

namespace candid::campaign {

struct PageLogo {
  std::string part;  // its name in stores, the SHA-256 of the PNG
  std::vector<uint8_t> png;
  track::PageLogo shown;  // what messages' records say of it
};

// Nothing where there is no logo, or one of which nothing is to be seen.
Result<std::optional<PageLogo>> draw_page_logo(const std::filesystem::path& logo);

}  // namespace candid::campaign
