#include "core/file_sync.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace candid {

// Shared with the thread: a disk that hangs must not hang whoever ends the recording.
struct FileSync::State {
  std::filesystem::path path;
  int file = -1;
  std::chrono::milliseconds interval{0};
  std::atomic<int> failure{0};  // errno
  std::mutex mutex;
  std::condition_variable wake;
  bool ended = false;

  ~State() {
    if (file >= 0) ::close(file);
  }
  void run() {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, interval, [this] { return ended; })) {
      lock.unlock();
      if (::fdatasync(file) != 0 && failure == 0) failure = errno;
      lock.lock();
    }
  }
};

FileSync::FileSync(std::shared_ptr<State> state) : state_(std::move(state)) {}

FileSync::~FileSync() {
  std::lock_guard lock(state_->mutex);
  state_->ended = true;
  state_->wake.notify_all();
}

Result<std::unique_ptr<FileSync>> FileSync::start(const std::filesystem::path& path,
                                                  std::chrono::milliseconds interval) {
  auto state = std::make_shared<State>();
  state->path = path;
  state->interval = interval;
  state->file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (state->file < 0) return tl::unexpected(system_error(errno, "cannot open " + path.string()));
  std::thread([state] { state->run(); }).detach();
  return std::unique_ptr<FileSync>(new FileSync(std::move(state)));
}

Result<void> FileSync::status() const {
  if (int code = state_->failure; code != 0)
    return tl::unexpected(system_error(code, "cannot bring " + state_->path.string() + " to the disk"));
  return {};
}

}  // namespace candid
