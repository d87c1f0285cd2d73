#include "campaign/privacy/erasure_journal.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/privacy/removed_files.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

using Json = nlohmann::json;

constexpr int kPlanVersion = 1;

// From the campaign's folder on, which may be named in another way the next time, or be moved.
Json paths_json(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& home) {
  const std::filesystem::path base = std::filesystem::absolute(home).lexically_normal();
  Json list = Json::array();
  for (const auto& path : paths)
    list.push_back(std::filesystem::absolute(path).lexically_normal().lexically_relative(base).string());
  return list;
}

std::vector<std::filesystem::path> paths_from(const Json& list, const std::filesystem::path& home) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& path : list.get<std::vector<std::string>>()) paths.push_back(home / path);
  return paths;
}

Json to_json(const Subject& subject) {
  return {{"campaign", subject.campaign_id},
          {"campaign_name", subject.campaign_name},
          {"message", subject.message_id},
          {"candidate", subject.candidate_id},
          {"name", subject.name},
          {"addresses", subject.addresses},
          {"lines_of_name", subject.unreadable_lines},
          {"is_of_folder", subject.is_of_folder},
          {"shares_id", subject.shares_id}};
}

Subject subject_from(const Json& json) {
  Subject subject;
  subject.campaign_id = json.at("campaign");
  subject.campaign_name = json.at("campaign_name");
  subject.message_id = json.at("message");
  subject.candidate_id = json.at("candidate");
  subject.name = json.at("name");
  subject.addresses = json.at("addresses").get<std::vector<std::string>>();
  subject.unreadable_lines = json.at("lines_of_name").get<std::vector<int>>();
  subject.is_of_folder = json.at("is_of_folder");
  subject.shares_id = json.value("shares_id", false);
  return subject;
}

Json to_json(const ErasurePlan& plan, const std::filesystem::path& home) {
  Json subjects = Json::array();
  for (const Subject& subject : plan.subjects) subjects.push_back(to_json(subject));
  Json json = {{"version", kPlanVersion},
               {"receipt", plan.receipt},
               {"begun_at", format_utc(plan.begun_at)},
               {"ledger", plan.ledger_id},
               {"subjects", std::move(subjects)},
               {"store", plan.store},
               {"objects", plan.objects},
               {"not_in_store", plan.not_in_store},
               {"files", paths_json(plan.local.files, home)},
               {"journals", paths_json(plan.local.journals, home)},
               {"files_before", plan.files_before},
               {"remains", plan.local.remains},
               {"recordings", plan.local.recordings},
               {"keeps_row", plan.keeps_row},
               {"replies", plan.replies}};
  if (plan.row) json["row"] = {{"line", plan.row->line}, {"digest", plan.row->digest}};
  return json;
}

Result<ErasurePlan> plan_from(const Json& json, const std::filesystem::path& home) {
  ErasurePlan plan;
  plan.receipt = json.at("receipt");
  plan.begun_at = TRY(parse_utc(json.at("begun_at").get<std::string>()));
  plan.ledger_id = json.at("ledger");
  for (const Json& subject : json.at("subjects")) plan.subjects.push_back(subject_from(subject));
  plan.store = json.at("store");
  plan.objects = json.at("objects").get<std::vector<std::string>>();
  plan.not_in_store = json.at("not_in_store");
  plan.local.files = paths_from(json.at("files"), home);
  plan.local.journals = paths_from(json.at("journals"), home);
  plan.local.remains = json.at("remains").get<std::vector<std::string>>();
  plan.local.recordings = json.value("recordings", size_t{0});
  plan.files_before = json.value("files_before", 0);
  plan.keeps_row = json.at("keeps_row");
  plan.replies = json.at("replies");
  if (json.contains("row")) plan.row = RosterRow{json["row"].at("line"), json["row"].at("digest")};
  return plan;
}

}  // namespace

Result<std::optional<ErasurePlan>> ErasureJournal::find_begun() const {
  std::error_code code;
  if (!std::filesystem::exists(begun_file(), code)) return std::optional<ErasurePlan>();
  std::string text = TRY(read_text_file(begun_file(), uint64_t{1} << 30));
  auto unreadable = [&](std::string_view why) {
    return fail(
        ErrorKind::Corrupt,
        fmt::format("{} tells of an erasure that was begun, and cannot be read ({})", begun_file().string(), why),
        "it was damaged, or is of a newer candid: remove it, and forget the candidate again");
  };
  try {
    Json json = Json::parse(text);
    if (json.at("version") != kPlanVersion) return unreadable("its version");
    auto plan = plan_from(json, home_);
    if (!plan || !track::is_receipt(plan->receipt)) return unreadable("its receipt");
    plan->is_resumed = true;
    return std::optional(std::move(*plan));
  } catch (const Json::exception&) {  // its words may hold what the file says
    return unreadable("no such JSON");
  }
}

Result<void> ErasureJournal::begin(const ErasurePlan& plan) const {
  TRY_VOID(make_folder(folder_));
  TRY_VOID(sync_folders({folder_.parent_path()}));
  return write_file(begun_file(), to_json(plan, home_).dump() + "\n", FileMode::Private);
}

Result<void> ErasureJournal::withdraw() const {
  TRY_VOID(remove_file(begun_file()));
  return sync_folder(folder_);
}

Result<std::filesystem::path> ErasureJournal::finish(const ErasureReceipt& receipt) const {
  TRY_VOID(make_folder(folder_));
  TRY_VOID(remove_abandoned_files(folder_));  // of a begin() that died: plans
  std::filesystem::path file = folder_ / fmt::format("{}.json", receipt.receipt);
  TRY_VOID(write_file(file, campaign::to_json(receipt) + "\n"));
  TRY_VOID(remove_file(begun_file()));
  TRY_VOID(sync_folder(folder_));
  return file;
}

std::string to_json(const ErasureReceipt& receipt) {
  Json json = {{"receipt", receipt.receipt},
               {"erased_at", format_utc(receipt.erased_at)},
               {"ledger_id", receipt.ledger_id},
               {"ledger",
                {{"messages", receipt.ledger.messages},
                 {"links", receipt.ledger.links},
                 {"views", receipt.ledger.views},
                 {"events", receipt.ledger.events},
                 {"files_are_cleared", !receipt.ledger.awaits_clearing},
                 {"file_is_written_anew", !receipt.ledger.awaits_clearing && !receipt.ledger.is_overwritten_only}}},
               {"reply_videos", receipt.reply_videos},
               {"stored_objects", receipt.stored_objects},
               {"files", receipt.files},
               {"roster_rows", receipt.roster_rows},
               {"remains", receipt.remains}};
  return json.dump(1);
}

}  // namespace candid::campaign
