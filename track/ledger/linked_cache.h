#pragma once
// Links with their messages that were looked up a moment ago, each believed while the ledger's revision is what it was
// before the look-up, and for kBelieved at most (ledger_revision.h). Internal to track.

#include <cstddef>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "core/digest.h"
#include "track/ledger/ledger.h"
#include "track/ledger/ledger_revision.h"

namespace candid::track {

// Digests are as good as random already.
struct KeyOfLink {
  size_t operator()(const Sha256& digest) const {
    size_t value = 0;
    std::memcpy(&value, digest.data(), sizeof(value));
    return value;
  }
  size_t operator()(int64_t link_id) const { return std::hash<int64_t>()(link_id); }
};

// By the digest of its token, or by its number. Thread-safe.
template <typename Key>
class LinkedCache {
 public:
  static constexpr size_t kMost = 4096;

  // Null for what is not here, or not to be believed.
  Linked find(const Key& key, const LedgerMoment& now) {
    Entries dropped;  // destroyed without the lock
    std::lock_guard lock(mutex_);
    if (now.revision != revision_) {
      dropped.swap(entries_);
      revision_ = now.revision;
      return nullptr;
    }
    auto found = entries_.find(key);
    if (found == entries_.end() || is_old(found->second, now)) return nullptr;
    return found->second.linked;
  }

  // `before` is from before the look-up.
  void keep(const Key& key, Linked linked, const LedgerMoment& before) {
    Entries dropped;
    std::lock_guard lock(mutex_);
    if (before.revision != revision_) return;  // changed since
    if (entries_.size() >= kMost) dropped.swap(entries_);
    entries_.insert_or_assign(key, Entry{std::move(linked), before.time});
  }

  // Takes out what nobody may be given any more: what was erased must not lie in memory until somebody asks.
  void drop_old(const LedgerMoment& now) {
    std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& entry) { return now.revision != revision_ || is_old(entry.second, now); });
  }
  void forget() {
    Entries dropped;
    std::lock_guard lock(mutex_);
    dropped.swap(entries_);
  }
  size_t size() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    Linked linked;
    std::chrono::steady_clock::time_point looked_up;
  };
  using Entries = std::unordered_map<Key, Entry, KeyOfLink>;

  static bool is_old(const Entry& entry, const LedgerMoment& now) { return now.time - entry.looked_up >= kBelieved; }

  mutable std::mutex mutex_;
  uint64_t revision_ = 0;  // of all entries
  Entries entries_;
};

}  // namespace candid::track
