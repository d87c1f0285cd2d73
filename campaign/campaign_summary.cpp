#include "campaign/campaign_summary.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/decisions.h"
#include "campaign/publishing/link_book.h"
#include "campaign/toml_document.h"
#include "core/csv.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

size_t count_videos(const std::filesystem::path& out) {
  size_t count = 0;
  std::error_code code;
  std::filesystem::directory_iterator entries(out, code);
  for (; !code && entries != std::filesystem::end(entries); entries.increment(code)) {
    std::error_code gone;
    if (entries->path().extension() == ".mp4" && entries->is_regular_file(gone)) ++count;
  }
  return count;
}

size_t count_links(const std::filesystem::path& out) {
  const auto links = read_links({out / "links.csv", out / "links-held.csv"});
  return static_cast<size_t>(
      std::count_if(links.begin(), links.end(), [](const auto& link) { return !link.second.is_held; }));
}

size_t count_held(const std::filesystem::path& folder) {
  Findings ignored;  // told where decisions are acted upon
  auto decisions = read_decisions(decisions_file(folder), ignored);
  if (!decisions) return 0;
  return static_cast<size_t>(std::count_if(decisions->begin(), decisions->end(), [](const auto& decided) {
    return decided.second.decision == Decision::Hold;
  }));
}

}  // namespace

Result<CampaignSummary> summarize_campaign(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "campaign.toml";
  std::string text = TRY(read_text_file(file, kMostTomlBytes));
  auto root = parse_toml(text);
  if (!root) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{}:{}: {}", file.string(), root.error().line, root.error().message), root.error().hint);
  }
  auto named_file = [&](const char* key) { return folder / (*root)[key].value_or(std::string()); };
  CampaignSummary summary;
  summary.name = (*root)["name"].value_or(folder.filename().string());
  if (auto roster = read_csv(named_file("roster"))) summary.candidates = roster->rows.size();
  std::error_code code;
  summary.has_take = std::filesystem::is_regular_file(named_file("take"), code);
  summary.rendered = count_videos(folder / "out");
  summary.links = count_links(folder / "out");
  summary.held = count_held(folder);
  return summary;
}

}  // namespace candid::campaign
