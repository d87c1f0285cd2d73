#include "campaign/publishing/publish.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <thread>

#include <fmt/format.h>

#include "campaign/publishing/composed_videos.h"
#include "campaign/publishing/group_publisher.h"
#include "campaign/publishing/link_list.h"
#include "campaign/publishing/message_check.h"
#include "campaign/publishing/object_sender.h"
#include "campaign/publishing/outgoing.h"
#include "campaign/publishing/publish_journal.h"
#include "campaign/publishing/registrar.h"
#include "campaign/publishing/store_identity.h"
#include "campaign/publishing/store_watch.h"
#include "campaign/publishing/upload_meter.h"

namespace candid::campaign {
namespace {

// Messages that go live together: few, so that little is lost with a line; some for each worker, so that none waits.
constexpr size_t kGroupMessages = 32;
constexpr size_t kGroupMessagesPerWorker = 4;
// Uploads of others that nobody went on with for so long are nobody's.
constexpr std::chrono::days kForsaken{7};

using Group = std::span<OutgoingMessage>;

class Publisher {
 public:
  Publisher(const PublishJob& work, upload::Store& store, track::Ledger& ledger, PublishJournal& journal,
            const PublishOptions& options, UploadMeter& meter, const std::stop_token& stop, const Clock& clock)
      : work_(work),
        store_(store),
        journal_(journal),
        options_(options),
        meter_(meter),
        stop_(stop),
        clock_(clock),
        book_(read_links(link_files(work.workspace))),
        registrar_(work, journal, ledger, book_, options, clock),
        watch_(work, store, stop),
        groups_(work, store, journal, registrar_, watch_, options, meter, stop),
        messages_(messages_to_go(work, report_.held)) {
    for (const HeldMessage& message : report_.held) listed_.held.insert(message.message_id);
  }

  Result<void> publish() {
    std::string id = TRY(store_id(store_));
    TRY_VOID(journal_.bind_to_store(id));
    watch_.begin(std::move(id));
    TRY_VOID(registrar_.learn(stop_));
    find_owners();
    report_.links_of_erased = TRY(registrar_.count_erased(others_in_book()));
    TRY_VOID(check_bucket());
    TRY_VOID(check_messages());
    TRY_VOID(send_and_publish());
    // Whoever looked at the ledger before the last of them were in it may have removed since what these show.
    if (went_live_) TRY_VOID(watch_.settle(messages_));
    report_.bytes_sent += watch_.bytes_sent();
    end_leftovers();
    return {};
  }

  Result<void> write_links() {
    size_t others = TRY(write_link_list(work_, journal_, listed_, book_));
    report_.links_of_others = others - std::min(others, report_.links_of_erased);
    return {};
  }

  // Tells of an error how many messages are published in spite of it.
  Error told(const Error& error) const {
    if (groups_.messages_done() == 0) return error;
    return error.wrapped(fmt::format("{} of {} videos are published, and their links are in {}",
                                     groups_.messages_done(), messages_.size(), work_.workspace.links_file().string()));
  }

  PublishReport take_report() {
    for (const OutgoingMessage& message : messages_) {
      PublishedLink link{message.planned->candidate, message.planned->id, "", false, message.error, ""};
      if (!link.error) {
        link.url = link_url(work_.job.campaign.publish.server, message.link.link.token);
        link.is_new = message.link.is_new();
        if (message.link.fate == LinkFate::Over) ++report_.links_over;
        link.video_ref = message.record.video_ref;
      }
      report_.links.push_back(std::move(link));
    }
    return std::move(report_);
  }

 private:
  // Message ids of links that the lists hold from before, and that are not in the plan.
  std::vector<std::string> others_in_book() const {
    std::set<std::string> planned;
    for (const PlannedMessage& message : work_.plan.messages) planned.insert(message.id);
    std::vector<std::string> others;
    for (const auto& [id, link] : book_) {
      if (!planned.contains(id) && !journal_.has_dropped(id)) others.push_back(id);
    }
    return others;
  }

