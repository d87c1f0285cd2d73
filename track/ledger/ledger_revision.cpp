#include "track/ledger/ledger_revision.h"

#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/random.h"

namespace candid::track {
namespace {

using Clock = std::chrono::steady_clock;

constexpr mode_t kPermissions = 0666;  // nobody runs a ledger

std::optional<uint64_t> read_revision(int file) {
  uint64_t revision = 0;
  if (file < 0 || ::pread(file, &revision, sizeof(revision), 0) != sizeof(revision)) return std::nullopt;
  return revision;
}

bool write_revision(int file) {
  const auto fresh = random_bytes(sizeof(uint64_t));
  return file >= 0 && ::pwrite(file, fresh.data(), fresh.size(), 0) == static_cast<ssize_t>(fresh.size());
}

// Whether the open file is the one at that path.
bool is_at(const std::filesystem::path& path, int file) {
  struct stat open {};
  struct stat there {};
  if (file < 0 || ::fstat(file, &open) != 0 || ::lstat(path.c_str(), &there) != 0) return false;
  return open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

}  // namespace

LedgerRevision::LedgerRevision(const std::filesystem::path& ledger, Use use)
    : ledger_(ledger), path_(use == Use::Keep ? ledger.string() + ".revision" : "") {
  if (use == Use::None) return;
  find_file();
  if (!now()) {
    log::debug("track", fmt::format("{} cannot be used; links are looked up for each request", path_.string()));
  }
}

LedgerRevision::~LedgerRevision() {
  if (file_ >= 0) ::close(file_);
}

std::optional<LedgerMoment> LedgerRevision::now() const {
  const auto time = Clock::now();  // first: what is older than it seems would be believed for longer
  const auto revision = read_revision(file_.load(std::memory_order_acquire));
  if (!revision) return std::nullopt;
  return LedgerMoment{*revision, time};
}

std::optional<LedgerMoment> LedgerRevision::now_for_certain() {
  if (path_.empty()) return std::nullopt;
  if (!is_at(path_, file_) || !now()) find_file();  // also one that somebody made shorter
  if (!is_at(path_, file_)) return std::nullopt;
  return now();
}

bool LedgerRevision::renew() {
  if (path_.empty()) return true;
  if (!is_at(path_, file_)) find_file();
  if (is_at(path_, file_) && write_revision(file_)) return true;
  // Where there is no file nobody looks at one.
  struct stat there {};
  return ::lstat(path_.c_str(), &there) != 0 && errno == ENOENT;
}

void LedgerRevision::find_file() {
  std::lock_guard lock(mutex_);
  if (is_at(path_, file_) && now()) return;
  int file = open_file();
  if (file < 0 && errno == ENOENT) file = make_file();
  if (file < 0 && errno == EEXIST) file = open_file();  // another program was quicker
  if (file >= 0) take(file);
}

int LedgerRevision::open_file() const {
  return ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

// As SQLite makes a ledger's other files: whoever may write the ledger must be able to tell of it, also where it was
// root who came first.
int LedgerRevision::make_file() const {
  struct stat ledger {};
  if (::stat(ledger_.c_str(), &ledger) != 0) return -1;
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  if (::geteuid() == 0 && ::fchown(file, ledger.st_uid, ledger.st_gid) != 0) {
    log::debug("track", fmt::format("{} has another owner than its ledger", path_.string()));
  }
  ::fchmod(file, ledger.st_mode & kPermissions);
  return file;
}

// Fills what is too short; two programs that do so at once agree on what the later one wrote. What is longer, or has
// another name as well, is no revision, whoever gave it this name: nothing is written into it.
void LedgerRevision::take(int file) {
  constexpr off_t kSize = sizeof(uint64_t);
  struct stat facts {};
  const bool is_revision =
      ::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 1 && facts.st_size <= kSize;
  if (!is_revision || (facts.st_size < kSize && !write_revision(file))) {
    ::close(file);
    return;
  }
  if (file_ < 0) {
    file_.store(file, std::memory_order_release);
    return;
  }
  // Others may be reading from it: the number stays theirs.
  ::dup3(file, file_, O_CLOEXEC);
  ::close(file);
}

void LedgerRevision::Change::wait_until_disbelieved() {
  log::warning("track", "other programs cannot be told of a change of the ledger (LEDGER.revision cannot be written)");
  std::this_thread::sleep_for(kBelieved);
}

}  // namespace candid::track
