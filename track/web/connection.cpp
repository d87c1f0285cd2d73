#include "track/web/connection.h"

#include <atomic>
#include <optional>
#include <sstream>

#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "core/text.h"
#include "track/web/access_log.h"
#include "track/web/answers.h"
#include "track/web/awaited.h"
#include "track/web/network_name.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

using Parser = http::request_parser<http::string_body>;

constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kPaceBytes = 64 * 1024;
// For who is told that the body is unwanted, and sends it still.
constexpr auto kLinger = std::chrono::seconds(2);
constexpr Clock::time_point kBusy{};
constexpr const char* kStrictTransport = "max-age=31536000";

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::Get;
    case http::verb::head:
      return Method::Head;
    case http::verb::post:
      return Method::Post;
    case http::verb::put:
      return Method::Put;
    case http::verb::delete_:
      return Method::Delete;
    default:
      return Method::Other;
  }
}

std::string text_of(boost::core::string_view text) {
  return {text.data(), text.size()};
}

// Without its body. A header that comes several times is one list (RFC 9110 §5.3), in order: a forged X-Forwarded-For
// must not stand before the line that a proxy added.
HttpRequest to_request(const Parser& parser) {
  const auto& message = parser.get();
  HttpRequest request;
  request.method = method_of(message.method());
  std::string target = text_of(message.target());
  size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    std::string name = to_lower(text_of(field.name_string()));
    auto [place, is_first] = request.headers.emplace(name, text_of(field.value()));
    if (!is_first) place->second += (name == "cookie" ? "; " : ", ") + text_of(field.value());
  }
  return request;
}

// A broken limit, as the answer the peer gets; nothing for a peer that is gone or too slow.
std::optional<HttpResponse> answer_to_bad_request(const error_code& code) {
  if (code == http::error::header_limit) return plain_answer(431, "The header is too long.\n");
  if (code == http::error::body_limit) return plain_answer(413, "The body is too long.\n");
  if (code == http::error::end_of_stream || code == http::error::partial_message) return std::nullopt;
  if (code.category() == make_error_code(http::error::bad_method).category()) {
    return plain_answer(400, "This is not HTTP.\n");
  }
  return std::nullopt;
}

asio::awaitable<Result<void>> append_durably(Ledger& ledger, std::vector<Event> events) {
  auto start = [&](auto done) { ledger.append(std::move(events), done); };
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

struct Wire {
  unsigned version = 11;
  bool keep_alive = false;
};

// Chunks and other codings: nobody who talks to us needs them, a parser has to keep their extensions and trailers
// whole, and one that it does not know would make a body look like the next request.
bool has_coding(const Parser& parser) {
  return parser.get().count(http::field::transfer_encoding) > 0;
}

bool is_bodiless(int status) {
  return status == 204 || status == 304;
}

std::string head_of(const HttpResponse& response, Wire wire, bool is_tls) {
  http::response<http::empty_body> message(static_cast<http::status>(response.status), wire.version);
  for (const auto& [name, value] : security_headers()) message.set(name, value);
  if (is_tls) message.set("Strict-Transport-Security", kStrictTransport);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(wire.keep_alive);
  const auto* media = std::get_if<MediaBody>(&response.body);
  const auto* text = std::get_if<std::string>(&response.body);
  if (!is_bodiless(response.status)) message.content_length(media != nullptr ? media->length : text->size());
  std::ostringstream head;
  head << message.base();
  return head.str();
}

}  // namespace

struct Connection::State {
  State(std::unique_ptr<Stream> byte_stream, const IpAddress& address, const ConnectionHost& server)
      : stream(std::move(byte_stream)),
        // What the parser wants to see whole is a header, and that has its own limit.
        buffer(server.settings.limits.header_bytes + 2 * kReadBytes),
        peer(address),
        host(server) {}

  // One request and its answer; true while the connection goes on.
  asio::awaitable<bool> serve_one();
  asio::awaitable<error_code> wait_for_request();
  asio::awaitable<error_code> read_header(Parser& parser, Clock::time_point deadline);
  asio::awaitable<error_code> read_body(Parser& parser, Clock::time_point deadline);
  template <typename IsDone>
  asio::awaitable<error_code> parse(Parser& parser, IsDone is_done, Deadline deadline);
  asio::awaitable<error_code> read_more(Clock::time_point deadline);
  asio::awaitable<std::optional<HttpResponse>> refuse_body(const Parser& parser, const HttpRequest& request);
  asio::awaitable<bool> answer(const HttpRequest& request, Wire wire);
  asio::awaitable<HttpResponse> find_answer(const HttpRequest& request);
  WorkerPool& pool_for(const HttpRequest& request) const {
    if (Router::is_api(request)) return host.api;
    return host.router.is_media(request) ? host.media : host.pages;
  }
  asio::awaitable<bool> refuse(const HttpResponse& refusal, const HttpRequest& request, Wire wire);
  asio::awaitable<uint64_t> write(const HttpResponse& response, const HttpRequest& request, Wire wire);
  void record(HttpResponse& response, uint64_t media_sent);
  void place(HttpRequest& request);

