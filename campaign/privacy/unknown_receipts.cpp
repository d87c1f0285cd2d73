#include "campaign/privacy/unknown_receipts.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/files.h"
#include "track/ledger/erasure.h"

namespace candid::campaign {

Result<std::vector<std::string>> unknown_receipts(const std::filesystem::path& folder, const track::Ledger& ledger) {
  std::vector<std::string> unknown;
  std::string ledger_id;
  for (const auto& file : TRY(files_below(folder / "erasures"))) {
    std::string receipt = file.stem().string();
    if (file.extension() != ".json" || !track::is_receipt(receipt)) continue;
    auto text = read_text_file(file, uint64_t{1} << 20);
    auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
    if (!json.is_object() || !json.contains("ledger_id")) continue;
    if (ledger_id.empty()) ledger_id = TRY(ledger.id());
    if (json["ledger_id"] != ledger_id || TRY(ledger.find_erasure(receipt))) continue;
    unknown.push_back(std::move(receipt));
  }
  std::sort(unknown.begin(), unknown.end());
  return unknown;
}

}  // namespace candid::campaign
