// A connection that is fed with bytes, with all that answers behind it: parser, router, site, dashboard, API and an
// SQLite ledger. Whatever comes, each answer is a whole one, and nothing fails inside.
//
// In the bytes @GRANT@, @SESSION@, @NONCE@, @COOKIE@ and @DASHBOARD@ stand for what the server gave out; links are
// "open" and "locked", whose passcode is "open sesame", and kApiToken opens the API.

#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include "core/digest.h"
#include "core/files.h"
#include "core/text.h"
#include "tests/fuzz/signed_values.h"
#include "tests/fuzz/target.h"
#include "tests/track/memory_door.h"
#include "track/api/api_server.h"
#include "track/dashboard/dashboard.h"
#include "track/dashboard/session_cookie.h"
#include "track/replies/reply_uploads.h"
#include "track/web/connection.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
using fuzz::claim;

constexpr const char* kPublicUrl = "https://talk.example.com";
// Inputs change what the ledger holds, and it must not grow without end.
constexpr int kInputsOfLedger = 500;

// Checks what a connection writes: heads of answers, each with as many bytes behind it as it says.
class AnswerCheck {
 public:
  void written(std::string_view bytes) {
    if (is_live_) return;  // goes on for as long as somebody reads
    if (bytes.starts_with("HTTP/1.1 100 ")) return;
    if (owed_ > 0 && (has_begun_ || !bytes.starts_with("HTTP/1."))) return sent(bytes.size());
    claim(bytes.starts_with("HTTP/1."), "an answer begins with its status");
    size_t end = bytes.find("\r\n\r\n");
    claim(end != std::string_view::npos, "an answer has a head");
    read_head(bytes.substr(0, end + 2));
    claim(status_ != 500, "nothing throws");
    claim(status_ >= 200 && status_ <= 503, "a status is one of ours");
    claim(is_protected_, "every answer has the security headers");
    const bool is_bodiless = status_ == 204 || status_ == 304;
    claim(length_.has_value() || is_bodiless || is_event_stream_, "an answer says how long it is");
    is_live_ = is_event_stream_ && !length_;
    owed_ = is_live_ ? 0 : length_.value_or(0);
    has_begun_ = false;
    if (!is_live_ && end + 4 < bytes.size()) sent(bytes.size() - end - 4);
  }
  void sent(uint64_t length) {
    claim(length <= owed_, "no more leaves than the answer says");
    owed_ -= length;
    has_begun_ = true;
  }
  // Of an answer to HEAD nothing leaves.
  void ended() const { claim(owed_ == 0 || !has_begun_, "all of an answer leaves"); }

 private:
  void read_head(std::string_view head) {
    auto [end, code] = std::from_chars(head.data() + 9, head.data() + 12, status_);
    claim(code == std::errc{} && end == head.data() + 12, "a status has three digits");
    length_.reset();
    is_protected_ = is_event_stream_ = false;
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
      std::string_view line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      size_t colon = line.find(": ");
      claim(colon != std::string_view::npos && colon > 0, "a header has a name");
      claim(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "a header is one line");
      std::string name = to_lower(line.substr(0, colon));
      std::string_view value = line.substr(colon + 2);
      if (name == "content-length") {
        std::from_chars(value.data(), value.data() + value.size(), length_.emplace(0));
      }
      is_event_stream_ |= name == "content-type" && value.starts_with("text/event-stream");
      is_protected_ |= name == "x-content-type-options" && value == "nosniff";
    }
  }

  int status_ = 0;
  std::optional<uint64_t> length_{};
  bool is_protected_ = false;
  bool is_event_stream_ = false;
  bool is_live_ = false;
  uint64_t owed_ = 0;  // bytes that follow in calls of their own
  bool has_begun_ = false;
};

// The peer sends its bytes in pieces of one size, then is gone; what comes back is checked.
class MemoryStream final : public Stream {
 public:
  MemoryStream(asio::any_io_executor executor, std::string bytes, size_t piece)
      : executor_(std::move(executor)), bytes_(std::move(bytes)), piece_(piece) {}

