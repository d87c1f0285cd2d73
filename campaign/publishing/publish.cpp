#include "campaign/publishing/publish.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

#include <fmt/format.h>

#include "campaign/publishing/composed_videos.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/link_issuer.h"
#include "campaign/publishing/message_check.h"
#include "campaign/publishing/object_sender.h"
#include "campaign/publishing/outgoing.h"
#include "campaign/publishing/publish_journal.h"
#include "campaign/publishing/store_identity.h"
#include "campaign/publishing/upload_meter.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/log.h"

namespace candid::campaign {
namespace {

// Questions to a ledger that is far away wait for the line, not for each other.
constexpr int kLedgerQuestions = 16;
// A batch of messages stays below what a server takes in one request (docs/api.md).
constexpr size_t kBatchBytes = 400'000;
constexpr size_t kBatchMessages = 200;
// What is more than that is known to exist: the JSON around a record's texts.
constexpr size_t kRecordBytes = 1000;
// Uploads of others that nobody went on with for so long are nobody's.
constexpr std::chrono::days kForsaken{7};

LinkFiles link_files(const Workspace& workspace) {
  return {workspace.links_file(), workspace.held_links_file()};
}

// A message with what the ledger is told of it.
struct Registration {
  track::MessageRecord record{};
  std::string digest{};
  IssuedLink link{};
};

// Some errors are one row's; the others end the run.
Result<void> row_or_all(OutgoingMessage& message, const Result<void>& done) {
  if (done || concerns_all(done.error())) return done;
  message.error = done.error();
  return {};
}

class Publisher {
 public:
  Publisher(const PublishJob& work, upload::Store& store, track::Ledger& ledger, PublishJournal& journal,
            const PublishOptions& options, UploadMeter& meter, const std::stop_token& stop, const Clock& clock)
      : work_(work),
        store_(store),
        ledger_(ledger),
        journal_(journal),
        options_(options),
        meter_(meter),
        stop_(stop),
        clock_(clock),
        book_(read_links(link_files(work.workspace))),
        issuer_(work.job.campaign.publish, journal, ledger, book_, clock),
        messages_(messages_to_go(work, report_.held)),
        registrations_(messages_.size()) {}

  Result<void> publish() {
    std::string id = TRY(store_id(store_));
    TRY_VOID(journal_.bind_to_store(id));
    TRY_VOID(learn_what_is_published());
    TRY_VOID(check_messages());
    TRY_VOID(send_parts());
    TRY_VOID(send_recipes());
    TRY_VOID(compose_videos());
    TRY_VOID(register_messages());
    TRY_VOID(give_links());
    end_leftovers();
    return {};
  }

  // The plan's messages in their order, then the links of candidates who are not in it now: a row that is briefly wrong
  // must not lose its link, and who was held and is not in the roster now is not free for that.
  Result<void> write_links() {
    std::vector<BookedLink> links;
    std::map<std::string, BookedLink> others = book_;
    std::set<std::string> held;
    for (const HeldMessage& message : report_.held) held.insert(message.message_id);
    for (const PlannedMessage& message : work_.plan.messages) {
      auto known = others.extract(message.id);
      BookedLink link = known.empty() ? BookedLink{} : std::move(known.mapped());
      if (auto journaled = journal_.link(message.id); journaled && journaled->is_given) take_over(*journaled, link);
      if (link.url.empty()) continue;
      const Candidate& candidate = work_.job.roster.candidates[message.candidate];
      link.candidate_id = candidate.id;
      link.name = candidate.name;
      link.email = candidate.email;
      link.message_id = message.id;
      link.file = message.file_name;
      link.url = url_of(link.token());
      link.is_held = held.contains(message.id);
      links.push_back(std::move(link));
    }
    report_.links_of_others = others.size();
    for (auto& [id, link] : others) links.push_back(std::move(link));
    return candid::campaign::write_links(link_files(work_.workspace), links);
  }

  PublishReport take_report() {
    for (size_t i = 0; i < messages_.size(); ++i) {
      const OutgoingMessage& message = messages_[i];
      PublishedLink link{message.planned->candidate, message.planned->id, "", false, message.error};
      if (!link.error) {
        link.url = url_of(registrations_[i].link.link.token);
        link.is_new = registrations_[i].link.is_new;
      }
      report_.links.push_back(std::move(link));
    }
    return std::move(report_);
  }

 private:
  std::string url_of(const std::string& token) const { return link_url(work_.job.campaign.publish.server, token); }

  void take_over(const JournalLink& journaled, BookedLink& link) const {
    link.url = url_of(journaled.token);
    link.passcode = journaled.passcode;
    link.expires = journaled.terms.expires_at ? format_utc(*journaled.terms.expires_at) : "";
  }

