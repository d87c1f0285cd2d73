#include "campaign/privacy/left_behind.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "campaign/decisions.h"
#include "campaign/plan.h"
#include "campaign/privacy/greeting_traces.h"
#include "campaign/privacy/list_lines.h"
#include "campaign/publishing/link_book.h"
#include "core/files.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr uint64_t kLargestNote = uint64_t{1} << 30;

// By message id: whom the folder tells of.
class FolderSearch {
 public:
  FolderSearch(const Campaign& campaign, const Workspace& workspace, std::string_view who)
      : campaign_(campaign), workspace_(workspace), who_(who) {}

  Result<std::map<std::string, Subject>> look() {
    for (const auto& file : {workspace_.held_links_file(), workspace_.links_file()}) TRY_VOID(look_into_links(file));
    TRY_VOID(look_into_decisions());
    Subject named = subject_of(who_);
    if (TRY(has_files(named))) found_.emplace(named.message_id, std::move(named));
    return std::move(found_);
  }

 private:
  Subject subject_of(const std::string& candidate_id) const {
    Subject subject;
    subject.campaign_id = campaign_.id;
    subject.campaign_name = campaign_.name;
    subject.candidate_id = candidate_id;
    subject.message_id = message_id(campaign_.id, candidate_id);
    subject.is_of_folder = true;
    return subject;
  }

  bool is_meant(const std::string& id, const std::string& name, const std::string& email) const {
    bool has_address = !track::mail_identity(email).empty();
    return id == who_ || (!name.empty() && name == who_) ||
           (has_address && track::mail_identity(email) == track::mail_identity(who_));
  }

  void add(const std::string& id, const std::string& name, const std::string& email) {
    Subject subject = subject_of(id);
    Subject& known = found_.emplace(subject.message_id, std::move(subject)).first->second;
    if (known.name.empty()) known.name = name;
    if (known.addresses.empty() && !email.empty()) known.addresses.push_back(email);
  }

  Result<void> look_into_links(const std::filesystem::path& file) {
    CsvTable table = TRY(read_list(file));
    for (const CsvRow& row : table.rows) {
      std::string id = cell_of(table, row, "id");
      std::string name = cell_of(table, row, "name");
      std::string email = cell_of(table, row, "email");
      if (!id.empty() && is_meant(id, name, email)) add(id, name, email);
    }
    return {};
  }

  Result<void> look_into_decisions() {
    CsvTable table = TRY(read_list(decisions_file(campaign_.folder)));
    for (const CsvRow& row : table.rows) {
      std::string id = cell_of(table, row, "id");
      std::string name = cell_of(table, row, "name");
      if (!id.empty() && is_meant(id, name, "")) add(id, name, "");
    }
    return {};
  }

  // Of an id, as other files do not tell names.
  Result<bool> has_files(const Subject& subject) const {
    if (workspace_.find_recipe(subject.message_id)) return true;
    for (const auto& file : {workspace_.folder() / "manifest.json", workspace_.journal_file()}) {
      std::error_code code;
      if (!std::filesystem::exists(file, code)) continue;
      std::string text = TRY(read_text_file(file, kLargestNote));
      if (text.find(subject.message_id) != std::string::npos) return true;
    }
    if (campaign_.greetings.empty()) return false;
    LocalTraces greetings;
    TRY_VOID(add_greeting_traces(campaign_, subject, greetings));
    return !greetings.files.empty() || !greetings.journals.empty();
  }

  const Campaign& campaign_;
  const Workspace& workspace_;
  const std::string who_;
  std::map<std::string, Subject> found_{};
};

}  // namespace

Result<std::optional<Subject>> find_left_behind(const Campaign& campaign, const Workspace& workspace,
                                                std::string_view who, const track::Ledger& ledger) {
  auto found = TRY(FolderSearch(campaign, workspace, normalize(who)).look());
  // An id that somebody has is theirs, whatever a list from before says.
  const OtherCandidates others = TRY(other_candidates(campaign, {}, ledger));
  for (const std::string& id : others.ids) found.erase(message_id(campaign.id, id));
  if (found.empty()) return std::optional<Subject>();
  if (found.size() == 1) return std::optional(std::move(found.begin()->second));
  std::vector<std::string> ids;
  for (const auto& [message, subject] : found) ids.push_back(shorten(subject.candidate_id, 40));
  return fail(ErrorKind::InvalidInput,
              fmt::format("files of {} who were \"{}\" are left here", found.size(), shorten(single_line(who), 60)),
              fmt::format("say which by id: {}", join(ids)));
}

}  // namespace candid::campaign
