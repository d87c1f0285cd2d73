#include <atomic>

#include <fmt/format.h>

#include "campaign/parallel.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/object_sender.h"
#include "campaign/publishing/outgoing.h"
#include "campaign/publishing/publish.h"
#include "campaign/publishing/publish_journal.h"
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

}  // namespace

Result<PublishPreview> preview_publish(const PublishJob& work, upload::Store* store, const PublishOptions& options,
                                       const std::function<void(const PublishProgress&)>& progress,
                                       const std::stop_token& stop) {
  PublishPreview preview;
  UploadMeter meter(progress);
  auto journal = TRY(PublishJournal::read(work.workspace.journal_file()));
  auto book = read_links({work.workspace.links_file(), work.workspace.held_links_file()});
  std::optional<std::string> id = store == nullptr ? std::nullopt : TRY(find_store_id(*store));
  TRY_VOID(journal->bind_to_store(id.value_or("")));
  std::vector<HeldMessage> held;
  std::vector<OutgoingMessage> messages = messages_to_go(work, held);
  meter.begin(PublishStep::Checking, messages.size(), 0);
  run_in_parallel(messages.size(), 0, [&](size_t i) {
    if (!stop.stop_requested()) check(work, messages[i]);
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
    auto journaled = journal->link(planned.id);
    if (!(journaled && journaled->is_given) && !book.contains(planned.id)) ++preview.links_to_make;
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
