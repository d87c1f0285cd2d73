#include "track/web/send_file.h"

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
#include <unistd.h>

#include "core/log.h"

namespace candid::track {

namespace {

namespace asio = boost::asio;
using asio::experimental::awaitable_operators::operator||
    ;  // NOLINT(misc-unused-using-decls): clang-tidy 14 misses operators

constexpr size_t kChunkBytes = 1 << 20;
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

class ReadableFile {
 public:
  explicit ReadableFile(const std::filesystem::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~ReadableFile() {
    if (file_ >= 0) ::close(file_);
  }
  ReadableFile(const ReadableFile&) = delete;
  ReadableFile& operator=(const ReadableFile&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

void report_short(const Extent& extent) {
  log::error("track", fmt::format("{} cannot be sent to its end", extent.file.string()));
}

// False when the peer took nothing until the time was up, or is gone.
asio::awaitable<bool> can_send(asio::ip::tcp::socket& socket, std::chrono::milliseconds timeout) {
  asio::steady_timer timer(co_await asio::this_coro::executor, timeout);
  auto first = co_await (socket.async_wait(asio::ip::tcp::socket::wait_write, kNoThrow) || timer.async_wait(kNoThrow));
  co_return first.index() == 0 && !std::get<0>(std::get<0>(first));
}

asio::awaitable<uint64_t> send_extent(asio::ip::tcp::socket& socket, const Extent& extent,
                                      std::chrono::milliseconds stall_timeout) {
  ReadableFile file(extent.file);
  auto offset = static_cast<off_t>(extent.offset);
  uint64_t sent = 0;
  while (sent < extent.length) {
    size_t wanted = std::min<uint64_t>(extent.length - sent, kChunkBytes);
    ssize_t count = ::sendfile(socket.native_handle(), file.get(), &offset, wanted);
    if (count > 0) {
      sent += static_cast<uint64_t>(count);
      // A fast peer must not keep this thread from the others.
      co_await asio::post(asio::use_awaitable);
    } else if (count < 0 && errno == EAGAIN) {
      if (!co_await can_send(socket, stall_timeout)) break;
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else {
      bool peer_left = count < 0 && (errno == EPIPE || errno == ECONNRESET);
      if (!peer_left) report_short(extent);
      break;
    }
  }
  co_return sent;
}

}  // namespace

asio::awaitable<uint64_t> send_extents(asio::ip::tcp::socket& socket, const std::vector<Extent>& extents,
                                       std::chrono::milliseconds stall_timeout) {
  boost::system::error_code code;
  socket.native_non_blocking(true, code);
  uint64_t total = 0;
  for (const Extent& extent : extents) {
    uint64_t sent = co_await send_extent(socket, extent, stall_timeout);
    total += sent;
    if (sent < extent.length) break;
  }
  co_return total;
}

struct ExtentReader::OpenFile {
  ReadableFile file;
};

ExtentReader::ExtentReader(const std::vector<Extent>& extents) : extents_(extents) {}

ExtentReader::~ExtentReader() = default;

size_t ExtentReader::read(std::span<char> piece) {
  size_t filled = 0;
  while (filled < piece.size() && index_ < extents_.size()) {
    const Extent& extent = extents_[index_];
    if (done_ == extent.length) {
      ++index_;
      done_ = 0;
      file_.reset();
      continue;
    }
    if (file_ == nullptr) file_.reset(new OpenFile{ReadableFile(extent.file)});
    size_t wanted = std::min<uint64_t>(extent.length - done_, piece.size() - filled);
    ssize_t count =
        ::pread(file_->file.get(), piece.data() + filled, wanted, static_cast<off_t>(extent.offset + done_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      report_short(extent);
      index_ = extents_.size();  // nothing of what follows belongs here
      break;
    }
    filled += static_cast<size_t>(count);
    done_ += static_cast<uint64_t>(count);
  }
  return filled;
}

}  // namespace candid::track
