#include "track/ledger/sqlite_connection.h"

#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "core/encoding.h"

namespace candid::track {
namespace {

constexpr int kBusyTimeoutMs = 10'000;
constexpr int kShortWaitMs = 200;
constexpr int kClearingWaitMs = 20;        // whoever reports waits as long
constexpr int kLargestIdleWal = 16 << 20;  // bytes
// Of 4 KiB. SQLite's own default is a quarter: a page that many commits change is moved once for all of them.
constexpr int kCheckpointPages = 4000;
constexpr int kLargeWal = 5000;  // pages

ErrorKind kind_of(int code) {
  switch (code) {
    case SQLITE_FULL:
      return ErrorKind::NoSpace;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::Corrupt;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return ErrorKind::PermissionDenied;
    default:
      return ErrorKind::Io;
  }
}

// SQLite would make the file readable to all; its -wal and -shm files take over the mode of the main file.
//
// A file that is there already is never opened here: POSIX drops all of a process's locks on a file when any descriptor
// of it is closed, so SQLite's own connections would lose theirs, and with them commits (sqlite.org/howtocorrupt.html,
// 2.2).
Result<void> make_private_file(const std::filesystem::path& path) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return {};
  if (file < 0) return tl::unexpected(system_error(errno, fmt::format("cannot open the ledger {}", path.string())));
  ::close(file);
  return {};
}

// The change to WAL needs the file alone and does not wait for it (the busy timeout is not honoured), so two programs
// that make a ledger at the same moment would trip over each other.
void use_wal(SQLite::Database& database) {
  constexpr auto kPause = std::chrono::milliseconds(20);
  for (int attempt = 0;; ++attempt) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (const SQLite::Exception& problem) {
      if (problem.getErrorCode() != SQLITE_BUSY || attempt * kPause.count() > kBusyTimeoutMs) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

void set_checkpointing(SQLite::Database& database, bool allowed) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, allowed ? 0 : 1, nullptr);
  sqlite3_wal_autocheckpoint(database.getHandle(), allowed ? kCheckpointPages : 0);
}

// A busy timeout of a connection for a while, however that ends.
class ShortTimeout {
 public:
  ShortTimeout(SQLite::Database& database, int milliseconds) : database_(database) {
    sqlite3_busy_timeout(database_.getHandle(), milliseconds);
  }
  ~ShortTimeout() { sqlite3_busy_timeout(database_.getHandle(), kBusyTimeoutMs); }
  ShortTimeout(const ShortTimeout&) = delete;
  ShortTimeout& operator=(const ShortTimeout&) = delete;

 private:
  SQLite::Database& database_;
};

std::string encoded_path(const std::filesystem::path& path) {
  std::string encoded;
  for (const auto& name : std::filesystem::absolute(path).relative_path()) {
    encoded += fmt::format("/{}", percent_encode(name.string()));
  }
  return encoded;
}

}  // namespace

Error ledger_error(const SQLite::Exception& problem, std::string_view doing) {
  int code = problem.getErrorCode();
  Error error(kind_of(code), fmt::format("cannot {} ({})", doing, problem.what()));
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return std::move(error).retry_may_help();
  return error;
}

Result<SQLite::Database> connect(const std::filesystem::path& path, ConnectionRole role) {
  TRY_VOID(make_private_file(path));
  return guarded(fmt::format("open the ledger {}", path.string()), [&] {
    SQLite::Database database(path.string(), SQLite::OPEN_READWRITE, kBusyTimeoutMs);
    set_checkpointing(database, false);
    use_wal(database);
    database.exec("PRAGMA synchronous = FULL");
    // Whoever begins the WAL anew cuts off what a burst of commits left.
    database.exec(fmt::format("PRAGMA journal_size_limit = {}", kLargestIdleWal));
    database.exec("PRAGMA foreign_keys = ON");
    if (role == ConnectionRole::Reader) database.exec("PRAGMA query_only = ON");
    // What is deleted is overwritten with zeros, whatever SQLite was built with.
    if (role == ConnectionRole::Writer) database.exec("PRAGMA secure_delete = ON");
    return database;
  });
}

Result<SQLite::Database> connect_for_reading(const std::filesystem::path& path) {
  std::error_code code;
  bool is_at_rest = !std::filesystem::exists(path.string() + "-wal", code) && !code;
  return guarded(fmt::format("open the ledger {}", path.string()), [&] {
    std::string address = fmt::format("file://{}?mode=ro{}", encoded_path(path), is_at_rest ? "&immutable=1" : "");
    SQLite::Database database(address, SQLite::OPEN_READONLY | SQLite::OPEN_URI, kBusyTimeoutMs);
    set_checkpointing(database, false);
    return database;
  });
}

void CheckpointDuty::take_if_free(SQLite::Database& writer) {
  if (lock_) return;
  auto lock = FileLock::try_acquire(lock_path_);
  if (!lock) return;  // another program has it, and does the work
  lock_.emplace(std::move(*lock));
  set_checkpointing(writer, true);
}

void CheckpointDuty::checkpoint(SQLite::Database& writer) {
  if (!lock_) return;
  SQLite::Statement passive(writer, "PRAGMA wal_checkpoint(PASSIVE)");
  passive.executeStep();
  bool is_small = passive.getColumn(1).getInt() <= kLargeWal;
  passive.reset();
  if (is_small) return;
  // Whoever commits all the time never leaves a moment in which the WAL could begin anew: writers wait for one,
  // briefly.
  ShortTimeout briefly(writer, kShortWaitMs);
  SQLite::Statement(writer, "PRAGMA wal_checkpoint(TRUNCATE)").executeStep();
}

bool CheckpointDuty::empty_wal(SQLite::Database& writer) {
  ShortTimeout briefly(writer, kClearingWaitMs);
  SQLite::Statement truncate(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
  return truncate.executeStep() && truncate.getColumn(0).getInt() == 0;
}

bool CheckpointDuty::rewrite(SQLite::Database& writer) {
  ShortTimeout briefly(writer, kClearingWaitMs);
  try {
    writer.exec("VACUUM");
    return true;
  } catch (const SQLite::Exception& problem) {
    if (problem.getErrorCode() != SQLITE_BUSY) throw;
    return false;
  }
}

}  // namespace candid::track
