#pragma once
// What a ledger keeps of an erasure: a receipt that tells when and how much, and digests by which the same person is
// recognised when a roster brings them back. No word about them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace candid::track {

enum class ErasureReason {
  Wish,       // of the candidate, or of the recruiter for them
  Retention,  // the time that data is kept was over
};
std::string_view to_string(ErasureReason reason);  // "wish", "retention"
std::optional<ErasureReason> erasure_reason(std::string_view name);

// What one call erases.
inline constexpr size_t kMostErasedAtOnce = 1'000;

struct ErasureOrder {
  std::string receipt{};  // make_receipt(); the same when the call is repeated
  ErasureReason reason = ErasureReason::Wish;
  std::vector<std::string> message_ids{};
  // mail_identity(), message_identity(). A ledger keeps their HMAC-SHA-256 under a key of its own: addresses are easy
  // to guess, so that a plain hash would tell them.
  std::vector<std::string> identities{};
};

struct Erasure {
  std::string receipt{};
  UtcTime erased_at{};
  ErasureReason reason = ErasureReason::Wish;
  int64_t messages = 0;
  int64_t links = 0;
  int64_t views = 0;  // that were counted against a limit
  int64_t events = 0;
  // Videos that a remote ledger's server erased with the rows. Told by erase() alone, and kept by no ledger.
  int64_t reply_videos = 0;
  // The rows are gone and overwritten, but SQLite's write-ahead log still holds their bytes: the program that may empty
  // it is another one that has the ledger open, or somebody was reading. It is emptied within a minute, or by the next
  // program that has the ledger open for as long. Never of PostgreSQL, whose files are its operator's.
  bool awaits_clearing = false;
  // SQLite's file was too large to be written anew while others wait. The rows are overwritten, but a page that was
  // split while they were there may hold a copy that SQLite has forgotten. A backup holds none.
  bool is_overwritten_only = false;
  bool operator==(const Erasure&) const = default;
};

// Who somebody is: by mail address, in whatever case and whichever campaign; empty for an empty address.
std::string mail_identity(std::string_view address);
// The same candidate of the same campaign, whatever their address.
std::string message_identity(std::string_view message_id);

// Random, to be read out on the telephone: "E-7GQ2-M4XW-9KTB-3HZD".
std::string make_receipt();
bool is_receipt(std::string_view text);

}  // namespace candid::track
