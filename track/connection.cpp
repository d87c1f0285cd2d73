#include "track/connection.h"

#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/log.h"
#include "core/text.h"
#include "track/network_name.h"
#include "track/send_file.h"

namespace candid::track {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

using Parser = http::request_parser<http::string_body>;

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::Get;
    case http::verb::head:
      return Method::Head;
    case http::verb::post:
      return Method::Post;
    default:
      return Method::Other;
  }
}

std::string view_of(boost::core::string_view text) {
  return {text.data(), text.size()};
}

// A proxy adds the address it saw at the end; what stands before it is the sender's word alone.
std::string_view last_entry(std::string_view forwarded_for) {
  size_t comma = forwarded_for.rfind(',');
  return comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
}

HttpRequest to_request(Parser& parser, const std::string& peer, bool behind_proxy) {
  auto& message = parser.get();
  HttpRequest request;
  request.method = method_of(message.method());
  std::string target = view_of(message.target());
  request.path = target.substr(0, target.find('?'));
  for (const auto& field : message) {
    request.headers.emplace(to_lower(view_of(field.name_string())), view_of(field.value()));
  }
  request.body = std::move(message.body());
  std::string_view forwarded = behind_proxy ? last_entry(request.header("x-forwarded-for")) : std::string_view();
  request.network = network_name(forwarded.empty() ? peer : trim(forwarded));
  return request;
}

// A broken limit, as the answer the peer gets; nothing for a peer that is gone or too slow.
std::optional<HttpResponse> answer_to_bad_request(const beast::error_code& code) {
  if (code == http::error::header_limit) return plain_answer(431, "The header is too long.\n");
  if (code == http::error::body_limit) return plain_answer(413, "The body is too long.\n");
  if (code == http::error::end_of_stream || code == http::error::partial_message) return std::nullopt;
  if (code.category() == make_error_code(http::error::bad_method).category()) {
    return plain_answer(400, "This is not HTTP.\n");
  }
  return std::nullopt;
}

