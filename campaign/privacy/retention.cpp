#include "campaign/privacy/retention.h"

#include <algorithm>
#include <set>

#include "campaign/privacy/store_traces.h"
#include "track/replies/reply_files.h"
#include "upload/folder_store.h"

namespace candid::campaign {
namespace {

using Records = std::vector<track::MessageRecord>;

bool is_over(const track::MessageRecord& record, int server_keep_days, UtcTime now) {
  int days = record.page.keep_days;
  if (server_keep_days > 0) days = days > 0 ? std::min(days, server_keep_days) : server_keep_days;
  return days > 0 && record.published_at + std::chrono::days(days) <= now;
}

Result<Records> expired_messages(const track::Ledger& ledger, int server_keep_days, UtcTime now) {
  Records expired;
  for (const track::CampaignSummary& campaign : TRY(ledger.campaigns())) {
    for (track::MessageRecord& record : TRY(ledger.messages(campaign.id))) {
      if (is_over(record, server_keep_days, now)) expired.push_back(std::move(record));
    }
  }
  return expired;
}

// Rows last: they are what the next run finds them by. Their links go before, so that nothing is half-shown meanwhile.
Result<void> erase_batch(const RetentionReach& reach, const Records& records, RetentionReport& report) {
  track::ErasureOrder order{.receipt = track::make_receipt(), .reason = track::ErasureReason::Retention};
  for (const track::MessageRecord& record : records) order.message_ids.push_back(record.message_id);
  TRY(reach.ledger.revoke_messages(order.message_ids));
  if (reach.replies != nullptr) {
    for (const std::string& id : order.message_ids) report.reply_videos += TRY(reach.replies->erase(id));
  }
  auto* folder = dynamic_cast<upload::FolderStore*>(reach.store);
  bool is_shared = folder != nullptr && TRY(has_other_ledgers(*folder, reach.ledger));
  if (reach.store != nullptr && !is_shared) {
    std::set<std::string> ids(order.message_ids.begin(), order.message_ids.end());
    auto objects = TRY(objects_of_alone({*reach.store, reach.ledger}, records, ids));
    report.stored_objects += TRY(remove_objects(*reach.store, objects));
  }
  track::Erasure erasure = TRY(reach.ledger.erase(order));
  report.receipts.push_back(erasure.receipt);
  report.messages += erasure.messages;
  report.events += erasure.events;
  return {};
}

}  // namespace

Result<RetentionReport> apply_retention(const RetentionReach& reach, int server_keep_days, const Clock& clock,
                                        const std::stop_token& stop) {
  RetentionReport report;
  Records expired = TRY(expired_messages(reach.ledger, server_keep_days, clock.now()));
  for (size_t at = 0; at < expired.size(); at += track::kMostErasedAtOnce) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
    auto from = expired.begin() + static_cast<std::ptrdiff_t>(at);
    auto to = expired.begin() + static_cast<std::ptrdiff_t>(std::min(at + track::kMostErasedAtOnce, expired.size()));
    TRY_VOID(erase_batch(reach, Records(from, to), report));
  }
  if (reach.replies != nullptr) report.reply_videos += TRY(erase_orphaned_replies(*reach.replies, reach.ledger));
  auto* folder = dynamic_cast<upload::FolderStore*>(reach.store);
  if (folder != nullptr && !reach.unused_notes.empty()) {
    report.unused = TRY(remove_unused_objects(*folder, reach.ledger, reach.unused_notes, clock, stop));
  }
  return report;
}

Result<int> erase_orphaned_replies(const track::ReplyVideos& replies, const track::Ledger& ledger) {
  int erased = 0;
  for (const char* kind : {track::kReplyVideos, track::kReplyUploads}) {
    for (const auto& of_message : TRY(track::folders_in(replies.folder() / kind))) {
      for (const auto& reply : TRY(track::folders_in(of_message))) {
        auto note = track::read_reply_note(reply);
        if (!note) continue;  // it is just being made, or erased
        if (TRY(ledger.find_message(note->message_id))) break;
        erased += TRY(replies.erase(note->message_id));
        break;
      }
    }
  }
  return erased;
}

DailyJob::DailyJob(Work work, Pause& pause)
    : work_(std::move(work)), pause_(pause), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void DailyJob::run(const std::stop_token& stop) {
  do {
    work_(stop);
  } while (pause_.wait(std::chrono::hours(24), stop));
}

}  // namespace candid::campaign