  asio::any_io_executor executor() override { return executor_; }
  bool is_encrypted() const override { return false; }
  asio::awaitable<boost::system::error_code> handshake(Milliseconds) override { co_return boost::system::error_code(); }
  asio::awaitable<Read> read_some(asio::mutable_buffer into, Milliseconds) override {
    const size_t length = std::min({into.size(), piece_, bytes_.size() - read_});
    bytes_.copy(static_cast<char*>(into.data()), length, read_);
    read_ += length;
    Read read;
    read.bytes = length;
    if (length == 0) read.code = asio::error::eof;
    co_return read;
  }
  asio::awaitable<boost::system::error_code> write(std::string_view text, Milliseconds) override {
    check_.written(text);
    co_return boost::system::error_code();
  }
  asio::awaitable<boost::system::error_code> begin(std::string_view text, Milliseconds) override {
    check_.written(text);
    co_return boost::system::error_code();
  }
  asio::awaitable<boost::system::error_code> write(std::string_view first, std::string_view second,
                                                   Milliseconds) override {
    check_.written(first);
    if (!second.empty()) check_.written(second);
    co_return boost::system::error_code();
  }
  asio::awaitable<uint64_t> send(const std::vector<Extent>& extents, Milliseconds) override {
    uint64_t length = 0;
    for (const Extent& extent : extents) length += extent.length;
    check_.sent(length);
    co_return length;
  }
  asio::awaitable<void> close(Milliseconds) override {
    check_.ended();
    co_return;
  }
  void abandon() override { read_ = bytes_.size(); }

 private:
  const asio::any_io_executor executor_;
  const std::string bytes_;
  const size_t piece_;
  size_t read_ = 0;
  AnswerCheck check_{};
};

