#pragma once
// The files of assets/evidence, inside the program (cmake/EmbedAssets.cmake makes the definition).

#include <map>
#include <string_view>

namespace candid {

const std::map<std::string_view, std::string_view>& evidence_assets();

}  // namespace candid
