#pragma once
// Somebody else removes from the store what nobody seems to need (candid forget, retention) while a publish is under
// way, which trusts what is there. So before links open the publish looks whether the store is the one that it began
// with, and sends anew what is missing. Internal to campaign.

#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "campaign/publishing/outgoing.h"
#include "campaign/publishing/publish.h"
#include "campaign/publishing/store_identity.h"
#include "core/error.h"
#include "core/pause.h"
#include "upload/store.h"

namespace candid::campaign {

// On one thread.
class StoreWatch {
 public:
  // Everything borrowed outlives it.
  StoreWatch(const PublishJob& work, upload::Store& store, std::stop_token stop, Pause& pause = Pause::system())
      : work_(work), store_(store), stop_(std::move(stop)), pause_(pause) {}

  // The identity with which the run began.
  void begin(std::string id) { id_ = std::move(id); }
  // Until nobody removes anything and the store holds every part and recipe of those without an error: recipes first,
  // which is why what looks for needed parts from now on sees them. Waits for who is removing. One question where
  // nothing has changed.
  Result<void> settle(std::span<OutgoingMessage> messages);
  uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  Result<std::string> quiet_id();
  Result<void> send_missing(std::span<OutgoingMessage> messages);
  Result<void> send_missing(const OutgoingMessage& message);
  Result<void> send_part(const std::string& part);

  const PublishJob& work_;
  upload::Store& store_;
  std::stop_token stop_;
  Pause& pause_;
  std::string id_{};
  std::string forsaken_{};  // the identity of a removal that nobody ends
  bool has_changed_ = false;
  std::set<std::string> there_{};  // names of objects that were seen under this identity
  uint64_t bytes_sent_ = 0;
};

}  // namespace candid::campaign