class Library final : public MediaLibrary {
 public:
  Library() {
    fuzz::must(write_file(folder_.path() / "one", std::string(410, '1')));
    fuzz::must(write_file(folder_.path() / "two", std::string(100'000, '2')));
  }
  Result<MediaFile> find(std::string_view ref) const override {
    MediaFile file;
    file.etag = std::string(ref);
    // A video is more than goes out in one piece with its head.
    file.extents = {{folder_.path() / "one", 10, 400}, {folder_.path() / "two", 0, ref == "video" ? 100'000U : 600U}};
    if (ref == "video") file.content_type = "video/mp4";
    if (ref == "poster") file.content_type = "image/jpeg";
    if (ref == "captions") file.content_type = "text/vtt";
    if (file.content_type.empty()) return fail(ErrorKind::NotFound, "no such medium");
    for (const Extent& extent : file.extents) file.size += extent.length;
    return file;
  }

 private:
  TemporaryFolder folder_ = fuzz::must(TemporaryFolder::create("candid-fuzz-"));
};

LinkTerms locked_terms() {
  LinkTerms terms;
  terms.passcode_hash = fuzz::kPasscodeHash;
  terms.view_limit = 3;
  return terms;
}

// A ledger as every input, or nearly, finds it.
class Shelf {
 public:
  Shelf() {
    fuzz::must(ledger_->upsert_messages({test::sample_message()}));
    fuzz::must(ledger_->put_link(sha256("open"), "m-1", Purpose::Candidate, open_terms()));
    fuzz::must(ledger_->put_link(sha256("locked"), "m-1", Purpose::Candidate, locked_terms()));
    ApiToken token;
    token.name = "fuzzer";
    token.scope = ApiScope::Admin;
    token.created_at = clock_.now();
    fuzz::must(ledger_->add_api_token(sha256(fuzz::kApiToken), token));
    const LinkRecord open = *fuzz::must(ledger_->find_link(sha256("open")));
    const LinkRecord locked = *fuzz::must(ledger_->find_link(sha256("locked")));
    const PageTicket ticket = issue_ticket(fuzz::kServerKey, open.id, clock_.now());
    given_out_ = {{{"@GRANT@", fuzz::grant_of(open.id, ticket.session, clock_.now())},
                   {"@SESSION@", ticket.session},
                   {"@NONCE@", ticket.nonce},
                   {"@COOKIE@", fuzz::passcode_cookie(locked, clock_)},
                   {"@DASHBOARD@", dashboard_cookie()}}};
  }

  Ledger& ledger() { return *ledger_; }
  ReplyUploads& replies() { return *replies_; }
  const Clock& clock() const { return clock_; }

  // The links open as they did, and the API's token is there.
  bool is_as_made() const {
    for (const auto& [token, terms] : {std::pair("open", open_terms()), std::pair("locked", locked_terms())}) {
      auto link = ledger_->find_link(sha256(token));
      if (!link || !*link || (*link)->do_not_track || (*link)->terms != terms || (*link)->views > 1) return false;
    }
    auto message = ledger_->find_message("m-1");
    auto token = ledger_->find_api_token(sha256(fuzz::kApiToken));
    return message && *message && (*message)->page == test::sample_message().page && token && token->has_value();
  }

  std::string filled_in(std::string_view bytes) const {
    std::string filled(bytes);
    for (const auto& [name, value] : given_out_) {
      for (size_t at = filled.find(name); at != std::string::npos; at = filled.find(name, at + value.size())) {
        filled.replace(at, name.size(), value);
      }
    }
    return filled;
  }

 private:
  std::string dashboard_cookie() {
    SessionCookies cookies(fuzz::kServerKey, *ledger_, clock_);
    HttpRequest request;
    request.secure = true;
    auto cookie = fuzz::must(cookies.sign_in(request, fuzz::kApiToken));
    claim(cookie.has_value(), "an API token opens the dashboard");
    return cookie->substr(0, cookie->find(';'));
  }
  static LinkTerms open_terms() {
    LinkTerms terms;
    terms.may_download = true;
    return terms;
  }

  test::FakeClock clock_{};
  TemporaryFolder folder_ = fuzz::must(TemporaryFolder::create("candid-fuzz-"));
  std::unique_ptr<Ledger> ledger_ = fuzz::must(open_sqlite_ledger(folder_.path() / "ledger.db", clock_));
  std::unique_ptr<ReplyUploads> replies_ =
      fuzz::must(ReplyUploads::open(folder_.path() / "replies", ReplyLimits{}, clock_));
  std::array<std::pair<std::string, std::string>, 5> given_out_{};
};

// The server's workers, without sockets.
struct Workers {
  Workers() { settings.public_url = kPublicUrl; }
  ServerSettings settings{};
  TrustedProxies proxies = fuzz::must(TrustedProxies::parse({"127.0.0.1"}));
  WorkerPool pages{1, 16};
  WorkerPool api{1, 16};
  WorkerPool media{1, 16};
  WorkerPool passcodes{1, 16};
};

// Every input meets a server that has just started.
void serve(Shelf& shelf, Workers& workers, std::string bytes, size_t piece) {
  static const Library library;
  NewsBoard board;
  Metrics metrics;
  EventDesk events(shelf.ledger(), board, metrics);
  const ReplyVideos videos(shelf.replies().folder());
  test::MemoryDoor objects;
  Dashboard dashboard({kPublicUrl, fuzz::kServerKey, shelf.ledger(), library, board, &videos, shelf.clock()});
  Site site(kPublicUrl, fuzz::kServerKey, shelf.ledger(), library, shelf.clock(), &shelf.replies());
  ApiServer api(shelf.ledger(), objects, shelf.clock());
  Router router(site, &api, board, metrics, shelf.clock(), &dashboard);
  BodyBudget long_bodies(workers.settings.limits.long_body_bytes);
  QuickSeats seats(2);
  FastLane quick_pages(seats);
  FastLane quick_media(seats);
  const ConnectionHost host{
      workers.settings,  workers.proxies, router,      events,      metrics, workers.pages, workers.api, workers.media,
      workers.passcodes, long_bodies,     quick_pages, quick_media, {}};
  asio::io_context io;
  auto stream = std::make_unique<MemoryStream>(io.get_executor(), std::move(bytes), piece);
  auto connection = std::make_shared<Connection>(std::move(stream), *parse_ip_address("127.0.0.1"), host);
  asio::co_spawn(connection->executor(), connection->run(), [](const std::exception_ptr& failure) {
    claim(failure == nullptr, "no connection ends by an exception");
  });
  io.run();
  // A worker may still be about to wake the io_context, which goes.
  for (WorkerPool* pool : {&workers.pages, &workers.api, &workers.media, &workers.passcodes}) {
    claim(pool->wait_until_idle(std::chrono::steady_clock::now() + std::chrono::minutes(1)), "every job ends");
  }
  const std::weak_ptr<Connection> ended = std::exchange(connection, nullptr);
  claim(ended.expired(), "nothing keeps a connection that has ended");
  // What was recorded in passing is stored, and its completion has run, before the ledger's user goes. Where nothing
  // was, there is no wait for the ledger's next commit.
  uint64_t recorded = metrics.events_waiting();
  recorded += metrics.events_stored() + metrics.events_lost();
  if (recorded > 0) fuzz::must(shelf.ledger().append_and_wait({}));
}

Shelf& shelf() {
  static std::unique_ptr<Shelf> made;
  static int inputs = 0;
  if (made == nullptr || ++inputs % kInputsOfLedger == 0 || !made->is_as_made()) made = std::make_unique<Shelf>();
  return *made;
}

// One input in four comes as a whole, the others in pieces; which, depends on the input alone.
size_t piece_of(std::string_view bytes) {
  uint8_t sum = 0;
  for (char byte : bytes) sum = static_cast<uint8_t>(sum * 31 + static_cast<uint8_t>(byte));
  return sum % 4 == 0 ? bytes.size() + 1 : sum;
}

}  // namespace
}  // namespace candid::track

// Before the clock of the first input runs.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  candid::fuzz::prepare_process();
  candid::track::shelf();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace candid;
  static track::Workers workers;
  const std::string_view bytes = fuzz::text_of(data, size);
  track::Shelf& shelf = track::shelf();
  track::serve(shelf, workers, shelf.filled_in(bytes), track::piece_of(bytes));
  return 0;
}
