#include "track/web/send_file.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

namespace candid::track {

namespace {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||
    ;  // NOLINT(misc-unused-using-decls): clang-tidy 14 misses operators

// What one peer is given before it is another's turn: a fast one must not keep this thread from the others.
constexpr uint64_t kTurnBytes = 1 << 20;
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

// Open while bytes are taken from it, and no longer: who waits for a peer holds no file, so that thousands of answers
// under way need no more files than there are threads.
class ReadableFile {
 public:
  // Not readable (get() is -1) where it is another one than `seen`, which the first opening sets: replaced or written
  // to meanwhile, it is no longer what the answer's head has told of. A number alone may be a new file's by then.
  ReadableFile(const std::filesystem::path& path, std::optional<FileIdentity>& seen)
      : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat facts {};
    if (file_ < 0 || ::fstat(file_, &facts) != 0) return;
    const FileIdentity found{facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
    if (!seen) seen = found;
    is_same_ = *seen == found;
  }
  ~ReadableFile() {
    if (file_ >= 0) ::close(file_);
  }
  ReadableFile(const ReadableFile&) = delete;
  ReadableFile& operator=(const ReadableFile&) = delete;
  int get() const { return is_same_ ? file_ : -1; }

 private:
  int file_;
  bool is_same_ = false;
};

void report_short(const Extent& extent) {
  log::error("track", fmt::format("{} cannot be sent to its end", extent.file.string()));
}

enum class Next { Turn, WaitForPeer, Done };

// Adds to what has left of the extent, and takes from what may leave within this turn.
Next send_some(int socket, const Extent& extent, std::optional<FileIdentity>& seen, uint64_t& sent, uint64_t& turn) {
  const ReadableFile file(extent.file, seen);
  while (sent < extent.length && turn > 0) {
    auto offset = static_cast<off_t>(extent.offset + sent);
    const ssize_t count = ::sendfile(socket, file.get(), &offset, std::min(extent.length - sent, turn));
    if (count > 0) {
      sent += static_cast<uint64_t>(count);
      turn -= static_cast<uint64_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      return Next::WaitForPeer;
    } else if (count == 0 || errno != EINTR) {
      const bool peer_left = count < 0 && (errno == EPIPE || errno == ECONNRESET);
      if (!peer_left) report_short(extent);
      return Next::Done;
    }
  }
  return sent < extent.length ? Next::Turn : Next::Done;
}

// False when the peer took nothing until the time was up, or is gone.
asio::awaitable<bool> can_send(asio::ip::tcp::socket& socket, std::chrono::milliseconds timeout) {
  asio::steady_timer timer(co_await asio::this_coro::executor, timeout);
  auto first = co_await (socket.async_wait(asio::ip::tcp::socket::wait_write, kNoThrow) || timer.async_wait(kNoThrow));
  co_return first.index() == 0 && !std::get<0>(std::get<0>(first));
}

asio::awaitable<uint64_t> send_extent(asio::ip::tcp::socket& socket, const Extent& extent, uint64_t& turn,
                                      std::chrono::milliseconds stall_timeout) {
  std::optional<FileIdentity> seen;
  uint64_t sent = 0;
  while (sent < extent.length) {
    if (turn == 0) {
      co_await asio::post(asio::use_awaitable);
      turn = kTurnBytes;
    }
    const Next next = send_some(socket.native_handle(), extent, seen, sent, turn);
    if (next == Next::Done) break;
    if (next == Next::WaitForPeer && !co_await can_send(socket, stall_timeout)) break;
  }
  co_return sent;
}

}  // namespace

asio::awaitable<uint64_t> send_extents(asio::ip::tcp::socket& socket, const std::vector<Extent>& extents,
                                       std::chrono::milliseconds stall_timeout) {
  boost::system::error_code code;
  socket.native_non_blocking(true, code);
  uint64_t turn = kTurnBytes;
  uint64_t total = 0;
  for (const Extent& extent : extents) {
    const uint64_t sent = co_await send_extent(socket, extent, turn, stall_timeout);
    total += sent;
    if (sent < extent.length) break;
  }
  co_return total;
}

size_t ExtentReader::read(std::span<char> piece) {
  size_t filled = 0;
  while (filled < piece.size() && index_ < extents_.size()) {
    const Extent& extent = extents_[index_];
    if (done_ == extent.length) {
      ++index_;
      done_ = 0;
      seen_.reset();
      continue;
    }
    const size_t wanted = std::min<uint64_t>(extent.length - done_, piece.size() - filled);
    const size_t got = read_some(extent, piece.subspan(filled, wanted));
    filled += got;
    done_ += got;
    if (got < wanted) {
      report_short(extent);
      index_ = extents_.size();  // nothing of what follows belongs here
    }
  }
  return filled;
}

size_t ExtentReader::read_some(const Extent& extent, std::span<char> piece) {
  const ReadableFile file(extent.file, seen_);
  size_t filled = 0;
  while (filled < piece.size()) {
    const std::span<char> rest = piece.subspan(filled);
    const ssize_t count =
        ::pread(file.get(), rest.data(), rest.size(), static_cast<off_t>(extent.offset + done_ + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<size_t>(count);
  }
  return filled;
}

}  // namespace candid::track