  bool is_tls() const { return !host.settings.certificate.empty(); }
  const ServerLimits& limits() const { return host.settings.limits; }
  bool is_long(const Parser& parser) const {
    auto length = parser.content_length();
    return length && *length > limits().body_bytes;
  }

  std::unique_ptr<Stream> stream;
  beast::flat_buffer buffer;
  const IpAddress peer;
  const ConnectionHost host;
  IpAddress sender;  // of the request that is under way
  bool written_whole = false;
  bool has_unread = false;  // the peer may be sending a body that nobody reads
  bool finishing = false;
  // While it waits for a handshake, or a request of which no byte has come; else kBusy.
  std::atomic<Clock::time_point> waiting_since{kBusy};
};

Connection::Connection(std::unique_ptr<Stream> stream, const IpAddress& peer, const ConnectionHost& host)
    : state_(std::make_unique<State>(std::move(stream), peer, host)) {}

Connection::~Connection() = default;

asio::any_io_executor Connection::executor() const {
  return state_->stream->executor();
}

asio::awaitable<void> Connection::run() {
  auto self = shared_from_this();  // the coroutine keeps the connection alive; the server's list does not
  state_->waiting_since = Clock::now();
  auto failed = co_await state_->stream->handshake(state_->limits().handshake_timeout);
  state_->waiting_since = kBusy;
  while (!failed && !state_->finishing && co_await state_->serve_one()) {
  }
  co_await state_->stream->close(state_->has_unread ? Milliseconds(kLinger) : Milliseconds(0));
}

void Connection::finish() {
  asio::post(executor(), [self = shared_from_this()] {
    self->state_->finishing = true;
    if (self->state_->waiting_since.load() != kBusy) self->state_->stream->abandon();
  });
}

std::optional<Clock::time_point> Connection::idle_since() const {
  const Clock::time_point since = state_->waiting_since;
  return since == kBusy ? std::nullopt : std::optional(since);
}

asio::awaitable<bool> Connection::State::serve_one() {
  if (co_await wait_for_request()) co_return false;
  Parser parser;
  // One time for the whole request, so that a byte now and then does not hold a connection for ever.
  const auto deadline = Clock::now() + limits().read_timeout;
  const HttpRequest unread;  // named: GCC 12 destroys an aggregate temporary of a co_await twice
  if (auto code = co_await read_header(parser, deadline)) {
    auto response = answer_to_bad_request(code);
    if (response) co_await refuse(*response, unread, {});
    co_return false;
  }
  Wire wire{parser.get().version(), parser.keep_alive() && !finishing};
  HttpRequest request = to_request(parser);
  place(request);
  if (has_coding(parser)) {
    const HttpResponse unsupported = plain_answer(501, "Bodies come with a Content-Length here.\n");
    co_return co_await refuse(unsupported, request, wire);
  }
  std::optional<BodyBudget::Share> memory;  // until the answer is on its way
  if (is_long(parser)) {
    auto refused = co_await refuse_body(parser, request);
    if (refused) co_return co_await refuse(*refused, request, wire);
    memory = host.long_bodies.take(*parser.content_length());
    const HttpResponse full = overloaded();
    if (!memory) co_return co_await refuse(full, request, wire);
  }
  if (auto code = co_await read_body(parser, deadline)) {
    auto response = answer_to_bad_request(code);
    if (response) co_await refuse(*response, request, wire);
    co_return false;
  }
  request.body = std::move(parser.get().body());
  co_return co_await answer(request, wire);
}

// A connection may be idle before a request; that time does not count against it.
asio::awaitable<error_code> Connection::State::wait_for_request() {
  if (buffer.size() > 0) co_return error_code();
  waiting_since = Clock::now();
  auto code = co_await read_more(Clock::now() + limits().read_timeout);
  waiting_since = kBusy;
  co_return code;
}

// Who sent it, as far as anybody's word counts.
void Connection::State::place(HttpRequest& request) {
  sender = host.proxies.sender(peer, request.header("x-forwarded-for"));
  request.network = network_name(sender);
  request.secure = is_tls() || host.proxies.is_https(peer, request.header("x-forwarded-proto"));
}

