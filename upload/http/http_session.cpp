#include "upload/http/http_session.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "net/file_sink.h"

namespace candid::upload {
namespace {

constexpr uint64_t kMostInMemory = 1 << 30;
constexpr size_t kMostServerWords = 200;
constexpr std::chrono::milliseconds kTidyTimeout{2'000};

// A candid server says in JSON what went wrong; what others send is made for browsers.
std::string server_words(const net::HttpResponse& response) {
  auto json = nlohmann::json::parse(response.body.begin(), response.body.end(), nullptr, false);
  if (!json.is_object() || !json.contains("error") || !json["error"].is_object()) return {};
  auto message = json["error"].find("message");
  if (message == json["error"].end() || !message->is_string()) return {};
  return fmt::format(", \"{}\"", shorten(single_line(message->get<std::string>()), kMostServerWords));
}

// Where a redirect leads, without what may be secret in it.
std::string target_of(const net::HttpResponse& response) {
  std::string location = response.header("location");
  return shorten(single_line(location.substr(0, location.find_first_of("?#"))), kMostServerWords);
}

// Servers that know no 507 pass on what the system told them (tus servers do), and nothing gets better by waiting then.
bool tells_of_full_disk(const net::HttpResponse& response) {
  if (response.status < 500) return false;
  std::string_view body(reinterpret_cast<const char*>(response.body.data()), response.body.size());
  return body.find("o space left on device") != std::string_view::npos ||
         body.find("isk quota exceeded") != std::string_view::npos;
}

net::MayGetBetter with_full_disks(net::MayGetBetter judge) {
  return [judge = std::move(judge)](const net::HttpRequest& request, const net::HttpResponse& response) {
    return !tells_of_full_disk(response) && judge(request, response);
  };
}

struct Meaning {
  ErrorKind kind;
  std::string words;
  std::string hint;
  bool may_get_better = false;
};

Meaning meaning_of(const net::HttpResponse& response, const HttpLogin& login) {
  int status = response.status;
  if (status >= 300 && status < 400) {
    return {ErrorKind::NotFound, fmt::format("the server sends us on to \"{}\"", target_of(response)),
            "give the address where it leads as the store's"};
  }
  if (tells_of_full_disk(response)) status = 507;
  switch (status) {
    case 401:
      return {ErrorKind::PermissionDenied, login.unknown, login.unknown_hint};
    case 403:
      return {ErrorKind::PermissionDenied, "we may not do that there", login.forbidden_hint};
    case 404:
    case 410:
      return {ErrorKind::NotFound, "there is no such path", "check the path in the store's address"};
    case 405:
    case 501:
      return {ErrorKind::Unsupported, "the server does not do that", "check that the address is that of such a server"};
    case 407:
      return {ErrorKind::PermissionDenied, "the proxy wants to know who asks",
              "give user and password in $https_proxy"};
    case 409:
      return {ErrorKind::NotFound, "the folder is missing, or another request was in the way", "try again", true};
    case 413:
      return {ErrorKind::NoSpace, "that is more than the server takes at once",
              "have its limit raised (nginx: client_max_body_size)"};
    case 423:
      return {ErrorKind::Network, "it is locked", "try again in a few minutes", true};
    case 507:
      return {ErrorKind::NoSpace, "the server has no room left", "free space there, or have the quota raised"};
    case 408:
    case 425:
    case 429:
      return {ErrorKind::Network, "the server is too busy", "try again in a few minutes", true};
    default:
      break;
  }
  if (status >= 500) return {ErrorKind::Network, "the server failed", "try again; its log may say more", true};
  return {ErrorKind::Unsupported, "the server gave an answer that does not fit",
          "check that the address is that of such a server"};
}

}  // namespace

HttpSession::HttpSession(std::unique_ptr<net::HttpTransport> transport, HttpServer server,
                         const StoreSettings& settings)
    : transport_(std::move(transport)),
      server_({server.kind, server.url, server.login, with_full_disks(server.judge)}),
      settings_(settings),
      retrier_(*transport_, settings.retries, server_.judge, *settings.pause, *settings.clock),
      with_retries_(retrier_, settings.stop),
      without_retries_(*transport_, settings.stop),
      server_clock_(*settings.clock) {}

net::HttpRequest HttpSession::authorized(net::HttpRequest request) const {
  if (!server_.login.authorization.empty()) request.headers["Authorization"] = server_.login.authorization.reveal();
  return request;
}

Result<net::HttpResponse> HttpSession::send(net::HttpRequest request, const std::stop_token& stop) {
  net::HttpResponse response = TRY(with_retries_.send(authorized(std::move(request)), stop));
  server_clock_.learn(response);
  return response;
}

Result<net::HttpResponse> HttpSession::send_once(net::HttpRequest request, const std::stop_token& stop) {
  return without_retries_.send(authorized(std::move(request)), stop);
}

void HttpSession::remove_best_effort(const std::string& url, const std::map<std::string, std::string>& headers) {
  net::HttpRequest request{.method = "DELETE", .url = url, .headers = headers};
  request.connect_timeout = kTidyTimeout;
  request.stall_timeout = kTidyTimeout;
  // The failure that led here is what is reported.
  static_cast<void>(transport_->send(authorized(std::move(request))));
}

Result<net::HttpResponse> HttpSession::fetch(const std::string& url, const std::stop_token& stop) {
  net::HttpRequest request{.url = url, .headers = {}};
  request.max_body = kMostInMemory;
  return send(std::move(request), stop);
}

Result<net::HttpResponse> HttpSession::fetch_to_file(
    const std::string& url, const std::filesystem::path& file,
    const std::function<Result<bool>(const net::HttpResponse&)>& is_sound) {
  net::FileSink sink(file);
  if (sink.failure()) return tl::unexpected(*sink.failure());
  net::HttpRequest request{.url = url, .headers = {}};
  request.on_head = [&](const net::HttpResponse& head) { return sink.has_room(head); };
  request.on_body = [&](std::span<const uint8_t> bytes) { return sink.take(bytes); };
  request.on_restart = [&] { sink.restart(); };
  auto response = send(std::move(request));
  if (sink.failure()) return tl::unexpected(*sink.failure());
  if (!response || !response->is_success()) return response;
  bool is_kept = !is_sound || TRY(is_sound(*response));
  if (is_kept) TRY_VOID(sink.commit());
  return response;
}

Result<Sha256> HttpSession::sha256_of(const std::string& url, const std::stop_token& stop) {
  Sha256Hasher hasher;
  net::HttpRequest request{.url = url, .headers = {}};
  request.on_body = [&](std::span<const uint8_t> bytes) {
    hasher.update(bytes);
    return true;
  };
  request.on_restart = [&] { hasher = Sha256Hasher(); };
  net::HttpResponse response = TRY(send(std::move(request), stop));
  if (!response.is_success()) return tl::unexpected(refusal(response, "read back what was put"));
  return hasher.finish();
}

Error HttpSession::refusal(const net::HttpResponse& response, std::string_view doing) const {
  Meaning meaning = meaning_of(response, server_.login);
  Error error(meaning.kind,
              fmt::format("cannot {}: {}: {} (HTTP {}{})", doing, describe(), meaning.words, response.status,
                          server_words(response)),
              meaning.hint);
  if (meaning.may_get_better) return std::move(error).retry_may_help();
  return error;
}

std::string HttpSession::origin() const {
  return server_.url.substr(0, server_.url.find('/', server_.url.find("://") + 3));
}

std::string HttpSession::path() const {
  return server_.url.substr(origin().size());
}

bool HttpSession::is_encrypted() const {
  return server_.url.starts_with("https://");
}

std::string HttpSession::describe() const {
  return fmt::format("{} {}", server_.kind, server_.url);
}

Result<void> check_object_name(std::string_view name) {
  if (is_object_name(name)) return {};
  return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not an object name", single_line(name)));
}

std::optional<uint64_t> number_header(const net::HttpResponse& response, const std::string& lower_case_name) {
  std::string text = response.header(lower_case_name);
  uint64_t number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace candid::upload
