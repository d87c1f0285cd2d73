#include "track/web/connection.h"

#include <array>
#include <atomic>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http/error.hpp>
#include <fmt/format.h>

#include "core/log.h"
#include "track/evidence/media_bytes.h"
#include "track/web/access_log.h"
#include "track/web/answers.h"
#include "track/web/awaited.h"
#include "track/web/live_answer.h"
#include "track/web/metrics_page.h"
#include "track/web/network_name.h"
#include "track/web/request_parser.h"
#include "track/web/response_head.h"
#include "track/web/response_writer.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// Thousands of connections are open and idle: what they wait with is small, and what a long body took is given back.
constexpr size_t kHeaderReadBytes = 4 * 1024;
constexpr size_t kBodyReadBytes = 64 * 1024;
constexpr size_t kKeptBytes = 8 * 1024;
constexpr size_t kPaceBytes = 64 * 1024;
// What a reader of a live answer may send meanwhile.
constexpr size_t kMostUnwantedBytes = 64 * 1024;
// For who is told that the body is unwanted, and sends it still.
constexpr auto kLinger = std::chrono::seconds(2);
constexpr Clock::time_point kBusy{};

asio::awaitable<Result<void>> store_durably(EventDesk& desk, std::vector<Event> events) {
  auto start = [&](auto done) { desk.store(std::move(events), done); };
  co_return co_await value_from<Result<void>>(start);
}

void report_lost_events(const Result<void>& stored) {
  if (!stored) log::error("track", stored.error().describe());
}

// When a request must be whole. With a pace, that is moved on with each kPaceBytes that come.
struct Deadline {
  Clock::time_point at{};
  std::optional<Milliseconds> pace{};
};

// One of the live answers that a server may have open.
class LivePlace {
 public:
  explicit LivePlace(Metrics& metrics) : metrics_(metrics), number_(metrics.live_feeds.fetch_add(1) + 1) {}
  ~LivePlace() { --metrics_.live_feeds; }
  LivePlace(const LivePlace&) = delete;
  LivePlace& operator=(const LivePlace&) = delete;
  int64_t number() const { return number_; }

 private:
  Metrics& metrics_;
  int64_t number_;
};

}  // namespace

struct Connection::State {
  State(std::unique_ptr<Stream> byte_stream, const IpAddress& address, const ConnectionHost& server)
      : stream(std::move(byte_stream)),
        // What the parser wants to see whole is a header, and that has its own limit.
        buffer(server.settings.limits.header_bytes + 2 * kBodyReadBytes),
        peer(address),
        host(server) {}

  // One request and its answer; true while the connection goes on.
  asio::awaitable<bool> serve_one();
  asio::awaitable<error_code> wait_for_request();
  asio::awaitable<error_code> read_header(RequestParser& parser, Clock::time_point deadline);
  asio::awaitable<error_code> read_body(RequestParser& parser, Clock::time_point deadline);
  template <typename IsDone>
  asio::awaitable<error_code> parse(RequestParser& parser, IsDone is_done, Deadline deadline, size_t read_bytes);
  asio::awaitable<error_code> read_more(Clock::time_point deadline, size_t most);
  asio::awaitable<std::optional<HttpResponse>> refuse_body(const RequestParser& parser, const HttpRequest& request);
  asio::awaitable<bool> answer(const HttpRequest& request, Wire wire);
  asio::awaitable<HttpResponse> find_answer(const HttpRequest& request);
  asio::awaitable<bool> answer_live(const HttpRequest& request, const HttpResponse& response, Wire wire);
  asio::awaitable<void> watch_reader(std::shared_ptr<LiveAnswer> answer);
  asio::awaitable<bool> refuse(const HttpResponse& refusal, const HttpRequest& request, Wire wire);
  void record(HttpResponse& response, uint64_t media_sent);
  void count(const HttpRequest& request, int status, uint64_t sent, Clock::time_point began);
  void place(HttpRequest& request);
  HttpResponse too_busy(Refusal why) const;

  WorkerPool& pool_for(const HttpRequest& request) const {
    if (Router::is_api(request) || path_class(request.method, request.path) == PathClass::Dashboard) return host.api;
    return host.router.is_media(request) ? host.media : host.pages;
  }
  // Null for what writes, or hashes. A view that is counted does write, but once a visit and where views are limited.
  FastLane* lane_for(const HttpRequest& request) const {
    const bool reads = request.method == Method::Get || request.method == Method::Head;
    switch (path_class(request.method, request.path)) {
      case PathClass::Page:
        return reads ? &host.quick_pages : nullptr;
      case PathClass::Beacon:
        return &host.quick_pages;
      case PathClass::Media:
        return reads && host.router.is_media(request) ? &host.quick_media : nullptr;
      default:
        return nullptr;
    }
  }
  const ServerLimits& limits() const { return host.settings.limits; }
  bool is_long(const RequestParser& parser) const {
    auto length = parser.content_length();
    return length && *length > limits().body_bytes;
  }

