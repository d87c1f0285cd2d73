#pragma once
// The proof as something to look at: an HTML page and PNG pages. Internal to campaign.

#include <filesystem>
#include <string>
#include <vector>

#include "campaign/proof.h"
#include "media/frame.h"

namespace candid::campaign {

// A proof picture keeps the video's shape; its longer side is 640 px.
media::FrameSize proof_picture_size(media::FrameSize video);

Result<std::string> proof_html(const Job& job, const Proof& proof);

// sheet-1.png, sheet-2.png, …: pictures with row number and name below, 20 a page.
Result<std::vector<std::filesystem::path>> write_proof_sheets(const Job& job, const Proof& proof,
                                                              const std::filesystem::path& folder);

}  // namespace candid::campaign
