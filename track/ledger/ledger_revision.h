#pragma once
// Tells all programs that have a SQLite ledger open that what its pages show may have changed: a file of eight bytes
// beside it, LEDGER.revision, which whoever changes a page fills with new random ones. So a server need not ask SQLite
// again what it looked up a moment ago. Internal to track.
//
// The file says nothing of anybody, needs no backup, and may be deleted: the next program makes it anew. It is read and
// written rather than mapped, as touching a mapped file that somebody made shorter ends a program.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

namespace candid::track {

// How long a look-up is believed, whatever the revision says. It bounds what can go wrong with the file: a program that
// was killed between its commit and its word of it, one that does not know of the file, a file that was deleted and
// made anew, of which the server learns with its next look-up.
inline constexpr std::chrono::milliseconds kBelieved{1000};

// When something was looked up: what was kept before another revision is not believed.
struct LedgerMoment {
  uint64_t revision = 0;
  std::chrono::steady_clock::time_point time{};
};

// Thread-safe.
class LedgerRevision {
 public:
  // None: of a ledger that is only looked into. Nothing is made, and now() tells nothing.
  enum class Use { Keep, None };
  // For the ledger of this file, which is there. Makes the revision's where it is missing, with the ledger's mode and
  // owner; where that fails, now() tells nothing.
  LedgerRevision(const std::filesystem::path& ledger, Use use);
  ~LedgerRevision();
  LedgerRevision(const LedgerRevision&) = delete;
  LedgerRevision& operator=(const LedgerRevision&) = delete;

  // Two of one revision: no program has told of a change in between. Nothing where that cannot be known, so that
  // nothing may be kept. Costs one system call.
  std::optional<LedgerMoment> now() const;
  // The same of the file that is there now, should it be another one. To be asked before a look-up that will be kept.
  std::optional<LedgerMoment> now_for_certain();

  // Around a write of what pages show. When it is gone no program believes a look-up from before: they were told, or,
  // where the file cannot be written, kBelieved has passed.
  class Change {
   public:
    explicit Change(LedgerRevision& revision) : revision_(revision) { revision_.renew(); }
    ~Change() {
      if (!revision_.renew()) wait_until_disbelieved();
    }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

   private:
    static void wait_until_disbelieved();
    LedgerRevision& revision_;
  };

 private:
  // False where others may believe what they looked up, and cannot be told.
  bool renew();
  // Has the file that is at path_ now as file_.
  void find_file();
  // Its descriptor, or -1 and errno.
  int open_file() const;
  int make_file() const;
  void take(int file);

  const std::filesystem::path ledger_;
  const std::filesystem::path path_;  // empty: no use is made of it
  std::mutex mutex_;                  // of who replaces the file
  // -1: none. Once there is one the number stays, and stands for another file where that was replaced.
  std::atomic<int> file_{-1};
};

}  // namespace candid::track