  std::unique_ptr<Stream> stream;
  beast::flat_buffer buffer;
  const IpAddress peer;
  const ConnectionHost& host;
  std::weak_ptr<Connection> owner;
  IpAddress sender;         // of the request that is under way
  bool has_unread = false;  // the peer may be sending a body that nobody reads
  bool finishing = false;
  bool untouched = false;              // it waits, and nothing has come
  std::shared_ptr<LiveAnswer> live{};  // while one is sent
  // While it waits for its peer (Connection::waits_since), else kBusy.
  std::atomic<Clock::time_point> waits_since{kBusy};
};

Connection::Connection(std::unique_ptr<Stream> stream, const IpAddress& peer, const ConnectionHost& host)
    : state_(std::make_unique<State>(std::move(stream), peer, host)) {}

Connection::~Connection() = default;

asio::any_io_executor Connection::executor() const {
  return state_->stream->executor();
}

asio::awaitable<void> Connection::run() {
  auto self = shared_from_this();  // the coroutine keeps the connection alive; the server's list does not
  state_->owner = self;
  state_->waits_since = Clock::now();
  state_->untouched = true;
  auto failed = co_await state_->stream->handshake(state_->limits().handshake_timeout);
  state_->untouched = false;
  while (!failed && !state_->finishing && co_await state_->serve_one()) {
  }
  state_->waits_since = kBusy;
  co_await state_->stream->close(state_->has_unread ? Milliseconds(kLinger) : Milliseconds(0));
}

void Connection::finish() {
  asio::post(executor(), [self = shared_from_this()] {
    State& state = *self->state_;
    state.finishing = true;
    if (state.untouched) state.stream->abandon();
    if (state.live != nullptr) state.live->end();
  });
}

void Connection::leave() {
  asio::post(executor(), [self = shared_from_this()] {
    State& state = *self->state_;
    state.finishing = true;
    if (state.waits_since.load() != kBusy) state.stream->abandon();
  });
}

void Connection::mute() {
  if (state_->live != nullptr) state_->live->mute();
}

std::optional<Clock::time_point> Connection::waits_since() const {
  const Clock::time_point since = state_->waits_since;
  return since == kBusy ? std::nullopt : std::optional(since);
}

asio::awaitable<bool> Connection::State::serve_one() {
  if (co_await wait_for_request()) co_return false;
  RequestParser parser;
  // One time for the whole request, so that a byte now and then does not hold a connection for ever.
  const auto deadline = Clock::now() + limits().read_timeout;
  const HttpRequest unread;  // named: GCC 12 destroys an aggregate temporary of a co_await twice
  if (auto code = co_await read_header(parser, deadline)) {
    auto response = answer_to_bad_request(code);
    if (response) co_await refuse(*response, unread, {});
    co_return false;
  }
  if (has_too_many_fields(parser)) {
    const HttpResponse too_many = plain_answer(431, "The header has too many fields.\n");
    co_return co_await refuse(too_many, unread, {});
  }
  HttpRequest request = to_request(parser);
  place(request);
  Wire wire{parser.get().version() >= 11 ? 1 : 0, parser.keep_alive() && !finishing, request.secure};
  if (!names_host(parser)) {
    const HttpResponse unnamed = plain_answer(400, "This is not HTTP.\n");
    co_return co_await refuse(unnamed, request, wire);
  }
  if (has_coding(parser)) {
    const HttpResponse unsupported = plain_answer(501, "Bodies come with a Content-Length here.\n");
    co_return co_await refuse(unsupported, request, wire);
  }
  std::optional<BodyBudget::Share> memory;  // until the answer is on its way
  if (is_long(parser)) {
    waits_since = kBusy;
    auto refused = co_await refuse_body(parser, request);
    if (refused) co_return co_await refuse(*refused, request, wire);
    memory = host.long_bodies.take(*parser.content_length());
    if (!memory) {
      const HttpResponse full = too_busy(Refusal::Memory);
      co_return co_await refuse(full, request, wire);
    }
  }
  if (auto code = co_await read_body(parser, deadline)) {
    auto response = answer_to_bad_request(code);
    if (response) co_await refuse(*response, request, wire);
    co_return false;
  }
  waits_since = kBusy;
  request.body = std::move(parser.get().body());
  co_return co_await answer(request, wire);
}

