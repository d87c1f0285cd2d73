#include "campaign/privacy/retention.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "campaign/privacy/store_traces.h"
#include "upload/folder_store.h"

namespace candid::campaign {
namespace {

using Records = std::vector<track::MessageRecord>;

bool is_over(const track::MessageRecord& record, int server_keep_days, UtcTime now) {
  int days = record.page.keep_days;
  if (server_keep_days > 0) days = days > 0 ? std::min(days, server_keep_days) : server_keep_days;
  return days > 0 && record.published_at + std::chrono::days(days) <= now;
}

Result<Records> expired_messages(const RetentionReach& reach, int server_keep_days, UtcTime now) {
  Records expired;
  for (const track::CampaignSummary& campaign : TRY(reach.ledger.campaigns())) {
    if (!reach.campaign_id.empty() && campaign.id != reach.campaign_id) continue;
    for (track::MessageRecord& record : TRY(reach.ledger.messages(campaign.id))) {
      if (is_over(record, server_keep_days, now)) expired.push_back(std::move(record));
    }
  }
  return expired;
}

// Rows last: they are what the next run finds them by. Their links go before all else, so that nothing is half-shown
// meanwhile. What fails for some keeps only these.
class Retention {
 public:
  Retention(const RetentionReach& reach, const std::stop_token& stop) : reach_(reach), stop_(stop) {}

  Result<void> erase(Records expired) {
    for (Records& batch : batches(std::move(expired))) TRY_VOID(end_links(std::move(batch)));
    if (ended_.empty()) return {};
    TRY_VOID(erase_replies());
    auto removed = remove_from_store();
    if (!removed && removed.error().kind() == ErrorKind::Cancelled) return removed;
    if (!removed) {
      report_.problems.push_back(removed.error().wrapped("objects whose time is over are in the store still"));
      clearing_.reset();
      return {};
    }
    for (Records& batch : batches(std::move(ended_))) TRY_VOID(erase_rows(std::move(batch)));
    clearing_.reset();
    return {};
  }

  RetentionReport& report() { return report_; }

 private:
  static std::vector<Records> batches(Records records) {
    std::vector<Records> all;
    for (track::MessageRecord& record : records) {
      if (all.empty() || all.back().size() == track::kMostErasedAtOnce) all.emplace_back();
      all.back().push_back(std::move(record));
    }
    return all;
  }

  static std::vector<std::string> ids_of(const Records& records) {
    std::vector<std::string> ids;
    for (const track::MessageRecord& record : records) ids.push_back(record.message_id);
    return ids;
  }

  Result<void> go_on() const {
    return stop_.stop_requested() ? Result<void>(fail(ErrorKind::Cancelled, "stopped")) : Result<void>();
  }

  // Without those that were published anew since they were looked for: their time begins with that.
  Result<void> keep_due(Records& records) const {
    std::set<std::string> campaigns;
    for (const track::MessageRecord& record : records) campaigns.insert(record.campaign_id);
    std::map<std::string, UtcTime> published;
    for (const std::string& campaign : campaigns) {
      for (const track::MessageRecord& record : TRY(reach_.ledger.messages(campaign)))
        published[record.message_id] = record.published_at;
    }
    std::erase_if(records, [&](const track::MessageRecord& record) {
      auto now = published.find(record.message_id);
      return now == published.end() || now->second != record.published_at;
    });
    return {};
  }

  Result<void> end_links(Records batch) {
    TRY_VOID(go_on());
    if (auto looked = keep_due(batch); !looked) {
      report_.problems.push_back(looked.error());
      return {};
    }
    if (batch.empty()) return {};
    if (auto revoked = reach_.ledger.revoke_messages(ids_of(batch)); !revoked) {
      report_.problems.push_back(revoked.error());
      return {};
    }
    std::move(batch.begin(), batch.end(), std::back_inserter(ended_));
    return {};
  }

  Result<void> erase_replies() {
    if (reach_.replies == nullptr) return {};
    std::erase_if(ended_, [&](const track::MessageRecord& record) {
      if (stop_.stop_requested()) return false;
      auto erased = reach_.replies->erase(record.message_id);
      if (erased) report_.reply_videos += *erased;
      if (!erased) report_.problems.push_back(erased.error());
      return !erased;
    });
    return go_on();
  }

