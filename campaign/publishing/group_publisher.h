#pragma once
// Messages go live: their recipes into the store, the messages into the ledger, and their links open. Internal to
// campaign.

#include <atomic>
#include <functional>
#include <span>
#include <stop_token>
#include <utility>

#include "campaign/publishing/known_links.h"
#include "campaign/publishing/outgoing.h"
#include "campaign/publishing/publish.h"
#include "campaign/publishing/publish_journal.h"
#include "campaign/publishing/registrar.h"
#include "campaign/publishing/store_watch.h"
#include "campaign/publishing/upload_meter.h"
#include "upload/store.h"

namespace candid::campaign {

// An error of a message's own becomes that message's; one that concerns all is returned.
Result<void> row_or_all(OutgoingMessage& message, const Result<void>& done);

// On one thread.
class GroupPublisher {
 public:
  // Everything borrowed outlives it.
  GroupPublisher(const PublishJob& work, upload::Store& store, PublishJournal& journal, Registrar& registrar,
                 StoreWatch& watch, const PublishOptions& options, UploadMeter& meter, std::stop_token stop)
      : work_(work),
        store_(store),
        journal_(journal),
        registrar_(registrar),
        watch_(watch),
        options_(options),
        meter_(meter),
        stop_(std::move(stop)) {}

  // Of those without an error, whose parts are all in the store. After an Error some of them may be live.
  Result<void> publish(std::span<OutgoingMessage> group);

  uint64_t bytes_sent() const { return bytes_sent_; }
  size_t messages_done() const { return messages_done_; }

 private:
  using Group = std::span<OutgoingMessage>;
  using Work = std::function<Result<void>(OutgoingMessage&, const std::stop_token&)>;
  Result<void> send_recipe(const OutgoingMessage& message);
  bool is_stored(const std::string& name, std::string_view json);
  Result<void> compose(const OutgoingMessage& message, const std::stop_token& stop);
  Result<void> give_link(OutgoingMessage& message);
  // What it did is in the journal, on the disk, then.
  Result<void> for_each_message(Group group, int parallel, const Work& work);

  const PublishJob& work_;
  upload::Store& store_;
  PublishJournal& journal_;
  Registrar& registrar_;
  StoreWatch& watch_;
  const PublishOptions& options_;
  UploadMeter& meter_;
  std::stop_token stop_;
  std::atomic<uint64_t> bytes_sent_ = 0;
  std::atomic<size_t> messages_done_ = 0;
};

}  // namespace candid::campaign
