#include "campaign/privacy/erasure_journal.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files.h"

namespace candid::campaign {
namespace {

using Json = nlohmann::json;

constexpr int kPlanVersion = 1;

Json paths_json(const std::vector<std::filesystem::path>& paths) {
  Json list = Json::array();
  for (const auto& path : paths) list.push_back(path.string());
  return list;
}

std::vector<std::filesystem::path> paths_from(const Json& list) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& path : list.get<std::vector<std::string>>()) paths.emplace_back(path);
  return paths;
}

Json to_json(const Subject& subject) {
  return {{"campaign", subject.campaign_id},
          {"campaign_name", subject.campaign_name},
          {"message", subject.message_id},
          {"candidate", subject.candidate_id},
          {"name", subject.name},
          {"addresses", subject.addresses},
          {"lines_of_name", subject.lines_of_the_same_name},
          {"is_of_folder", subject.is_of_folder}};
}

Subject subject_from(const Json& json) {
  Subject subject;
  subject.campaign_id = json.at("campaign");
  subject.campaign_name = json.at("campaign_name");
  subject.message_id = json.at("message");
  subject.candidate_id = json.at("candidate");
  subject.name = json.at("name");
  subject.addresses = json.at("addresses").get<std::vector<std::string>>();
  subject.lines_of_the_same_name = json.at("lines_of_name").get<std::vector<int>>();
  subject.is_of_folder = json.at("is_of_folder");
  return subject;
}

Json to_json(const ErasurePlan& plan) {
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
               {"files", paths_json(plan.local.files)},
               {"journals", paths_json(plan.local.journals)},
               {"remains", plan.local.remains},
               {"keeps_row", plan.keeps_row},
               {"replies", plan.replies}};
  if (plan.row) json["row"] = {{"line", plan.row->line}, {"digest", plan.row->digest}};
  return json;
}

Result<ErasurePlan> plan_from(const Json& json) {
  ErasurePlan plan;
  plan.receipt = json.at("receipt");
  plan.begun_at = TRY(parse_utc(json.at("begun_at").get<std::string>()));
  plan.ledger_id = json.at("ledger");
  for (const Json& subject : json.at("subjects")) plan.subjects.push_back(subject_from(subject));
  plan.store = json.at("store");
  plan.objects = json.at("objects").get<std::vector<std::string>>();
  plan.not_in_store = json.at("not_in_store");
  plan.local.files = paths_from(json.at("files"));
  plan.local.journals = paths_from(json.at("journals"));
  plan.local.remains = json.at("remains").get<std::vector<std::string>>();
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
    auto plan = plan_from(json);
    if (!plan || !track::is_receipt(plan->receipt)) return unreadable("its receipt");
    plan->is_resumed = true;
    return std::optional(std::move(*plan));
  } catch (const Json::exception&) {  // its words may hold what the file says
    return unreadable("no such JSON");
  }
}

Result<void> ErasureJournal::begin(const ErasurePlan& plan) const {
  TRY_VOID(make_folder(folder_));
  return write_file(begun_file(), to_json(plan).dump() + "\n", FileMode::Private);
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