  void find_owners() {
    for (const PlannedMessage& message : work_.plan.messages) {
      const track::MessageRecord* record = registrar_.published(message.id);
      if (record == nullptr) continue;
      if (is_same_owner(work_.job.campaign, work_.job.roster.candidates[message.candidate], *record)) {
        listed_.owned.insert(message.id);
      } else {
        listed_.of_others[message.id] = {record->candidate_name, record->candidate_email};
      }
    }
  }

  Result<void> check_bucket() {
    if (!work_.job.campaign.publish.compose || store_.bucket() != nullptr) return {};
    return fail(ErrorKind::Unsupported, fmt::format("{} cannot put videos together", store_.describe()),
                "compose = true in [publish] is for s3:// alone");
  }

  Result<void> check_messages() {
    meter_.begin(PublishStep::Checking, messages_.size(), 0);
    auto checked = all_or_first_error(messages_.size(), kLedgerQuestions, stop_,
                                      [&](size_t i, const std::stop_token&) -> Result<void> {
                                        OutgoingMessage& message = messages_[i];
                                        check_files(work_, message);
                                        if (!message.error) TRY_VOID(row_or_all(message, registrar_.prepare(message)));
                                        meter_.item_done();
                                        return {};
                                      });
    auto synced = journal_.sync();  // the new links, before anybody hears of them
    return checked ? synced : checked;
  }

  // Parts leave all the while, on threads of their own; each group goes live as soon as its parts are there.
  Result<void> send_and_publish() {
    // Among the parts, where a rendering prunes it again.
    if (work_.job.logo) TRY(work_.workspace.add_part(work_.job.logo->png));
    std::vector<OutgoingObject> objects = objects_to_send();
    ObjectSender sender(objects, store_, journal_, options_, meter_);
    std::stop_source stop_sending;
    std::stop_callback passed_on(stop_, [&] { stop_sending.request_stop(); });
    Result<void> sent;
    Result<void> published;
    {
      std::jthread sending([&] { sent = send_parts(sender, objects, stop_sending.get_token()); });
      published = publish_groups(sender, objects);
      if (!published) stop_sending.request_stop();
    }
    report_.bytes_sent += sender.bytes_sent() + groups_.bytes_sent();
    report_.bytes_there_already += sender.bytes_there();
    // A sending that was stopped has nothing to tell of its own.
    bool was_stopped = !sent && sent.error().kind() == ErrorKind::Cancelled && !published;
    return was_stopped || sent ? published : sent;
  }

  // Those that the journal does not vouch for.
  std::vector<OutgoingObject> objects_to_send() {
    std::vector<OutgoingObject> objects = objects_of(work_, messages_);
    std::erase_if(objects, [&](const OutgoingObject& object) {
      bool is_there = !options_.verify && journal_.has_object(object.name, fmt::format("{}", object.size));
      if (is_there) report_.bytes_there_already += object.size;
      return is_there;
    });
    return objects;
  }

  Result<void> send_parts(ObjectSender& sender, const std::vector<OutgoingObject>& objects,
                          const std::stop_token& stop) {
    uint64_t bytes = 0;
    for (const OutgoingObject& object : objects) bytes += object.size;
    if (!objects.empty()) meter_.begin(PublishStep::Sending, objects.size(), bytes);
    TRY_VOID(sender.send_all(stop));
    bool composes = work_.job.campaign.publish.compose;
    meter_.begin(composes ? PublishStep::Composing : PublishStep::Registering, messages_.size(), 0);
    return {};
  }