  // One question for all, and the first: a ledger that does not let us in says so before anything is sent.
  Result<void> learn_what_is_published() {
    auto messages = TRY(ledger_.messages(work_.job.campaign.id));
    for (track::MessageRecord& message : messages) {
      std::string id = message.message_id;
      published_.emplace(std::move(id), std::move(message));
    }
    return {};
  }

  Result<void> check_messages() {
    meter_.begin(PublishStep::Checking, messages_.size(), 0);
    auto checked = all_or_first_error(messages_.size(), kLedgerQuestions, stop_,
                                      [&](size_t i, const std::stop_token&) { return check_one(i); });
    auto synced = journal_.sync();  // the new links, before anybody hears of them
    return checked ? synced : checked;
  }

  Result<void> check_one(size_t i) {
    OutgoingMessage& message = messages_[i];
    check(work_, message);
    if (!message.error) TRY_VOID(row_or_all(message, prepare(message, registrations_[i])));
    meter_.item_done();
    return {};
  }

  Result<void> prepare(OutgoingMessage& message, Registration& registration) {
    const PlannedMessage& planned = *message.planned;
    const Candidate& candidate = work_.job.roster.candidates[planned.candidate];
    if (auto earlier = published_.find(planned.id); earlier != published_.end())
      TRY_VOID(check_owner(work_.job, candidate, earlier->second));
    registration.record = TRY(record_of(work_.job, planned, message.recipe));
    registration.digest = digest_of(registration.record, message.recipe_json);
    registration.record.published_at = clock_.now();
    TRY_VOID(track::validate(registration.record));
    auto passcode = candidate.fields.find("passcode");
    registration.link = TRY(issuer_.prepare(planned.id, passcode == candidate.fields.end() ? "" : passcode->second));
    return {};
  }

  Result<void> send_parts() {
    std::vector<OutgoingObject> objects = objects_of(work_, messages_);
    uint64_t bytes = 0;
    std::erase_if(objects, [&](const OutgoingObject& object) {
      bool is_there = !options_.verify && journal_.has_object(object.name, fmt::format("{}", object.size));
      (is_there ? report_.bytes_there_already : bytes) += object.size;
      return is_there;
    });
    if (objects.empty()) return {};
    meter_.begin(PublishStep::Sending, objects.size(), bytes);
    SendReport sent = TRY(send_objects(objects, store_, journal_, options_.parallel, meter_, stop_));
    report_.bytes_sent += sent.bytes_sent;
    report_.bytes_there_already += sent.bytes_there;
    for (OutgoingMessage& message : messages_) {
      if (message.error) continue;
      for (const std::string& part : message.recipe.parts()) {
        auto failed = sent.failed.find(upload::part_object(part));
        if (failed != sent.failed.end()) message.error = failed->second.wrapped("cannot store a part of it");
      }
    }
    return {};
  }

  // A recipe names parts, so it follows them.
  Result<void> send_recipes() {
    std::atomic<uint64_t> bytes = 0;
    auto sent = for_each_message(options_.parallel, [&](size_t i, const std::stop_token&) -> Result<void> {
      const OutgoingMessage& message = messages_[i];
      std::string name = recipe_object(message.planned->id);
      std::string fingerprint = to_hex(sha256(message.recipe_json));
      const std::string& json = message.recipe_json;
      bool is_known = journal_.has_object(name, fingerprint);
      if (is_known && (!options_.verify || TRY(store_.size_of(name)) == json.size())) return {};
      TRY_VOID(store_.put(name, {reinterpret_cast<const uint8_t*>(json.data()), json.size()}));
      bytes += json.size();
      return journal_.add_object(name, fingerprint);
    });
    report_.bytes_sent += bytes;
    auto synced = journal_.sync();
    return sent ? synced : sent;
  }

  Result<void> compose_videos() {
    if (!work_.job.campaign.publish.compose) return {};
    upload::Bucket* bucket = store_.bucket();
    if (bucket == nullptr) {
      return fail(ErrorKind::Unsupported, fmt::format("{} cannot put videos together", store_.describe()),
                  "compose = true in [publish] is for s3:// alone");
    }
    meter_.begin(PublishStep::Composing, messages_.size(), 0);
    auto composed = for_each_message(options_.parallel, [&](size_t i, const std::stop_token& stop) -> Result<void> {
      TRY_VOID(compose_video(work_.workspace, messages_[i].recipe, *bucket, journal_, options_.verify, stop));
      meter_.item_done();
      return {};
    });
    auto synced = journal_.sync();
    return composed ? synced : composed;
  }

