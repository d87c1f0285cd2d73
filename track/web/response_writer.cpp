#include "track/web/response_writer.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "track/web/send_file.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;

// What is no longer goes out in one piece with what stands before it: a copy costs less than another call.
constexpr uint64_t kCopiedBytes = 16 * 1024;
constexpr uint64_t kGatheredBytes = 64 * 1024;

uint64_t length_of(const std::vector<Extent>& extents) {
  uint64_t length = 0;
  for (const Extent& extent : extents) length += extent.length;
  return length;
}

// Gathers what is small, and sends it on with what is not.
class Outgoing {
 public:
  Outgoing(Stream& stream, std::chrono::milliseconds stall, std::string head)
      : stream_(stream), stall_(stall), waiting_(std::move(head)), head_bytes_(waiting_.size()) {}

  // False when no more will leave.
  asio::awaitable<bool> add(std::string_view text) {
    waiting_ += text;
    if (waiting_.size() < kGatheredBytes) co_return true;
    co_return co_await flush();
  }

  // The same, and nothing comes after it: without a copy.
  asio::awaitable<bool> add_last(std::string_view text) {
    const std::string leaving = std::exchange(waiting_, {});
    head_bytes_ = 0;
    if (co_await stream_.write(leaving, text, stall_)) co_return false;
    sent_.body += text.size();
    co_return true;
  }

  asio::awaitable<bool> add(const std::vector<Extent>& extents) {
    const uint64_t length = length_of(extents);
    if (waiting_.size() + length <= kGatheredBytes && length <= kCopiedBytes) co_return copy(extents, length);
    if (!co_await flush(Then::Media)) co_return false;
    const uint64_t left = co_await stream_.send(extents, stall_);
    sent_.body += left;
    sent_.media += left;
    co_return left == length;
  }

  enum class Then { Nothing, Media };
  asio::awaitable<bool> flush(Then then = Then::Nothing) {
    const std::string leaving = std::exchange(waiting_, {});
    const size_t of_head = std::exchange(head_bytes_, 0);
    const uint64_t of_media = std::exchange(media_waiting_, 0);
    if (leaving.empty()) co_return true;
    const auto failed =
        then == Then::Media ? co_await stream_.begin(leaving, stall_) : co_await stream_.write(leaving, stall_);
    if (failed) co_return false;
    sent_.body += leaving.size() - of_head;
    sent_.media += of_media;
    co_return true;
  }

  Sent sent() const { return sent_; }

 private:
  bool copy(const std::vector<Extent>& extents, uint64_t length) {
    const size_t before = waiting_.size();
    waiting_.resize(before + length);
    ExtentReader reader(extents);
    const size_t got = reader.read(std::span(waiting_).subspan(before));
    waiting_.resize(before + got);
    media_waiting_ += got;
    return got == length;
  }

  Stream& stream_;
  const std::chrono::milliseconds stall_;
  std::string waiting_;
  size_t head_bytes_;  // at the front of what waits: no body
  uint64_t media_waiting_ = 0;
  Sent sent_;
};

}  // namespace

asio::awaitable<Sent> write_response(Stream& stream, const HttpResponse& response, Method method, const Wire& wire,
                                     std::chrono::milliseconds stall) {
  Outgoing out(stream, stall, response_head(response, wire));
  bool goes_on = true;
  if (method != Method::Head && !is_bodiless(response.status)) {
    const auto* media = std::get_if<MediaBody>(&response.body);
    if (media == nullptr) {
      goes_on = co_await out.add_last(std::get<std::string>(response.body));
    } else if (media->parts.empty()) {
      goes_on = co_await out.add(media->extents);
    } else {
      for (size_t i = 0; goes_on && i < media->parts.size(); ++i) {
        goes_on = co_await out.add(media->parts[i].head);
        goes_on = goes_on && co_await out.add(media->parts[i].extents);
      }
    }
  }
  // What was gathered before a file turned out to be short is told, and then the connection ends.
  const bool is_flushed = co_await out.flush();
  Sent sent = out.sent();
  sent.is_whole = goes_on && is_flushed;
  co_return sent;
}

}  // namespace candid::track
