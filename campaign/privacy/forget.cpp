#include "campaign/privacy/forget.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/privacy/store_traces.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr const char* kRowRemains = "the roster's row";
constexpr const char* kElsewhereRemains = "files in the folders of other campaigns";
constexpr const char* kRecordingRemains = "the recording of a sitting";
constexpr const char* kRowOfNameRemains = "a row of the same name";

tl::unexpected<Error> erased_already(const std::string& receipt) {
  return fail(ErrorKind::Exists, fmt::format("they were erased already, receipt {}", receipt),
              "there is nothing left to erase");
}

// Who was erased is found under their id or address no more, but recognised.
Result<void> check_erased(const ErasureReach& reach, const std::string& who) {
  std::vector<std::string> identities = {track::mail_identity(who)};
  if (reach.campaign != nullptr) identities.push_back(track::message_identity(message_id(reach.campaign->id, who)));
  for (const auto& receipt : TRY(reach.ledger.find_erased(identities))) {
    if (receipt) return erased_already(*receipt);
  }
  return {};
}

Result<std::vector<Subject>> subjects_of(const ErasureReach& reach, const ErasureWish& wish) {
  std::vector<Subject> subjects;
  std::vector<std::string> addresses;
  if (reach.campaign != nullptr) {
    auto found = find_subject(*reach.campaign, wish.who, reach.ledger);
    if (!found) {
      TRY_VOID(check_erased(reach, wish.who));
      return tl::unexpected(found.error());
    }
    addresses = found->addresses;
    subjects.push_back(std::move(*found));
  } else {
    addresses.push_back(wish.who);
  }
  if (wish.everywhere) {
    std::string known = subjects.empty() ? "" : subjects.front().message_id;
    auto elsewhere = TRY(find_elsewhere(addresses, known, reach.ledger));
    std::move(elsewhere.begin(), elsewhere.end(), std::back_inserter(subjects));
  }
  if (!subjects.empty()) return subjects;
  TRY_VOID(check_erased(reach, wish.who));
  return fail(ErrorKind::InvalidInput,
              fmt::format("no campaign of this ledger has a candidate \"{}\"", shorten(single_line(wish.who), 60)),
              "the mail address, as it was in the roster; --data and --ledger say where the ledger is");
}

Result<void> find_objects(const ErasureReach& reach, ErasurePlan& plan) {
  if (reach.store == nullptr) return {};
  std::vector<track::MessageRecord> records;
  std::set<std::string> ids;
  for (const Subject& subject : plan.subjects) {
    ids.insert(subject.message_id);
    if (subject.record) records.push_back(*subject.record);
  }
  std::filesystem::path folder = reach.campaign != nullptr ? reach.campaign->folder : std::filesystem::path();
  for (std::string& object : TRY(objects_of_alone({*reach.store, reach.ledger, folder}, records, ids))) {
    auto size = reach.store->size_of(object);
    if (!size || *size) plan.objects.push_back(std::move(object));
  }
  return {};
}

bool lies_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  if (folder.empty()) return false;
  auto inner = std::filesystem::absolute(path).lexically_normal().lexically_relative(
      std::filesystem::absolute(folder).lexically_normal());
  return !inner.empty() && inner != "." && *inner.begin() != "..";
}

// A plan is read from a file in the campaign's folder, which may have come from anybody.
Result<void> check_plan(const ErasureReach& reach, const ErasurePlan& plan) {
  auto is_ours = [&](const std::filesystem::path& path) {
    return reach.campaign != nullptr && reach.workspace != nullptr &&
           (lies_below(path, reach.workspace->folder()) || lies_below(path, reach.campaign->greetings));
  };
  bool are_files_ours = std::all_of(plan.local.files.begin(), plan.local.files.end(), is_ours) &&
                        std::all_of(plan.local.journals.begin(), plan.local.journals.end(), is_ours);
  bool are_objects_ours = std::all_of(plan.objects.begin(), plan.objects.end(), [](const std::string& object) {
    return upload::is_name_of_publishing(object) && object != upload::kStoreIdentity;
  });
  if (are_files_ours && are_objects_ours && !plan.subjects.empty()) return {};
  return fail(ErrorKind::Corrupt, "the erasure that was begun would remove files that are not the campaign's",
              fmt::format("look into {}", (reach.journal_folder / "erasures/begun.json").string()));
}

