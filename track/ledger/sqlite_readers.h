#pragma once
// The connections that look things up: some, as threads that wait for each other's look-ups cost more than these take.
// Internal to track.

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "track/ledger/page_cache.h"
#include "track/ledger/statement_cache.h"

namespace candid::track {

// Used under its mutex: SQLite's statements are not shared between threads.
struct SqliteReader {
  explicit SqliteReader(SQLite::Database connection) : database(std::move(connection)) {}

  std::mutex mutex{};
  SQLite::Database database;
  StatementCache lookups{database};  // pages ask for the same again and again
  PageCache pages{};
};

// Thread-safe.
class SqliteReaders {
 public:
  explicit SqliteReaders(std::vector<SQLite::Database> connections) {
    for (SQLite::Database& connection : connections) {
      readers_.push_back(std::make_unique<SqliteReader>(std::move(connection)));
    }
  }

  // A reader for one look, and its lock.
  class Lease {
   public:
    Lease(SqliteReader& reader, std::unique_lock<std::mutex> lock) : reader_(reader), lock_(std::move(lock)) {}
    SqliteReader& operator*() const { return reader_; }

   private:
    SqliteReader& reader_;
    std::unique_lock<std::mutex> lock_;
  };
  // One that nobody uses; where there is none, the next one that is free of all that are busy.
  Lease take() {
    for (const auto& reader : readers_) {
      std::unique_lock lock(reader->mutex, std::try_to_lock);
      if (lock.owns_lock()) return {*reader, std::move(lock)};
    }
    SqliteReader& reader = *readers_[turn_.fetch_add(1, std::memory_order_relaxed) % readers_.size()];
    return {reader, std::unique_lock(reader.mutex)};
  }
  // All of them: nobody looks anything up while these are held.
  std::vector<Lease> take_all() {
    std::vector<Lease> leases;
    for (const auto& reader : readers_) leases.emplace_back(*reader, std::unique_lock(reader->mutex));
    return leases;
  }

 private:
  std::vector<std::unique_ptr<SqliteReader>> readers_;  // at least one
  std::atomic<size_t> turn_{0};
};

}  // namespace candid::track
