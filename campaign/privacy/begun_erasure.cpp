#include "campaign/privacy/begun_erasure.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/publishing/link_book.h"

namespace candid::campaign {
namespace {

// Where the file itself lies, whatever links its folders are; a link that is to be removed is no way elsewhere.
std::filesystem::path place_of(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
  std::filesystem::path folder = std::filesystem::weakly_canonical(whole.parent_path(), code);
  return code ? std::filesystem::path() : folder / whole.filename();
}

bool lies_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  if (folder.empty()) return false;
  std::error_code code;
  std::filesystem::path home = std::filesystem::weakly_canonical(std::filesystem::absolute(folder), code);
  std::filesystem::path place = place_of(path);
  if (code || place.empty()) return false;
  auto inner = place.lexically_relative(home);
  return !inner.empty() && inner != "." && *inner.begin() != "..";
}

tl::unexpected<Error> not_ours(const ErasureReach& reach, const char* why) {
  return fail(ErrorKind::Corrupt,
              fmt::format("{} tells of an erasure that was begun, and {}",
                          (reach.journal_folder / "erasures/begun.json").string(), why),
              "look into it; where nobody here began it, remove it");
}

bool are_files_ours(const ErasureReach& reach, const ErasurePlan& plan) {
  auto is_ours = [&](const std::filesystem::path& path) {
    return reach.campaign != nullptr && reach.workspace != nullptr &&
           (lies_below(path, reach.workspace->folder()) || lies_below(path, reach.campaign->greetings));
  };
  return std::all_of(plan.local.files.begin(), plan.local.files.end(), is_ours) &&
         std::all_of(plan.local.journals.begin(), plan.local.journals.end(), is_ours);
}

Result<bool> is_erased(const track::Ledger& ledger, const std::string& identity) {
  auto receipts = TRY(ledger.find_erased({identity}));
  return receipts.at(0).has_value();
}

bool is_among(const std::vector<std::string>& addresses, const std::string& address) {
  return std::any_of(addresses.begin(), addresses.end(), [&](const std::string& known) {
    return track::mail_identity(known) == track::mail_identity(address);
  });
}

// As roster, ledger and links tell them; and such as are erased already, by this very plan.
Result<bool> are_addresses_theirs(const ErasureReach& reach, const Subject& subject) {
  std::vector<std::string> known;
  for (const Candidate& candidate : rows_of(*reach.campaign).candidates) {
    if (candidate.id == subject.candidate_id) known.push_back(candidate.email);
  }
  if (auto record = TRY(reach.ledger.find_message(subject.message_id))) known.push_back(record->candidate_email);
  if (reach.workspace != nullptr) {
    auto links = read_links(link_files(*reach.workspace));
    if (auto link = links.find(subject.message_id); link != links.end()) known.push_back(link->second.email);
  }
  for (const std::string& address : subject.addresses) {
    if (!is_among(known, address) && !TRY(is_erased(reach.ledger, track::mail_identity(address)))) return false;
  }
  return true;
}

// Of the campaign in this folder.
Result<bool> is_our_candidate(const ErasureReach& reach, const Subject& subject) {
  if (reach.campaign == nullptr || subject.campaign_id != reach.campaign->id) return false;
  if (subject.message_id != message_id(reach.campaign->id, subject.candidate_id)) return false;
  return are_addresses_theirs(reach, subject);
}

// Of another campaign: found by an address, or erased by this plan before it was interrupted.
Result<bool> is_same_person(const ErasureReach& reach, const Subject& subject, const Subject& first) {
  auto record = TRY(reach.ledger.find_message(subject.message_id));
  if (record && record->candidate_id != subject.candidate_id) return false;
  if (record) return is_among(first.addresses, record->candidate_email);
  return is_erased(reach.ledger, track::message_identity(subject.message_id));
}

// In a campaign's folder the first one is its own, and the others have an address of theirs; in a data folder, where
// nothing comes from elsewhere, the first one's addresses are whom it is about.
Result<bool> are_subjects_ours(const ErasureReach& reach, const ErasurePlan& plan) {
  if (plan.subjects.front().is_of_folder != (reach.campaign != nullptr)) return false;
  for (const Subject& subject : plan.subjects) {
    bool is_ours = subject.is_of_folder ? TRY(is_our_candidate(reach, subject))
                                        : TRY(is_same_person(reach, subject, plan.subjects.front()));
    if (!is_ours) return false;
  }
  return true;
}

}  // namespace

Result<void> check_plan(const ErasureReach& reach, const ErasurePlan& plan) {
  if (plan.subjects.empty()) return not_ours(reach, "is about nobody");
  // What a file names is not removed: resumed_plan() looks for itself.
  if (!plan.is_resumed && !are_files_ours(reach, plan))
    return not_ours(reach, "would remove files that are not the campaign's");
  bool are_objects_ours = std::all_of(plan.objects.begin(), plan.objects.end(), [](const std::string& object) {
    return upload::is_name_of_publishing(object) && object != upload::kStoreIdentity;
  });
  if (!are_objects_ours) return not_ours(reach, "would remove objects that are not publishing's");
  if (TRY(reach.ledger.id()) != plan.ledger_id) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the erasure was begun with another ledger than {}", reach.ledger.describe()),
                "the same --data, --ledger and campaign.toml as before");
  }
  std::string store = reach.store != nullptr ? reach.store->describe() : "no store";
  if (!plan.store.empty() && plan.store != store) {
    return fail(ErrorKind::InvalidInput, fmt::format("the erasure was begun with {}, not with {}", plan.store, store),
                "the same --data, --store and campaign.toml as before");
  }
  if (plan.is_resumed && !TRY(are_subjects_ours(reach, plan))) return not_ours(reach, "is about somebody else");
  return {};
}

Result<ErasurePlan> resumed_plan(const ErasureReach& reach, const ErasurePlan& begun) {
  ErasurePlan plan = begun;
  Subject& first = plan.subjects.front();
  plan.shared_with = TRY(find_sharing(reach.campaign, plan.subjects, reach.ledger));
  if (reach.campaign == nullptr || reach.workspace == nullptr) return plan;
  plan.local = TRY(find_local_traces(*reach.campaign, *reach.workspace, first));
  plan.local.recordings = std::max(plan.local.recordings, begun.local.recordings);
  if (!are_files_ours(reach, plan)) return not_ours(reach, "would remove files that are not the campaign's");
  std::error_code code;
  plan.files_before += static_cast<int>(
      std::count_if(begun.local.files.begin(), begun.local.files.end(), [&](const std::filesystem::path& file) {
        bool is_there = std::filesystem::exists(std::filesystem::symlink_status(file, code));
        return !is_there &&
               (lies_below(file, reach.workspace->folder()) || lies_below(file, reach.campaign->greetings));
      }));
  return plan;
}

}  // namespace candid::campaign