track::ErasureOrder order_of(const ErasurePlan& plan) {
  track::ErasureOrder order{.receipt = plan.receipt, .reason = track::ErasureReason::Wish};
  for (const Subject& subject : plan.subjects) {
    order.message_ids.push_back(subject.message_id);
    for (std::string& identity : subject.identities()) order.identities.push_back(std::move(identity));
  }
  return order;
}

Result<int> erase_replies(const ErasureReach& reach, const ErasurePlan& plan) {
  int erased = 0;
  if (reach.replies == nullptr) return erased;
  for (const Subject& subject : plan.subjects) erased += TRY(reach.replies->erase(subject.message_id));
  return erased;
}

// By kind alone: a receipt names nobody and no file.
std::vector<std::string> kinds_of_remains(const ErasurePlan& plan, bool has_row) {
  std::vector<std::string> kinds;
  const Subject& first = plan.subjects.front();
  if (has_row) kinds.push_back(kRowRemains);
  bool has_others = std::any_of(plan.subjects.begin(), plan.subjects.end(),
                                [](const Subject& subject) { return !subject.is_of_folder; });
  if (has_others) kinds.push_back(kElsewhereRemains);
  size_t rows = first.lines_of_the_same_name.size();
  for (size_t i = rows; i < plan.local.remains.size(); ++i) kinds.push_back(kRecordingRemains);
  for (size_t i = 0; i < rows; ++i) kinds.push_back(kRowOfNameRemains);
  return kinds;
}

}  // namespace

Result<ErasurePlan> plan_erasure(const ErasureReach& reach, const ErasureWish& wish, const Clock& clock) {
  ErasurePlan plan;
  plan.receipt = track::make_receipt();
  plan.begun_at = clock.now();
  plan.ledger_id = TRY(reach.ledger.id());
  plan.subjects = TRY(subjects_of(reach, wish));
  TRY_VOID(find_objects(reach, plan));
  const Subject& first = plan.subjects.front();
  if (reach.campaign != nullptr && reach.workspace != nullptr) {
    plan.local = TRY(find_local_traces(*reach.campaign, *reach.workspace, first));
    if (first.row && !wish.keeps_row) plan.row = TRY(find_row(reach.campaign->roster, first.row->line));
    plan.keeps_row = first.row.has_value() && wish.keeps_row;
  }
  for (const Subject& subject : plan.subjects) {
    if (reach.replies != nullptr)
      plan.replies += static_cast<int>(TRY(reach.replies->of_message(subject.message_id)).size());
  }
  return plan;
}

Result<Erased> carry_out(const ErasureReach& reach, const ErasurePlan& plan, const BeforeStep& before_step) {
  TRY_VOID(check_plan(reach, plan));
  if (TRY(reach.ledger.id()) != plan.ledger_id) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the erasure was begun with another ledger than {}", reach.ledger.describe()),
                "the same --data, --ledger and campaign.toml as before");
  }
  auto step = [&](std::string_view name) { return before_step ? before_step(name) : Result<void>(); };
  ErasureJournal journal(reach.journal_folder);
  ErasureReceipt receipt{.receipt = plan.receipt, .erased_at = plan.begun_at};
  TRY_VOID(step("plan"));
  TRY_VOID(journal.begin(plan));
  // First, as with it the links end: nothing else is seen of the candidate from here on.
  TRY_VOID(step("ledger"));
  receipt.ledger = TRY(reach.ledger.erase(order_of(plan)));
  TRY_VOID(step("replies"));
  TRY_VOID(erase_replies(reach, plan));
  receipt.reply_videos = plan.replies;
  TRY_VOID(step("store"));
  if (reach.store != nullptr) TRY_VOID(remove_objects(*reach.store, plan.objects));
  receipt.stored_objects = static_cast<int64_t>(plan.objects.size());
  TRY_VOID(step("files"));
  if (reach.workspace != nullptr && reach.campaign != nullptr) {
    TRY_VOID(remove_local_traces(reach.campaign->folder, *reach.workspace, plan.local, plan.subjects.front()));
  }
  receipt.files = static_cast<int64_t>(plan.local.files.size());
  TRY_VOID(step("row"));
  if (plan.row && reach.campaign != nullptr) TRY(remove_row(reach.campaign->roster, *plan.row));
  receipt.roster_rows = plan.row ? 1 : 0;
  receipt.remains = kinds_of_remains(plan, plan.keeps_row);
  TRY_VOID(step("receipt"));
  std::filesystem::path file = TRY(journal.finish(receipt));
  return Erased{std::move(receipt), std::move(file)};
}

}  // namespace candid::campaign
