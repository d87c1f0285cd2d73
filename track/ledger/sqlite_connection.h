#pragma once
// One connection to the ledger's file, opened as the ledger wants it; SQLite's exceptions end here.
// Internal to track.
//
// SQLite before 3.51.3 can lose the WAL when several connections checkpoint ("WAL-reset bug", sqlite.org/wal.html).
// So of all the programs that have the ledger open, only the holder of a lock file may checkpoint.

#include <filesystem>
#include <optional>
#include <type_traits>

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/error.h"
#include "core/files.h"
#include "track/ledger/as_result.h"

namespace candid::track {

Error ledger_error(const SQLite::Exception& problem, std::string_view doing);

// Runs `work`, which returns a value, a Result or nothing, and turns SQLite's exceptions into errors: "cannot `doing`
// (database is locked)".
template <typename Work>
auto guarded(std::string_view doing, Work&& work) -> typename AsResult<std::invoke_result_t<Work>>::Type {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      work();
      return {};
    } else {
      return work();
    }
  } catch (const SQLite::Exception& problem) {
    return tl::unexpected(ledger_error(problem, doing));
  }
}

enum class ConnectionRole { Reader, Writer };

// Makes the file (mode 0600) where it is missing. The connection never checkpoints until told to.
Result<SQLite::Database> connect(const std::filesystem::path& path, ConnectionRole role);

// Makes and changes nothing: whatever would write is refused. A file beside which no WAL lies is open nowhere; SQLite
// takes it for one that cannot change then, as it would make a WAL even to read. (Should another program begin to write
// in that moment, what is read is old, or fails.)
Result<SQLite::Database> connect_for_reading(const std::filesystem::path& path);

// The right to checkpoint, held from the moment it is free.
class CheckpointDuty {
 public:
  explicit CheckpointDuty(const std::filesystem::path& ledger) : lock_path_(ledger.string() + ".checkpoint.lock") {}

  // Takes the duty for this connection when no other program has it. A program that ends leaves it to the next taker,
  // so ask again now and then.
  void take_if_free(SQLite::Database& writer);
  // As far as readers let it, without waiting for anybody but where the WAL has grown large; nothing where another
  // program has the duty.
  void checkpoint(SQLite::Database& writer);
  bool is_held() const { return lock_.has_value(); }
  // Moves all of the WAL into the file and leaves an empty one; only for the holder. False where another program is
  // reading: nobody waits for it.
  bool empty_wal(SQLite::Database& writer);
  // Writes the file anew, without what was deleted (VACUUM), through the WAL. False where another program is writing.
  bool rewrite(SQLite::Database& writer);

 private:
  std::filesystem::path lock_path_;
  std::optional<FileLock> lock_;
};

}  // namespace candid::track
