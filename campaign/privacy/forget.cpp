#include "campaign/privacy/forget.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/privacy/begun_erasure.h"
#include "campaign/privacy/left_behind.h"
#include "campaign/privacy/removed_files.h"
#include "campaign/privacy/store_traces.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr const char* kRowRemains = "the roster's row";
constexpr const char* kElsewhereRemains = "files in the folders of other campaigns";
constexpr const char* kRecordingRemains = "the recording of a sitting";
constexpr const char* kRowOfNameRemains = "a row of the same name";
constexpr const char* kStoreRemains = "the store's objects";

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
      auto left = reach.workspace != nullptr
                      ? TRY(find_left_behind(*reach.campaign, *reach.workspace, wish.who, reach.ledger))
                      : std::nullopt;
      if (!left) TRY_VOID(check_erased(reach, wish.who));
      if (!left) return tl::unexpected(found.error());
      found = std::move(*left);
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

// A published video that is not in this store is in another one: where --everywhere reaches other campaigns, or the
// store was not named.
Result<int> published_elsewhere(const ErasureReach& reach, const std::vector<Subject>& subjects) {
  int elsewhere = 0;
  for (const Subject& subject : subjects) {
    std::string edition = subject.record ? edition_named_by(*subject.record) : std::string();
    if (edition.empty()) continue;
    if (reach.store == nullptr || !TRY(reach.store->size_of(recipe_object(edition)))) ++elsewhere;
  }
  return elsewhere;
}

Result<void> find_objects(const ErasureReach& reach, ErasurePlan& plan) {
  plan.not_in_store = TRY(published_elsewhere(reach, plan.subjects));
  if (reach.store == nullptr) return {};
  plan.store = reach.store->describe();
  std::vector<track::MessageRecord> records;
  std::set<std::string> ids;
  for (const Subject& subject : plan.subjects) {
    ids.insert(subject.message_id);
    if (subject.record) records.push_back(*subject.record);
  }
  std::filesystem::path folder = reach.campaign != nullptr ? reach.campaign->folder : std::filesystem::path();
  TracesIn where{.store = *reach.store, .ledger = reach.ledger, .campaign_folder = folder};
  for (std::string& object : TRY(objects_of_alone(where, records, ids))) {
    auto size = reach.store->size_of(object);
    if (!size || *size) plan.objects.push_back(std::move(object));
  }
  return {};
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
  // Those that the run before this one erased are gone as well.
  return plan.is_resumed ? std::max(erased, plan.replies) : erased;
}

Result<void> erase_files(const ErasureReach& reach, const ErasurePlan& plan) {
  if (reach.workspace == nullptr || reach.campaign == nullptr) return {};
  const Subject& subject = plan.subjects.front();
  auto others = TRY(other_candidates(*reach.campaign, subject, reach.ledger));
  return remove_local_traces(reach.campaign->folder, *reach.workspace, plan.local, subject, others);
}

// Whether they are in the roster still: the row stays where that was wished, and where it was changed meanwhile.
Result<bool> erase_row(const ErasureReach& reach, const ErasurePlan& plan) {
  if (reach.campaign == nullptr) return false;
  if (plan.row) TRY(remove_row(reach.campaign->roster, *plan.row));
  std::error_code code;
  std::filesystem::path roster_file = std::filesystem::weakly_canonical(reach.campaign->roster, code);
  if (!code) TRY_VOID(remove_abandoned_copies(roster_file));
  const Roster roster = rows_of(*reach.campaign);
  const Subject& subject = plan.subjects.front();
  return subject.is_of_folder && std::any_of(roster.candidates.begin(), roster.candidates.end(),
                                             [&](const Candidate& one) { return one.id == subject.candidate_id; });
}

// By kind alone: a receipt names nobody and no file.
std::vector<std::string> kinds_of_remains(const ErasurePlan& plan, bool has_row) {
  std::vector<std::string> kinds;
  const Subject& first = plan.subjects.front();
  if (has_row) kinds.push_back(kRowRemains);
  if (plan.not_in_store > 0) kinds.push_back(kStoreRemains);
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

Result<Erased> carry_out(const ErasureReach& reach, const ErasurePlan& plan, const BeforeStep& before_step,
                         const Clock& clock) {
  TRY_VOID(check_plan(reach, plan));
  const std::vector<std::string> objects = TRY(objects_to_remove(reach, plan));
  auto step = [&](std::string_view name) { return before_step ? before_step(name) : Result<void>(); };
  ErasureJournal journal(reach.journal_folder);
  ErasureReceipt receipt{.receipt = plan.receipt};
  TRY_VOID(step("plan"));
  TRY_VOID(journal.begin(plan));
  // First, as with it the links end, and nobody can send another reply.
  TRY_VOID(step("ledger"));
  receipt.ledger = TRY(reach.ledger.erase(order_of(plan)));
  TRY_VOID(step("replies"));
  receipt.reply_videos = TRY(erase_replies(reach, plan)) + receipt.ledger.reply_videos;
  TRY_VOID(step("store"));
  if (reach.store != nullptr) TRY(remove_objects(*reach.store, objects));
  receipt.stored_objects = static_cast<int64_t>(objects.size());  // those that an earlier run removed are gone as well
  TRY_VOID(step("files"));
  TRY_VOID(erase_files(reach, plan));
  receipt.files = static_cast<int64_t>(plan.local.files.size());
  TRY_VOID(step("row"));
  bool has_row = TRY(erase_row(reach, plan));
  receipt.roster_rows = plan.row && !has_row ? 1 : 0;
  receipt.remains = kinds_of_remains(plan, has_row);
  TRY_VOID(step("receipt"));
  receipt.erased_at = clock.now();
  std::filesystem::path file = TRY(journal.finish(receipt));
  return Erased{std::move(receipt), std::move(file)};
}

}  // namespace candid::campaign