// A connection may be idle before a request; that time does not count against it.
asio::awaitable<error_code> Connection::State::wait_for_request() {
  waits_since = Clock::now();
  if (buffer.size() > 0) co_return error_code();
  if (buffer.capacity() > kKeptBytes) buffer.shrink_to_fit();
  untouched = true;
  auto code = co_await read_more(Clock::now() + limits().read_timeout, kHeaderReadBytes);
  untouched = false;
  co_return code;
}

// Who sent it, as far as anybody's word counts.
void Connection::State::place(HttpRequest& request) {
  sender = host.proxies.sender(peer, request.header("x-forwarded-for"));
  request.network = network_name(sender);
  request.secure = stream->is_encrypted() || host.proxies.is_https(peer, request.header("x-forwarded-proto"));
}

asio::awaitable<error_code> Connection::State::read_header(RequestParser& parser, Clock::time_point deadline) {
  parser.header_limit(limits().header_bytes);
  parser.body_limit(boost::none);  // decided when the path is known
  parser.eager(false);
  auto is_done = [&] { return parser.is_header_done(); };
  const Deadline end{deadline, std::nullopt};
  co_return co_await parse(parser, is_done, end, kHeaderReadBytes);
}

asio::awaitable<error_code> Connection::State::read_body(RequestParser& parser, Clock::time_point deadline) {
  if (parser.is_done()) co_return error_code();
  parser.body_limit(is_long(parser) ? kLongestPiece : limits().body_bytes);
  parser.eager(true);
  // HTTP/1.0 knows no such answer.
  if (parser.get().version() >= 11 && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    if (auto code = co_await stream->write("HTTP/1.1 100 Continue\r\n\r\n", limits().write_timeout)) co_return code;
  }
  Deadline end{deadline, std::nullopt};
  // A long body comes from somebody we know, over a line that may be slow.
  if (is_long(parser)) end = {Clock::now() + limits().long_body_pace, limits().long_body_pace};
  auto is_done = [&] { return parser.is_done(); };
  co_return co_await parse(parser, is_done, end, kBodyReadBytes);
}

template <typename IsDone>
asio::awaitable<error_code> Connection::State::parse(RequestParser& parser, IsDone is_done, Deadline deadline,
                                                     size_t read_bytes) {
  bool hungry = buffer.size() == 0;
  size_t progress = 0;
  while (!is_done()) {
    if (hungry) {
      if (auto code = co_await read_more(deadline.at, read_bytes)) co_return code;
    }
    error_code code;
    const size_t used = parser.put(buffer.data(), code);
    buffer.consume(used);
    progress += used;
    if (deadline.pace && progress >= kPaceBytes) {
      deadline.at = Clock::now() + *deadline.pace;
      progress = 0;
    }
    hungry = code == http::error::need_more || buffer.size() == 0;
    if (code && code != http::error::need_more) co_return code;
  }
  co_return error_code();
}

asio::awaitable<error_code> Connection::State::read_more(Clock::time_point deadline, size_t most) {
  auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now());
  if (left <= Milliseconds(0)) co_return beast::error::timeout;
  size_t room = std::min(most, buffer.max_size() - buffer.size());
  if (room == 0) co_return beast::error::timeout;
  auto read = co_await stream->read_some(buffer.prepare(room), left);
  if (!read.code) buffer.commit(read.bytes);
  co_return read.code;
}

asio::awaitable<std::optional<HttpResponse>> Connection::State::refuse_body(const RequestParser& parser,
                                                                            const HttpRequest& request) {
  uint64_t length = parser.content_length().value();
  auto refused =
      co_await on_worker(pool_for(request), [&] { return host.router.refuse_body(request, length, sender); });
  if (!refused) co_return too_busy(Refusal::Busy);
  co_return std::move(*refused);
}

HttpResponse Connection::State::too_busy(Refusal why) const {
  host.metrics.count_refusal(why);
  return overloaded();
}

// Answers without having read all; the connection ends, as what follows cannot be told from a request.
asio::awaitable<bool> Connection::State::refuse(const HttpResponse& refusal, const HttpRequest& request, Wire wire) {
  const auto began = Clock::now();
  const HttpResponse response = Router::in_words_for(request, refusal);
  has_unread = true;
  wire.keep_alive = false;
  waits_since = kBusy;
  co_await write_response(*stream, response, request.method, wire, limits().write_timeout);
  count(request, response.status, 0, began);
  co_return false;
}

