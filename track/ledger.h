#pragma once
// The ledger: messages, links and events, in one SQLite file (mode 0600) that several programs may have open at once.
//
// Every call is thread-safe. A write has reached the disk when its call returns, or when its completion runs. A link's
// token is given out once and kept as its SHA-256 alone. Events are only ever added; the one thing that leaves them is
// the truncated address.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "track/event.h"
#include "track/message.h"

namespace candid::track {

struct CampaignSummary {
  std::string id;
  std::string name;
  int messages = 0;
  UtcTime published_at{};  // of its latest message
};

class Ledger {
 public:
  // Makes the file where it is missing and brings an older one up to date; a newer program's ledger is refused.
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& path, const Clock& clock = Clock::system());
  // Stores what is still queued, runs the completions, then closes.
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Adds the message, or replaces the one of the same id; its links and events stay.
  Result<void> upsert_message(const MessageRecord& message);
  Result<std::optional<MessageRecord>> find_message(std::string_view message_id) const;
  // In the order of the roster.
  Result<std::vector<MessageRecord>> messages(std::string_view campaign_id) const;
  Result<std::vector<CampaignSummary>> campaigns() const;

  // The new link's token (160 random bits). NotFound for an unknown message.
  Result<std::string> create_link(std::string_view message_id, Purpose purpose,
                                  std::optional<UtcTime> expires_at = std::nullopt);
  // Nothing for a token that is unknown, revoked or expired: the three cannot be told apart.
  Result<std::optional<LinkRecord>> find_link(std::string_view token) const;
  // Whether a token that was given out earlier still opens this message as the candidate.
  Result<bool> opens_message(std::string_view token, std::string_view message_id) const;
  // NotFound when no usable link has this token.
  Result<void> revoke_link(std::string_view token);
  // Ends every link of a message; how many were usable until now.
  Result<int> revoke_links(std::string_view message_id);
  // From now on no event of this link is stored, queued ones included.
  Result<void> stop_tracking(int64_t link_id);

  using Completion = std::function<void(Result<void>)>;
  // Stores all events or none, in one commit shared with whatever else is waiting. `done` runs on the ledger's own
  // thread once they are durable, or with the error; at once on the caller's, retryable, when the queue is full.
  void append(std::vector<Event> events, Completion done);
  // The same, waiting. Everything appended earlier is durable too, and its completion has run.
  Result<void> append_and_wait(std::vector<Event> events);

  // Every link of the message, the owner's included.
  Result<std::vector<LinkHistory>> history(std::string_view message_id) const;

  // Empties the truncated address of events received before this moment.
  Result<void> drop_networks_before(UtcTime moment);
  // 32 bytes, made with the ledger: signs page nonces, so that they survive a restart.
  const std::vector<uint8_t>& server_key() const;
  // Commits of queued events so far: with groups, fewer than events.
  uint64_t group_commits() const;

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::track
