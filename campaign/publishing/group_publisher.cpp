#include "campaign/publishing/group_publisher.h"

#include <algorithm>

#include "campaign/publishing/composed_videos.h"
#include "core/digest.h"
#include "core/encoding.h"

namespace candid::campaign {

Result<void> row_or_all(OutgoingMessage& message, const Result<void>& done) {
  if (done || concerns_all(done.error())) return done;
  message.error = done.error();
  return {};
}

Result<void> GroupPublisher::publish(Group group) {
  // A recipe names parts, so it follows them.
  TRY_VOID(for_each_message(group, options_.parallel,
                            [&](OutgoingMessage& message, const std::stop_token&) { return send_recipe(message); }));
  // What is live already is needed, as whoever removes objects sees in the ledger.
  bool goes_live = std::any_of(group.begin(), group.end(), [&](const OutgoingMessage& message) {
    return !message.error && !registrar_.is_up_to_date(message);
  });
  if (goes_live) TRY_VOID(watch_.settle(group));
  if (work_.job.campaign.publish.compose) {
    TRY_VOID(for_each_message(group, options_.parallel, [&](OutgoingMessage& message, const std::stop_token& stop) {
      return compose(message, stop);
    }));
    if (goes_live) TRY_VOID(watch_.settle(group));
  }
  TRY_VOID(registrar_.put_messages(group, stop_));
  return for_each_message(group, kLedgerQuestions,
                          [&](OutgoingMessage& message, const std::stop_token&) { return give_link(message); });
}

Result<void> GroupPublisher::send_recipe(const OutgoingMessage& message) {
  std::string name = recipe_object(message.edition);
  std::string fingerprint = to_hex(sha256(message.recipe_json));
  const std::string& json = message.recipe_json;
  if (journal_.has_object(name, fingerprint) && (!options_.verify || is_stored(name, json))) return {};
  TRY_VOID(store_.put(name, {reinterpret_cast<const uint8_t*>(json.data()), json.size()}));
  bytes_sent_ += json.size();
  TRY_VOID(journal_.add_object(name, fingerprint));
  return journal_.sync();  // now: a recipe has no question before it, so a killed run would send it again
}

bool GroupPublisher::is_stored(const std::string& name, std::string_view json) {
  auto there = store_.get(name);
  return there && std::string_view(reinterpret_cast<const char*>(there->data()), there->size()) == json;
}

Result<void> GroupPublisher::compose(const OutgoingMessage& message, const std::stop_token& stop) {
  return compose_video(work_.workspace, message.recipe, message.edition, *store_.bucket(), journal_, options_.verify,
                       stop);
}

Result<void> GroupPublisher::give_link(OutgoingMessage& message) {
  TRY_VOID(registrar_.give_link(message));
  if (message.error) return {};
  ++messages_done_;
  meter_.message_done(message.planned->candidate);
  return {};
}

Result<void> GroupPublisher::for_each_message(Group group, int parallel, const Work& work) {
  auto done = all_or_first_error(group.size(), parallel, stop_, [&](size_t i, const std::stop_token& stop) {
    if (group[i].error) return Result<void>();
    return row_or_all(group[i], work(group[i], stop));
  });
  auto synced = journal_.sync();
  return done ? synced : done;
}

}  // namespace candid::campaign