asio::awaitable<bool> Connection::State::answer(const HttpRequest& request, Wire wire) {
  const auto began = Clock::now();
  HttpResponse response = co_await find_answer(request);
  response = Router::in_words_for(request, std::move(response));
  if (!response.durable_first.empty()) {
    auto stored = co_await store_durably(host.events, std::move(response.durable_first));
    report_lost_events(stored);
    if (!stored) {
      host.metrics.count_refusal(Refusal::NotStored);
      response = plain_answer(503, "The report could not be stored; please send it again.\n");
    }
  }
  if (response.live != nullptr) co_return co_await answer_live(request, response, wire);
  wire.keep_alive = wire.keep_alive && !finishing;
  auto sent = co_await write_response(*stream, response, request.method, wire, limits().write_timeout);
  record(response, sent.media);
  if (response.after_body) response.after_body(sent.media);
  count(request, response.status, sent.body, began);
  co_return sent.is_whole&& wire.keep_alive;
}

asio::awaitable<HttpResponse> Connection::State::find_answer(const HttpRequest& request) {
  if (host.metrics_page) {
    if (request.path != "/metrics" || request.method != Method::Get) co_return not_found();
    HttpResponse metrics;
    metrics.headers = {{"Content-Type", kMetricsType}, {"Cache-Control", kNoStore}};
    metrics.body = host.metrics_page();
    co_return metrics;
  }
  if (auto at_once = Router::answer_at_once(request)) co_return std::move(*at_once);
  if (auto at_hand = host.router.answer_at_hand(request, sender)) co_return std::move(*at_hand);
  FastLane* lane = lane_for(request);
  std::optional<HttpResponse> response;
  if (lane != nullptr && lane->try_enter()) {
    const auto began = Clock::now();
    response = host.router.answer(request, sender);
    lane->leave(Clock::now() - began);
  } else {
    auto work = [&] {
      const auto began = Clock::now();
      HttpResponse answered = host.router.answer(request, sender);
      if (lane != nullptr) lane->note(Clock::now() - began);
      return answered;
    };
    response = co_await on_worker(pool_for(request), work);
  }
  if (response && response->check_passcode) {
    const HttpResponse pending = std::move(*response);
    response = co_await on_worker(host.passcodes, [&] { return host.router.finish(pending, sender); });
  }
  if (!response) co_return too_busy(Refusal::Busy);
  co_return std::move(*response);
}

// It ends with its connection: nothing else tells how long it is.
asio::awaitable<bool> Connection::State::answer_live(const HttpRequest& request, const HttpResponse& response,
                                                     Wire wire) {
  const auto began = Clock::now();
  wire.keep_alive = false;
  const LivePlace taken(host.metrics);
  if (taken.number() > static_cast<int64_t>(limits().live_feeds)) {
    const HttpResponse full = too_busy(Refusal::LiveFeeds);
    auto told = co_await write_response(*stream, full, request.method, wire, limits().write_timeout);
    count(request, full.status, told.body, began);
    co_return false;
  }
  auto sent = co_await write_response(*stream, response, request.method, wire, limits().write_timeout);
  if (sent.is_whole && request.method != Method::Head && !finishing) {
    live = std::make_shared<LiveAnswer>(stream->executor(), host.api, limits().live);
    auto reader = [self = owner.lock(), answer = live]() { return self->state_->watch_reader(answer); };
    asio::co_spawn(stream->executor(), std::move(reader), asio::detached);
    sent.body += co_await live->send(*stream, response.live, limits().write_timeout);
    live.reset();
    stream->abandon();  // what watches the reader ends with it
  }
  count(request, response.status, sent.body, began);
  co_return false;
}

// Readers of live answers send nothing; that they have gone is told by what is read from them.
asio::awaitable<void> Connection::State::watch_reader(std::shared_ptr<LiveAnswer> answer) {
  auto self = owner.lock();
  std::array<char, 512> unwanted{};
  for (size_t total = 0; total < kMostUnwantedBytes;) {
    auto read = co_await stream->read_some(asio::buffer(unwanted), limits().live.longest + limits().write_timeout);
    if (read.code) break;
    total += read.bytes;
  }
  answer->end();
}

void Connection::State::record(HttpResponse& response, uint64_t media_sent) {
  if (response.record.empty()) return;
  // What a bucket sends is not known here.
  if (std::holds_alternative<MediaBody>(response.body)) {
    for (Event& event : response.record) {
      if (event.kind == EventKind::Media) note_sent(event, media_sent);
    }
  }
  host.events.store(std::move(response.record), report_lost_events);
}

void Connection::State::count(const HttpRequest& request, int status, uint64_t sent, Clock::time_point began) {
  const auto took = Clock::now() - began;
  host.metrics.count_request(path_class(request.method, request.path), status, sent, took);
  if (!log::is_written(kAccessLevel)) return;
  log_access({request.method, access_path(request.path), status, sent, std::chrono::duration_cast<Milliseconds>(took)});
}

}  // namespace candid::track
