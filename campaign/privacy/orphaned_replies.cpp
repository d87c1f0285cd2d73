#include "campaign/privacy/orphaned_replies.h"

#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "track/replies/reply_files.h"

namespace candid::campaign {
namespace {

constexpr const char* kNotes = "orphans.json";

struct Notes {
  std::string ledger{};                   // empty: there are none yet
  std::map<std::string, int64_t> seen{};  // by folder of a message, a digest: orphaned since, milliseconds
};

Result<Notes> read_orphan_notes(const std::filesystem::path& file) {
  Notes notes;
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return notes;
  std::string text = TRY(read_text_file(file, uint64_t{1} << 30));
  auto json = nlohmann::json::parse(text, nullptr, false);
  bool is_whole = json.is_object() && json.contains("ledger") && json["ledger"].is_string() &&
                  json.contains("orphans") && json["orphans"].is_object();
  if (!is_whole) {
    return fail(ErrorKind::Corrupt,
                fmt::format("{} cannot be read, so that nobody knows whose replies these are", file.string()),
                "remove it, where the server runs with the ledger that the replies are of");
  }
  notes.ledger = json["ledger"];
  for (const auto& [folder, since] : json["orphans"].items()) {
    if (since.is_number_integer()) notes.seen[folder] = since.get<int64_t>();
  }
  return notes;
}

Result<void> write_notes(const std::filesystem::path& file, const Notes& notes) {
  nlohmann::json json = {{"ledger", notes.ledger}, {"orphans", notes.seen}};
  return write_file(file, json.dump() + "\n", FileMode::Private);
}

// By folder: whose replies lie in it. One whose notes cannot be read is nobody's here.
Result<std::map<std::string, std::string>> messages_of(const track::ReplyVideos& replies) {
  std::map<std::string, std::string> messages;
  for (const char* kind : {track::kReplyVideos, track::kReplyUploads}) {
    for (const auto& of_message : TRY(track::folders_in(replies.folder() / kind))) {
      for (const auto& reply : TRY(track::folders_in(of_message))) {
        auto note = track::read_reply_note(reply);
        if (!note) continue;
        messages.emplace(of_message.filename().string(), note->message_id);
        break;
      }
    }
  }
  return messages;
}

}  // namespace

Result<OrphanReport> erase_orphaned_replies(const track::ReplyVideos& replies, const track::Ledger& ledger,
                                            const Clock& clock) {
  OrphanReport report;
  std::error_code code;
  if (!std::filesystem::is_directory(replies.folder(), code)) return report;
  const std::filesystem::path file = replies.folder() / kNotes;
  const Notes before = TRY(read_orphan_notes(file));
  Notes now{.ledger = TRY(ledger.id())};
  report.is_of_other_ledger = !before.ledger.empty() && before.ledger != now.ledger;
  if (report.is_of_other_ledger) return report;
  const int64_t time = clock.now().time_since_epoch().count();
  const int64_t week = std::chrono::milliseconds(kOrphanedFor).count();
  for (const auto& [folder, message] : TRY(messages_of(replies))) {
    if (TRY(ledger.find_message(message))) continue;
    auto receipts = TRY(ledger.find_erased({track::message_identity(message)}));
    auto seen = before.seen.find(folder);
    int64_t since = seen == before.seen.end() ? time : std::min(seen->second, time);
    if (receipts.at(0) || time - since >= week) {
      report.erased += TRY(replies.erase(message));
    } else {
      now.seen[folder] = since;
    }
  }
  report.waiting = static_cast<int>(now.seen.size());
  if (now.ledger != before.ledger || now.seen != before.seen) TRY_VOID(write_notes(file, now));
  return report;
}

}  // namespace candid::campaign