// Resumes on the awaiting coroutine's executor once the events are durable.
asio::awaitable<Result<void>> append_durably(Ledger& ledger, std::vector<Event> events) {
  auto start = [&](auto handler) {
    // Shared, because a std::function can be copied and a coroutine's handler cannot.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    ledger.append(std::move(events), [shared](Result<void> stored) mutable {
      auto executor = asio::get_associated_executor(*shared);
      asio::post(executor,
                 [waiter = std::move(shared), result = std::move(stored)]() mutable { (*waiter)(std::move(result)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(start,
                                                                                             asio::use_awaitable);
}

void report_lost_events(const Result<void>& stored) {
  if (!stored) log::error("track", stored.error().describe());
}

}  // namespace

struct Connection::State {
  State(tcp::socket socket, const ServerSettings& server_settings, const Site& answering_site, Ledger& event_ledger)
      : stream(std::move(socket)), settings(server_settings), site(answering_site), ledger(event_ledger) {
    boost::system::error_code code;
    auto endpoint = stream.socket().remote_endpoint(code);
    if (!code) peer = endpoint.address().to_string();
  }

  asio::awaitable<bool> serve_one();
  asio::awaitable<beast::error_code> read(Parser& parser);
  asio::awaitable<bool> write(const HttpResponse& response, const HttpRequest& request, unsigned version,
                              bool keep_alive, uint64_t* media_sent);
  void record(HttpResponse& response, uint64_t media_sent);

  beast::tcp_stream stream;
  beast::flat_buffer buffer;
  const ServerSettings& settings;
  const Site& site;
  Ledger& ledger;
  std::string peer;
  bool finishing = false;
  bool waiting = false;  // for a request of which no byte has come
};

Connection::Connection(tcp::socket socket, const ServerSettings& settings, const Site& site, Ledger& ledger)
    : state_(std::make_unique<State>(std::move(socket), settings, site, ledger)) {}

Connection::~Connection() = default;

asio::awaitable<void> Connection::run() {
  auto self = shared_from_this();  // the coroutine keeps the connection alive; the server's list does not
  while (!state_->finishing && co_await state_->serve_one()) {
  }
  boost::system::error_code ignored;  // the peer may have closed already
  state_->stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  state_->stream.close();
}

void Connection::finish() {
  asio::post(state_->stream.get_executor(), [self = shared_from_this()] {
    self->state_->finishing = true;
    if (self->state_->waiting) self->state_->stream.cancel();
  });
}

asio::awaitable<beast::error_code> Connection::State::read(Parser& parser) {
  parser.header_limit(settings.limits.header_bytes);
  parser.body_limit(settings.limits.body_bytes);
  // One time for the whole request, so that a byte now and then does not hold a connection for ever.
  stream.expires_after(settings.limits.read_timeout);
  waiting = buffer.size() == 0;
  auto [header_code, header_bytes] = co_await http::async_read_some(stream, buffer, parser, kNoThrow);
  waiting = false;
  if (header_code) co_return header_code;
  auto [code, bytes] = co_await http::async_read(stream, buffer, parser, kNoThrow);
  co_return code;
}

// True while the connection goes on.
asio::awaitable<bool> Connection::State::serve_one() {
  Parser parser;
  if (auto code = co_await read(parser)) {
    auto answer = answer_to_bad_request(code);
    const HttpRequest unread;  // named: GCC 12 destroys an aggregate temporary of a co_await twice
    if (answer) co_await write(*answer, unread, 11, false, nullptr);
    co_return false;
  }
  unsigned version = parser.get().version();
  bool keep_alive = parser.keep_alive() && !finishing;
  HttpRequest request = to_request(parser, peer, settings.behind_proxy);
  HttpResponse response = site.answer(request);
  if (!response.durable_first.empty()) {
    auto stored = co_await append_durably(ledger, std::move(response.durable_first));
    report_lost_events(stored);
    if (!stored) response = plain_answer(503, "The report could not be stored; please send it again.\n");
  }
  uint64_t media_sent = 0;
  bool written = co_await write(response, request, version, keep_alive, &media_sent);
  record(response, media_sent);
  co_return written&& keep_alive;
}

asio::awaitable<bool> Connection::State::write(const HttpResponse& response, const HttpRequest& request,
                                               unsigned version, bool keep_alive, uint64_t* media_sent) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), version);
  for (const auto& [name, value] : security_headers()) message.set(name, value);
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.keep_alive(keep_alive);
  const auto* media = std::get_if<MediaBody>(&response.body);
  const auto* text = std::get_if<std::string>(&response.body);
  bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) message.content_length(media != nullptr ? media->length : text->size());
  if (text != nullptr && request.method != Method::Head && !bodiless) message.body() = *text;

  // The serializer would count the body that HEAD leaves out, and does not know of a file's: header and body go apart.
  http::response_serializer<http::string_body> serializer(message);
  serializer.split(true);
  stream.expires_after(settings.limits.write_timeout);
  auto [header_code, header_bytes] = co_await http::async_write_header(stream, serializer, kNoThrow);
  if (header_code) co_return false;
  if (request.method == Method::Head || bodiless) co_return true;
  if (media != nullptr) {
    stream.expires_never();
    *media_sent = co_await send_extents(stream.socket(), media->extents, settings.limits.write_timeout);
    co_return *media_sent == media->length;
  }
  auto [code, bytes] = co_await asio::async_write(stream, asio::buffer(message.body()), kNoThrow);
  co_return !code;
}

void Connection::State::record(HttpResponse& response, uint64_t media_sent) {
  std::vector<Event> events = std::move(response.record);
  for (Event& event : response.record_after_body) {
    if (event.kind == EventKind::MediaEnd) event.body = nlohmann::json{{"sent", media_sent}}.dump();
    events.push_back(std::move(event));
  }
  if (!events.empty()) ledger.append(std::move(events), report_lost_events);
}

}  // namespace candid::track