  // Whether the ledger and all who ask it know the message as it is now.
  bool is_registered(size_t i) const {
    const std::string& id = messages_[i].planned->id;
    return published_.contains(id) && journal_.published(id) == registrations_[i].digest;
  }

  Result<void> register_messages() {
    std::vector<track::MessageRecord> batch;
    size_t bytes = 0;
    auto send = [&]() -> Result<void> {
      if (stop_.stop_requested()) return fail(ErrorKind::Cancelled, "stopped", "the same command goes on from here");
      if (!batch.empty()) TRY_VOID(ledger_.upsert_messages(batch));
      batch.clear();
      bytes = 0;
      return {};
    };
    for (size_t i = 0; i < messages_.size(); ++i) {
      if (messages_[i].error || is_registered(i)) continue;
      const track::MessageRecord& record = registrations_[i].record;
      size_t size = track::to_json(record.page).size() + record.candidate_name.size() + kRecordBytes;
      if (bytes + size > kBatchBytes || batch.size() >= kBatchMessages) TRY_VOID(send());
      batch.push_back(record);
      bytes += size;
    }
    return send();
  }

  Result<void> give_links() {
    meter_.begin(PublishStep::Registering, messages_.size(), 0);
    auto given = for_each_message(kLedgerQuestions, [&](size_t i, const std::stop_token&) -> Result<void> {
      Registration& registration = registrations_[i];
      bool is_new = registration.link.is_new;
      registration.link = TRY(issuer_.give(messages_[i].planned->id, std::move(registration.link)));
      registration.link.is_new = registration.link.is_new || is_new;
      TRY_VOID(journal_.set_published(messages_[i].planned->id, registration.digest));
      meter_.item_done();
      return {};
    });
    auto synced = journal_.sync();
    return given ? synced : given;
  }

  // What was left half-sent by runs before, and nobody wants now. That it could not be ended harms no link.
  void end_leftovers() {
    std::set<std::string> wanted;
    for (const OutgoingMessage& message : messages_) {
      for (const std::string& part : message.recipe.parts()) wanted.insert(upload::part_object(part));
      wanted.insert(recipe_object(message.planned->id));
      wanted.insert(composed_object(message.planned->id));
    }
    auto ended = store_.abandon_unfinished([&](std::string_view name) { return wanted.contains(std::string(name)); },
                                           clock_.now() - kForsaken);
    if (!ended) report_.leftovers = ended.error();
  }

  // For those without an error; what goes wrong for one alone becomes its error.
  Result<void> for_each_message(int parallel, const std::function<Result<void>(size_t, const std::stop_token&)>& work) {
    return all_or_first_error(messages_.size(), parallel, stop_, [&](size_t i, const std::stop_token& stop) {
      if (messages_[i].error) return Result<void>();
      return row_or_all(messages_[i], work(i, stop));
    });
  }

  const PublishJob& work_;
  upload::Store& store_;
  track::Ledger& ledger_;
  PublishJournal& journal_;
  const PublishOptions& options_;
  UploadMeter& meter_;
  const std::stop_token& stop_;
  const Clock& clock_;
  PublishReport report_{};
  const std::map<std::string, BookedLink> book_;
  LinkIssuer issuer_;
  std::vector<OutgoingMessage> messages_;
  std::vector<Registration> registrations_;  // one a message
  std::map<std::string, track::MessageRecord> published_{};
};

Result<void> refuse_past_expiry(const Campaign& campaign, const Clock& clock) {
  const auto& expires = campaign.publish.expires;
  if (!expires || !expires->moment || *expires->moment > clock.now()) return {};
  return fail(
      ErrorKind::InvalidInput,
      fmt::format("{}: publish.expires: the links would be over since {}", campaign.file, format_utc(*expires->moment)),
      "a day to come, or a number of days: \"30d\"");
}

}  // namespace

Result<PublishReport> publish(const PublishJob& work, upload::Store& store, track::Ledger& ledger,
                              const PublishOptions& options,
                              const std::function<void(const PublishProgress&)>& progress, const std::stop_token& stop,
                              const Clock& clock) {
  TRY_VOID(refuse_past_expiry(work.job.campaign, clock));
  auto journal = TRY(PublishJournal::open(work.workspace.journal_file()));
  UploadMeter meter(progress);
  Publisher publisher(work, store, ledger, *journal, options, meter, stop, clock);
  auto published = publisher.publish();
  // Whatever ended the run: the links that were given out are in the list.
  auto written = publisher.write_links();
  if (!published) return tl::unexpected(published.error());
  if (!written) return tl::unexpected(written.error());
  return publisher.take_report();
}

}  // namespace candid::campaign
