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
constexpr const char* kRowOfAddressRemains = "a row of the same address";
constexpr const char* kStoreRemains = "the store's objects";

tl::unexpected<Error> erased_already(const std::string& receipt) {
  return fail(ErrorKind::Exists, fmt::format("they were erased already, receipt {}", receipt),
              "there is nothing left to erase");
}

// Who was erased is found under their id or address no more, but recognised.
Result<void> check_erased(const ErasureReach& reach, const std::string& who) {
  const std::string word = normalize(who);
  std::vector<std::string> identities = {track::mail_identity(word)};
  if (reach.campaign != nullptr) identities.push_back(track::message_identity(message_id(reach.campaign->id, word)));
  for (const auto& receipt : TRY(reach.ledger.find_erased(identities))) {
    if (receipt) return erased_already(*receipt);
  }
  return {};
}

// Whose row stands under an id that the ledger has for somebody else: messages, files and links under it are not
// theirs.
tl::unexpected<Error> under_a_strange_id(const Subject& subject) {
  return fail(ErrorKind::InvalidInput,
              fmt::format("{} stands in the roster under id \"{}\", whose message was published for somebody else",
                          shorten(subject.name, 40), shorten(subject.candidate_id, 40)),
              "nothing of theirs was published: take the row out, and render anew; or give it an id of its own first");
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
    if (found->shares_id && found->row) return under_a_strange_id(*found);
    addresses = found->addresses;
    subjects.push_back(std::move(*found));
  } else {
    addresses.push_back(normalize(wish.who));
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

// What is theirs alone now, of what is there or was there when it was written down.
Result<std::vector<std::string>> objects_now(const ErasureReach& reach, const ErasurePlan& plan) {
  std::vector<track::MessageRecord> records;
  std::set<std::string> ids;
  for (const Subject& subject : plan.subjects) {
    ids.insert(subject.message_id);
    if (subject.record) records.push_back(*subject.record);
  }
  std::filesystem::path folder = reach.campaign != nullptr ? reach.campaign->folder : std::filesystem::path();
  TracesIn where{.store = *reach.store, .ledger = reach.ledger, .campaign_folder = folder};
  const std::set<std::string> known(plan.objects.begin(), plan.objects.end());
  std::vector<std::string> objects;
  for (std::string& object : TRY(objects_of_alone(where, records, ids, plan.objects))) {
    bool is_known = known.contains(object);
    auto size = is_known ? Result<std::optional<uint64_t>>(0) : reach.store->size_of(object);
    if (!size || *size) objects.push_back(std::move(object));
  }
  return objects;
}

Result<void> find_objects(const ErasureReach& reach, ErasurePlan& plan) {
  plan.not_in_store = TRY(published_elsewhere(reach, plan.subjects));
  if (reach.store == nullptr) return {};
  plan.store = reach.store->describe();
  plan.objects = TRY(objects_now(reach, plan));
  return {};
}

// As the ledger has them at this moment: it may have got another edition since the plan was made, and when the rows are
// gone nothing tells of it.
Result<void> remember_objects(const ErasureReach& reach, ErasurePlan& plan) {
  if (reach.store == nullptr) return {};
  std::set<std::string> known(plan.objects.begin(), plan.objects.end());
  for (const Subject& subject : plan.subjects) {
    auto record = TRY(reach.ledger.find_message(subject.message_id));
    if (!record) continue;
    for (std::string& object : objects_named_by(*record)) {
      if (known.contains(object)) continue;
      bool is_there = TRY(reach.store->size_of(object)).has_value();
      if (is_there && known.insert(object).second) plan.objects.push_back(std::move(object));
    }
  }
  return {};
}

// What others need is looked at here, whatever the plan says: others may have published since.
Result<int> erase_objects(const ErasureReach& reach, ErasurePlan& plan, const ErasureJournal& journal) {
  if (reach.store == nullptr || (plan.objects.empty() && !plan.is_resumed)) return 0;
  StoreClearing clearing = TRY(StoreClearing::begin(*reach.store));
  plan.objects = TRY(objects_now(reach, plan));
  TRY_VOID(journal.begin(plan));
  TRY(remove_objects(*reach.store, clearing, plan.objects));
  TRY_VOID(clearing.end());
  return static_cast<int>(plan.objects.size());  // those that an earlier run removed are gone as well
}

bool is_shared(const ErasurePlan& plan, const std::string& address) {
  return std::any_of(plan.shared_with.begin(), plan.shared_with.end(),
                     [&](const Subject& other) { return other.has_address(address); });
}

track::ErasureOrder order_of(const ErasurePlan& plan) {
  track::ErasureOrder order{.receipt = plan.receipt, .reason = track::ErasureReason::Wish};
  for (const Subject& subject : plan.subjects) {
    order.message_ids.push_back(subject.message_id);
    order.identities.push_back(track::message_identity(subject.message_id));
    for (const std::string& address : subject.addresses) {
      if (!is_shared(plan, address)) order.identities.push_back(track::mail_identity(address));
    }
  }
  return order;
}

// What a ledger refuses is not begun.
Result<track::Erasure> erase_rows(const ErasureReach& reach, const ErasurePlan& plan, const ErasureJournal& journal) {
  auto erased = reach.ledger.erase(order_of(plan));
  bool is_refused = !erased && (erased.error().kind() == ErrorKind::PermissionDenied ||
                                erased.error().kind() == ErrorKind::Unsupported);
  if (is_refused && !plan.is_resumed) TRY_VOID(journal.withdraw());
  return erased;
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

// Whether it was removed. Only as long as it is this candidate's: it may have been changed meanwhile, and the plan may
// have come from anywhere.
Result<bool> remove_their_row(const ErasureReach& reach, const ErasurePlan& plan) {
  if (reach.campaign == nullptr) return false;
  const std::filesystem::path& roster = reach.campaign->roster;
  bool is_removed = false;
  if (plan.row) {
    for (const Candidate& candidate : rows_of(*reach.campaign).candidates) {
      if (candidate.id != plan.subjects.front().candidate_id) continue;
      RosterRow row = TRY(find_row(roster, candidate.line));
      if (row.digest == plan.row->digest) is_removed = TRY(remove_row(roster, row));
    }
  }
  std::error_code code;
  std::filesystem::path roster_file = std::filesystem::weakly_canonical(roster, code);
  if (!code) TRY_VOID(remove_abandoned_copies(roster_file));
  return is_removed;
}

// By kind alone: a receipt names nobody and no file.
std::vector<std::string> kinds_of_remains(const ErasurePlan& plan, const RowsAbout& rows) {
  std::vector<std::string> kinds;
  auto add = [&](std::string_view kind, size_t times) { kinds.insert(kinds.end(), times, std::string(kind)); };
  add(kRowRemains, rows.rows > 0 ? 1 : 0);
  add(kStoreRemains, plan.not_in_store > 0 ? 1 : 0);
  bool has_others = std::any_of(plan.subjects.begin(), plan.subjects.end(),
                                [](const Subject& subject) { return !subject.is_of_folder; });
  add(kElsewhereRemains, has_others ? 1 : 0);
  add(kRecordingRemains, plan.local.recordings);
  add(kRowOfNameRemains, static_cast<size_t>(rows.of_name));
  add(kRowOfAddressRemains, static_cast<size_t>(rows.of_address));
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
  plan.shared_with = TRY(find_sharing(reach.campaign, plan.subjects, reach.ledger));
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

Result<Erased> carry_out(const ErasureReach& reach, const ErasurePlan& planned, const BeforeStep& before_step,
                         const Clock& clock) {
  TRY_VOID(check_plan(reach, planned));
  ErasurePlan plan = planned.is_resumed ? TRY(resumed_plan(reach, planned)) : planned;
  auto step = [&](std::string_view name) { return before_step ? before_step(name) : Result<void>(); };
  ErasureJournal journal(reach.journal_folder);
  ErasureReceipt receipt{.receipt = plan.receipt, .ledger_id = plan.ledger_id};
  TRY_VOID(step("plan"));
  TRY_VOID(remember_objects(reach, plan));
  TRY_VOID(journal.begin(plan));
  // First, as with it the links end, and nobody can send another reply.
  TRY_VOID(step("ledger"));
  receipt.ledger = TRY(erase_rows(reach, plan, journal));
  TRY_VOID(step("replies"));
  receipt.reply_videos = TRY(erase_replies(reach, plan)) + receipt.ledger.reply_videos;
  TRY_VOID(step("store"));
  receipt.stored_objects = TRY(erase_objects(reach, plan, journal));
  TRY_VOID(step("files"));
  TRY_VOID(erase_files(reach, plan));
  receipt.files = static_cast<int64_t>(plan.local.files.size()) + plan.files_before;
  TRY_VOID(step("row"));
  bool is_row_removed = TRY(remove_their_row(reach, plan));
  const Subject& first = plan.subjects.front();
  RowsAbout rows = reach.campaign != nullptr ? rows_about(*reach.campaign, first) : RowsAbout{};
  bool was_removed_before = plan.is_resumed && plan.row && rows.rows == 0;
  receipt.roster_rows = is_row_removed || was_removed_before ? 1 : 0;
  receipt.remains = kinds_of_remains(plan, rows);
  TRY_VOID(step("receipt"));
  receipt.erased_at = clock.now();
  std::filesystem::path file = TRY(journal.finish(receipt));
  return Erased{std::move(receipt), std::move(file)};
}

}  // namespace candid::campaign
