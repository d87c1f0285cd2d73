#include "campaign/publishing/publish_preview.h"

#include <atomic>
#include <map>

#include <fmt/format.h>

#include "campaign/parallel.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/link_issuer.h"
#include "campaign/publishing/message_check.h"
#include "campaign/publishing/object_sender.h"
#include "campaign/publishing/outgoing.h"
#include "campaign/publishing/publish_journal.h"
#include "campaign/publishing/roster_passcode.h"
#include "campaign/publishing/store_identity.h"
#include "campaign/publishing/upload_meter.h"

namespace candid::campaign {
namespace {

// Of the objects that no journal vouches for: those that the store has.
Result<void> ask_store(std::span<const OutgoingObject> objects, upload::Store& store, const PublishOptions& options,
                       UploadMeter& meter, PublishPreview& preview, const std::stop_token& stop) {
  std::atomic<uint64_t> bytes_there = 0;
  std::atomic<size_t> objects_there = 0;
  meter.begin(PublishStep::Checking, objects.size(), 0);
  TRY_VOID(all_or_first_error(objects.size(), options.parallel * 2, stop,
                              [&](size_t i, const std::stop_token&) -> Result<void> {
                                if (TRY(store.size_of(objects[i].name)) == objects[i].size) {
                                  bytes_there += objects[i].size;
                                  ++objects_there;
                                }
                                meter.item_done();
                                return {};
                              }));
  preview.bytes_there += bytes_there;
  preview.bytes_to_send -= bytes_there;
  preview.objects_to_send -= objects_there;
  return {};
}

// What a ledger says of the messages, where there is one already.
class LedgerView {
 public:
  LedgerView(const PublishJob& work, track::Ledger* ledger, PublishJournal& journal, const Clock& clock)
      : work_(work),
        ledger_(ledger),
        journal_(journal),
        book_(read_links({work.workspace.links_file(), work.workspace.held_links_file()})) {
    if (ledger != nullptr) issuer_.emplace(work.job.campaign.publish, journal, *ledger, book_, clock);
  }

  Result<void> look() {
    if (ledger_ == nullptr) return {};
    for (track::MessageRecord& message : TRY(ledger_->messages(work_.job.campaign.id))) {
      std::string id = message.message_id;
      published_.emplace(std::move(id), std::move(message));
    }
    return issuer_->learn(published_);
  }

  Result<void> check_row(const PlannedMessage& planned) const {
    const Candidate& candidate = work_.job.roster.candidates[planned.candidate];
    auto passcode = candidate.fields.find(kPasscodeColumn);
    if (work_.job.campaign.publish.passcode && passcode != candidate.fields.end()) {
      if (auto checked = check_roster_passcode(passcode->second); !checked)
        return tl::unexpected(checked.error().wrapped("column passcode"));
    }
    auto earlier = published_.find(planned.id);
    return earlier == published_.end() ? Result<void>() : check_owner(work_.job, candidate, earlier->second);
  }

  bool lacks_link(const std::string& message_id) const {
    if (issuer_) return issuer_->lacks_link(message_id);
    auto journaled = journal_.link(message_id);
    return !(journaled && journaled->is_given) && !book_.contains(message_id);
  }

 private:
  const PublishJob& work_;
  track::Ledger* ledger_;
  PublishJournal& journal_;
  const std::map<std::string, BookedLink> book_;
  std::optional<LinkIssuer> issuer_{};
  std::map<std::string, track::MessageRecord> published_{};
};

}  // namespace

Result<PublishPreview> preview_publish(const PublishJob& work, upload::Store* store, track::Ledger* ledger,
                                       const PublishOptions& options,
                                       const std::function<void(const PublishProgress&)>& progress,
                                       const std::stop_token& stop, const Clock& clock) {
  TRY_VOID(check_expiry(work.job.campaign, clock));
  PublishPreview preview;
  UploadMeter meter(progress);
  auto journal = TRY(PublishJournal::read(work.workspace.journal_file()));
  LedgerView ledger_view(work, ledger, *journal, clock);
  TRY_VOID(ledger_view.look());
  std::optional<std::string> id = store == nullptr ? std::nullopt : TRY(find_store_id(*store));
  TRY_VOID(journal->bind_to_store(id.value_or("")));
  std::vector<HeldMessage> held;
  std::vector<OutgoingMessage> messages = messages_to_go(work, held);
  meter.begin(PublishStep::Checking, messages.size(), 0);
  run_in_parallel(messages.size(), 0, [&](size_t i) {
    if (!stop.stop_requested()) check(work, messages[i]);
    if (auto checked = ledger_view.check_row(*messages[i].planned); !messages[i].error && !checked)
      messages[i].error = checked.error();
    meter.item_done();
  });
  if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
  std::vector<OutgoingObject> objects = objects_of(work, messages);
  preview.held = held.size();
  preview.bytes_per_second = journal->upload_rate();
  for (const OutgoingMessage& message : messages) {
    const PlannedMessage& planned = *message.planned;
    if (message.error) {
      preview.unready.push_back({planned.candidate, planned.id, "", false, message.error});
      continue;
    }
    ++preview.messages;
    if (ledger_view.lacks_link(planned.id)) ++preview.links_to_make;
  }
  std::erase_if(objects, [&](const OutgoingObject& object) {
    bool is_there = !options.verify && journal->has_object(object.name, fmt::format("{}", object.size));
    (is_there ? preview.bytes_there : preview.bytes_to_send) += object.size;
    return is_there;
  });
  preview.objects_to_send = objects.size();
  if (store != nullptr && !objects.empty()) TRY_VOID(ask_store(objects, *store, options, meter, preview, stop));
  return preview;
}

}  // namespace candid::campaign