  // Of all at once: what others need is read for all of them. Where another ledger may show the same videos, rows and
  // videos stay: nothing but the rows leads to what is in the store.
  Result<void> remove_from_store() {
    if (reach_.store == nullptr) return {};
    auto* folder = dynamic_cast<upload::FolderStore*>(reach_.store);
    if (folder != nullptr && TRY(has_other_ledgers(*folder, reach_.ledger))) {
      return fail(ErrorKind::Exists,
                  fmt::format("{} is another ledger's too, so that {} messages stay, though their links have ended",
                              folder->describe(), ended_.size()),
                  "remove the file of a ledger that is no longer in use from .ledgers in the store");
    }
    clearing_.emplace(TRY(StoreClearing::begin(*reach_.store)));
    TRY_VOID(keep_due(ended_));
    auto ids = ids_of(ended_);
    TracesIn where{.store = *reach_.store, .ledger = reach_.ledger, .stop = stop_};
    auto objects = TRY(objects_of_alone(where, ended_, std::set<std::string>(ids.begin(), ids.end())));
    report_.stored_objects += TRY(remove_objects(*reach_.store, *clearing_, objects, stop_));
    return {};
  }

  Result<void> erase_rows(Records batch) {
    TRY_VOID(go_on());
    auto ready = clearing_ ? clearing_->give_sign() : Result<void>();
    if (ready) ready = keep_due(batch);
    if (!ready) {
      report_.problems.push_back(ready.error());
      return {};
    }
    if (batch.empty()) return {};
    auto erasure = reach_.ledger.erase(
        {.receipt = track::make_receipt(), .reason = track::ErasureReason::Retention, .message_ids = ids_of(batch)});
    if (!erasure) {
      report_.problems.push_back(erasure.error());
      return {};
    }
    report_.receipts.push_back(erasure->receipt);
    report_.messages += erasure->messages;
    report_.events += erasure->events;
    return {};
  }

  const RetentionReach& reach_;
  const std::stop_token& stop_;
  Records ended_{};  // whose links have
  std::optional<StoreClearing> clearing_{};
  RetentionReport report_{};
};

}  // namespace

Result<RetentionReport> apply_retention(const RetentionReach& reach, int server_keep_days, const Clock& clock,
                                        const std::stop_token& stop) {
  Retention retention(reach, stop);
  TRY_VOID(retention.erase(TRY(expired_messages(reach, server_keep_days, clock.now()))));
  RetentionReport& report = retention.report();
  if (reach.replies != nullptr && reach.campaign_id.empty()) {
    auto orphans = erase_orphaned_replies(*reach.replies, reach.ledger, clock);
    if (orphans) report.orphans = *orphans;
    if (!orphans) report.problems.push_back(orphans.error());
  }
  auto* folder = dynamic_cast<upload::FolderStore*>(reach.store);
  if (folder != nullptr && !reach.unused_notes.empty()) {
    auto unused = remove_unused_objects(*folder, reach.ledger, reach.unused_notes, clock, stop);
    if (!unused && unused.error().kind() == ErrorKind::Cancelled) return tl::unexpected(unused.error());
    if (unused) report.unused = *unused;
    if (!unused) report.problems.push_back(unused.error());
  }
  return std::move(report);
}

Result<std::vector<track::CampaignSummary>> due_by_retention(const RetentionReach& reach, int server_keep_days,
                                                             const Clock& clock) {
  std::vector<track::CampaignSummary> due;
  for (const track::MessageRecord& record : TRY(expired_messages(reach, server_keep_days, clock.now()))) {
    if (due.empty() || due.back().id != record.campaign_id)
      due.push_back({.id = record.campaign_id, .name = record.campaign_name, .published_at = record.published_at});
    ++due.back().messages;
    due.back().published_at = std::max(due.back().published_at, record.published_at);
  }
  return due;
}

DailyJob::DailyJob(Work work, Pause& pause)
    : work_(std::move(work)), pause_(pause), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void DailyJob::run(const std::stop_token& stop) {
  do {
    work_(stop);
  } while (pause_.wait(std::chrono::hours(24), stop));
}

}  // namespace candid::campaign