asio::awaitable<error_code> Connection::State::read_header(Parser& parser, Clock::time_point deadline) {
  parser.header_limit(limits().header_bytes);
  parser.body_limit(boost::none);  // decided when the path is known
  parser.eager(false);
  co_return co_await parse(
      parser, [&] { return parser.is_header_done(); }, Deadline{deadline, std::nullopt});
}

asio::awaitable<error_code> Connection::State::read_body(Parser& parser, Clock::time_point deadline) {
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
  co_return co_await parse(
      parser, [&] { return parser.is_done(); }, end);
}

template <typename IsDone>
asio::awaitable<error_code> Connection::State::parse(Parser& parser, IsDone is_done, Deadline deadline) {
  bool hungry = buffer.size() == 0;
  size_t progress = 0;
  while (!is_done()) {
    if (hungry) {
      if (auto code = co_await read_more(deadline.at)) co_return code;
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

asio::awaitable<error_code> Connection::State::read_more(Clock::time_point deadline) {
  auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now());
  if (left <= Milliseconds(0)) co_return beast::error::timeout;
  size_t room = std::min(kReadBytes, buffer.max_size() - buffer.size());
  if (room == 0) co_return beast::error::timeout;
  auto read = co_await stream->read_some(buffer.prepare(room), left);
  if (!read.code) buffer.commit(read.bytes);
  co_return read.code;
}

asio::awaitable<std::optional<HttpResponse>> Connection::State::refuse_body(const Parser& parser,
                                                                            const HttpRequest& request) {
  uint64_t length = parser.content_length().value();
  auto refused =
      co_await on_worker(pool_for(request), [&] { return host.router.refuse_body(request, length, sender); });
  if (!refused) co_return overloaded();
  co_return std::move(*refused);
}

// Answers without having read all; the connection ends, as what follows cannot be told from a request.
asio::awaitable<bool> Connection::State::refuse(const HttpResponse& refusal, const HttpRequest& request, Wire wire) {
  const HttpResponse response = Router::in_words_for(request, refusal);
  has_unread = true;
  wire.keep_alive = false;
  co_await write(response, request, wire);
  log_access({request.method, access_path(request.path), response.status, 0, Milliseconds(0)});
  co_return false;
}

asio::awaitable<bool> Connection::State::answer(const HttpRequest& request, Wire wire) {
  const auto began = Clock::now();
  HttpResponse response = co_await find_answer(request);
  response = Router::in_words_for(request, std::move(response));
  if (!response.durable_first.empty()) {
    auto stored = co_await append_durably(host.ledger, std::move(response.durable_first));
    report_lost_events(stored);
    if (!stored) response = plain_answer(503, "The report could not be stored; please send it again.\n");
  }
  wire.keep_alive = wire.keep_alive && !finishing;
  uint64_t sent = co_await write(response, request, wire);
  record(response, sent);
  log_access({request.method, access_path(request.path), response.status, sent,
              std::chrono::duration_cast<Milliseconds>(Clock::now() - began)});
  co_return written_whole&& wire.keep_alive;
}

asio::awaitable<HttpResponse> Connection::State::find_answer(const HttpRequest& request) {
  if (auto at_once = Router::answer_at_once(request)) co_return std::move(*at_once);
  auto response = co_await on_worker(pool_for(request), [&] { return host.router.answer(request, sender); });
  if (response && response->check_passcode) {
    const HttpResponse pending = std::move(*response);
    response = co_await on_worker(host.passcodes, [&] { return host.router.finish(pending, sender); });
  }
  if (!response) co_return overloaded();
  co_return std::move(*response);
}

// The bytes of the body that left.
asio::awaitable<uint64_t> Connection::State::write(const HttpResponse& response, const HttpRequest& request,
                                                   Wire wire) {
  std::string head = head_of(response, wire, is_tls());
  bool has_body = request.method != Method::Head && !is_bodiless(response.status);
  const auto* text = std::get_if<std::string>(&response.body);
  if (has_body && text != nullptr) head += *text;
  written_whole = !co_await stream->write(head, limits().write_timeout);
  if (!written_whole || !has_body) co_return 0;
  if (text != nullptr) co_return text->size();
  const auto& media = std::get<MediaBody>(response.body);
  uint64_t sent = co_await stream->send(media.extents, limits().write_timeout);
  written_whole = sent == media.length;
  co_return sent;
}

void Connection::State::record(HttpResponse& response, uint64_t media_sent) {
  std::vector<Event> events = std::move(response.record);
  for (Event& event : response.record_after_body) {
    if (event.kind == EventKind::MediaEnd) event.body = nlohmann::json{{"sent", media_sent}}.dump();
    events.push_back(std::move(event));
  }
  if (!events.empty()) host.ledger.append(std::move(events), report_lost_events);
}

}  // namespace candid::track
