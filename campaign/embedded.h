#pragma once
// Files from assets/ that are built into the program, by their path below assets/kits, assets/looks and assets/proof.

#include <map>
#include <string_view>

namespace candid {

const std::map<std::string_view, std::string_view>& kit_assets();
const std::map<std::string_view, std::string_view>& look_assets();
const std::map<std::string_view, std::string_view>& proof_assets();

}  // namespace candid