  Result<void> publish_groups(ObjectSender& sender, const std::vector<OutgoingObject>& objects) {
    size_t most = std::max(kGroupMessages, kGroupMessagesPerWorker * static_cast<size_t>(options_.parallel));
    for (size_t begin = 0; begin < messages_.size(); begin += most) {
      size_t end = std::min(begin + most, messages_.size());
      // Objects stand in the order of their first messages, so these are the group's and those of groups before it.
      auto needed = std::partition_point(objects.begin(), objects.end(),
                                         [&](const OutgoingObject& object) { return object.first_message < end; });
      if (!sender.wait_for(static_cast<size_t>(needed - objects.begin()))) return {};
      TRY_VOID(publish_group(Group(messages_).subspan(begin, end - begin), sender));
    }
    return {};
  }

  Result<void> publish_group(Group group, const ObjectSender& sender) {
    mark_failed(group, sender);
    bool is_changed = std::any_of(group.begin(), group.end(), [&](const OutgoingMessage& message) {
      return !message.error && !registrar_.is_up_to_date(message);
    });
    went_live_ = went_live_ || is_changed;
    auto live = groups_.publish(group);
    // Some may be open, whatever happened to the others.
    for (const OutgoingMessage& message : group) {
      if (!message.error) listed_.owned.insert(message.planned->id);
    }
    auto listed = is_changed ? write_links() : Result<void>();
    return live ? listed : live;
  }

  void mark_failed(Group group, const ObjectSender& sender) const {
    for (OutgoingMessage& message : group) {
      if (message.error) continue;
      for (const std::string& part : parts_of(work_.job, message)) {
        auto failure = sender.failure(upload::part_object(part));
        if (failure) message.error = failure->wrapped("cannot store a part of it");
      }
    }
  }

  // What was left half-sent by runs before, and nobody wants now. That it could not be ended harms no link.
  void end_leftovers() {
    std::set<std::string> wanted;
    for (const OutgoingMessage& message : messages_) {
      for (const std::string& part : parts_of(work_.job, message)) wanted.insert(upload::part_object(part));
      wanted.insert(recipe_object(message.edition));
      wanted.insert(composed_object(message.edition));
    }
    auto ended = store_.abandon_unfinished([&](std::string_view name) { return wanted.contains(std::string(name)); },
                                           clock_.now() - kForsaken);
    if (!ended) report_.leftovers = ended.error();
  }

  const PublishJob& work_;
  upload::Store& store_;
  PublishJournal& journal_;
  const PublishOptions& options_;
  UploadMeter& meter_;
  const std::stop_token& stop_;
  const Clock& clock_;
  PublishReport report_{};
  LinkListed listed_{};
  bool went_live_ = false;  // any message, or a link
  const std::map<std::string, BookedLink> book_;
  Registrar registrar_;
  StoreWatch watch_;
  GroupPublisher groups_;
  std::vector<OutgoingMessage> messages_;
};

}  // namespace

Result<PublishReport> publish(const PublishJob& work, upload::Store& store, track::Ledger& ledger,
                              const PublishOptions& options,
                              const std::function<void(const PublishProgress&)>& progress, const std::stop_token& stop,
                              const Clock& clock) {
  TRY_VOID(check_expiry(work.job.campaign, clock));
  auto journal = TRY(PublishJournal::open(work.workspace.journal_file()));
  UploadMeter meter(progress);
  Publisher publisher(work, store, ledger, *journal, options, meter, stop, clock);
  auto published = publisher.publish();
  // Whatever ended the run: the links that were given out are in the list.
  auto written = publisher.write_links();
  if (!published) return tl::unexpected(publisher.told(published.error()));
  if (!written) return tl::unexpected(written.error());
  return publisher.take_report();
}

Result<void> list_links(const PublishJob& work) {
  std::error_code code;
  if (!std::filesystem::exists(work.workspace.journal_file(), code) && !code) return {};  // nothing ever went out
  auto journal = TRY(PublishJournal::open(work.workspace.journal_file()));
  std::vector<HeldMessage> held;
  messages_to_go(work, held);
  LinkListed listed;
  for (const HeldMessage& message : held) listed.held.insert(message.message_id);
  TRY(write_link_list(work, *journal, listed, read_links(link_files(work.workspace))));
  return {};
}

}  // namespace candid::campaign
