#include "campaign/privacy/begun_erasure.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/privacy/store_traces.h"
#include "campaign/publishing/link_book.h"

namespace candid::campaign {
namespace {

bool lies_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  if (folder.empty()) return false;
  auto inner = std::filesystem::absolute(path).lexically_normal().lexically_relative(
      std::filesystem::absolute(folder).lexically_normal());
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
  if (record) return is_among(first.addresses, record->candidate_email);
  return is_erased(reach.ledger, track::message_identity(subject.message_id));
}

Result<bool> are_subjects_ours(const ErasureReach& reach, const ErasurePlan& plan) {
  for (const Subject& subject : plan.subjects) {
    bool is_ours = subject.is_of_folder ? TRY(is_our_candidate(reach, subject))
                                        : TRY(is_same_person(reach, subject, plan.subjects.front()));
    if (!is_ours) return false;
  }
  return true;
}

}  // namespace

Result<void> check_plan(const ErasureReach& reach, const ErasurePlan& plan) {
  if (plan.subjects.empty() || !are_files_ours(reach, plan))
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

Result<std::vector<std::string>> objects_to_remove(const ErasureReach& reach, const ErasurePlan& plan) {
  if (!plan.is_resumed || plan.objects.empty() || reach.store == nullptr) return plan.objects;
  std::set<std::string> ids;
  for (const Subject& subject : plan.subjects) ids.insert(subject.message_id);
  std::filesystem::path folder = reach.campaign != nullptr ? reach.campaign->folder : std::filesystem::path();
  return still_of_alone({.store = *reach.store, .ledger = reach.ledger, .campaign_folder = folder}, plan.objects, ids);
}

}  // namespace candid::campaign
