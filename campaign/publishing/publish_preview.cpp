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
  LedgerView(const PublishJob& work, track::Ledger* ledger, PublishJournal& journal, const PublishOptions& options,
             const Clock& clock)
      : work_(work), ledger_(ledger), journal_(journal), book_(read_links(link_files(work.workspace))) {
    if (ledger != nullptr)
      issuer_.emplace(work.job.campaign.publish, options.new_links, journal, *ledger, book_, clock);
  }

  Result<void> look(const std::stop_token& stop) {
    if (ledger_ == nullptr) return {};
    published_ = TRY(published_messages(*ledger_, work_.job.campaign.id));
    return issuer_->learn(published_, LedgerUse::Asked, stop);
  }

  Result<void> check_row(const PlannedMessage& planned) const {
    const Candidate& candidate = work_.job.roster.candidates[planned.candidate];
    if (work_.job.campaign.publish.passcode) TRY(passcode_of(candidate));
    auto earlier = published_.find(planned.id);
    return earlier == published_.end() ? Result<void>() : check_owner(work_.job, candidate, earlier->second);
  }

  LinkFate fate_of(const std::string& message_id) const {
    if (issuer_) return issuer_->fate_of(message_id);
    auto journaled = journal_.link(message_id);
    bool is_known = (journaled && journaled->is_given) || book_.contains(message_id);
    return is_known ? LinkFate::Kept : LinkFate::Made;
  }

 private:
  const PublishJob& work_;
  track::Ledger* ledger_;
  PublishJournal& journal_;
  const std::map<std::string, BookedLink> book_;
  std::optional<LinkIssuer> issuer_{};
  PublishedMessages published_{};
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
  LedgerView ledger_view(work, ledger, *journal, options, clock);
  TRY_VOID(ledger_view.look(stop));
  std::optional<std::string> id = store == nullptr ? std::nullopt : TRY(find_store_id(*store));
  TRY_VOID(journal->bind_to_store(id.value_or("")));
  std::vector<HeldMessage> held;
  std::vector<OutgoingMessage> messages = messages_to_go(work, held);
  meter.begin(PublishStep::Checking, messages.size(), 0);
  run_in_parallel(messages.size(), 0, [&](size_t i) {
    if (!stop.stop_requested()) check_files(work, messages[i]);
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
    LinkFate fate = ledger_view.fate_of(planned.id);
    if (fate == LinkFate::Over) {
      ++preview.links_over;
    } else if (fate != LinkFate::Kept) {
      ++preview.links_to_make;
    }
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
