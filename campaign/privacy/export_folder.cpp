#include "campaign/privacy/export_folder.h"

#include <filesystem>

#include <fmt/format.h>

#include "campaign/decisions.h"
#include "campaign/privacy/greeting_traces.h"
#include "campaign/privacy/list_lines.h"
#include "campaign/workspace.h"

namespace candid::campaign {

Result<std::vector<std::string>> held_in_folder(const Campaign& campaign, const Subject& subject) {
  std::vector<std::string> held;
  if (!subject.is_of_folder || subject.shares_id) return held;
  CsvTable decisions = TRY(read_list(decisions_file(campaign.folder)));
  for (const CsvRow& row : decisions.rows) {
    if (cell_of(decisions, row, "id") != subject.candidate_id) continue;
    held.push_back(fmt::format("what was decided about your video (\"{}\"), in the campaign's folder",
                               cell_of(decisions, row, "decision")));
  }
  if (!campaign.greetings.empty()) {
    LocalTraces greetings;
    TRY_VOID(add_greeting_traces(campaign, subject, greetings));
    size_t recordings = greetings.files.size() + greetings.journals.size();
    if (recordings > 0) held.push_back("recordings in which you are greeted by name, in the campaign's folder");
  }
  std::error_code code;
  bool is_rendered = std::filesystem::exists(campaign.folder / "out/work" / recipe_object(subject.message_id), code);
  if (is_rendered && !subject.record)
    held.push_back("your video, which was made and not published, in the campaign's folder");
  return held;
}

}  // namespace candid::campaign
