#include "net/curl_transfer.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "core/text.h"
#include "net/curl_error.h"
#include "net/stoppable.h"
#include "net/url.h"

namespace candid::net {
namespace {

using std::chrono::milliseconds;

// A body that is larger waits for the server's word, so that a refusal costs no bytes (RFC 9110 §10.1.1).
constexpr uint64_t kExpectAbove = 1 << 20;
constexpr long kBufferBytes = 256 << 10;
// How often a transfer looks around when nothing happens at all.
constexpr milliseconds kLongestNap{1000};

std::string find_authorities(const TransportSettings& settings) {
  if (!settings.authorities.empty()) return settings.authorities.string();
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

bool needs_length(std::string_view method) {
  return method == "PUT" || method == "POST" || method == "PATCH";
}

CurlTransfer* as_transfer(void* self) {
  return static_cast<CurlTransfer*>(self);
}

}  // namespace

CurlTransfer::CurlTransfer(CurlHandle& handle, const HttpRequest& request, const TransportSettings& settings,
                           const std::stop_token& stop)
    : handle_(handle),
      request_(request),
      settings_(settings),
      stop_(stop),
      body_(request),
      authorities_(find_authorities(settings)) {}

Result<HttpResponse> CurlTransfer::run() {
  BrokenPipeGuard guard;
  handle_.reset();
  set_request();
  set_callbacks();
  set_security();
  CURLcode code = perform();
  if (code != CURLE_OK || end_ != End::NotByUs) return tl::unexpected(failure(code));
  long status = 0;
  curl_easy_getinfo(handle_.easy(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

void CurlTransfer::set_request() {
  CURL* easy = handle_.easy();
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // A proxy would read what is not encrypted, and cannot reach this machine's loopback anyway.
  auto url = split_url(request_.url);
  if (url && url->scheme == "http" && is_loopback(url->authority)) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  // What was signed is what is sent: no "/../" is taken out of the path.
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  // One request a connection at a time: HTTP/2 would gain nothing, and has no 100-continue.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  bool sends_body = body_.size() > 0 || needs_length(request_.method);
  if (sends_body) {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body_.size()));
  } else if (request_.method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  set_headers(sends_body);
  long patience = static_cast<long>(std::max<int64_t>(1, request_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, patience);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that hangs keeps neither a timeout nor a cancellation waiting.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
}

void CurlTransfer::set_headers(bool sends_body) {
  auto add = [this](const std::string& line) { headers_.reset(curl_slist_append(headers_.release(), line.c_str())); };
  bool says_expect = false;
  for (const auto& [name, value] : request_.headers) {
    std::string clean = single_line(value);
    // To libcurl, "Name:" means a header that is left out, and "Name;" one without a value.
    add(clean.empty() ? single_line(name) + ";" : single_line(fmt::format("{}: {}", name, clean)));
    says_expect = says_expect || ascii_lower(name) == "expect";
  }
  if (sends_body && body_.size() <= kExpectAbove && !says_expect) add("Expect:");
  curl_easy_setopt(handle_.easy(), CURLOPT_HTTPHEADER, headers_.get());
}

void CurlTransfer::set_callbacks() {
  CURL* easy = handle_.easy();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_write);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &CurlTransfer::on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &CurlTransfer::on_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &CurlTransfer::on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_ready);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_.data());
}

void CurlTransfer::set_security() {
  CURL* easy = handle_.easy();
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (authorities_.empty()) return;
  // These alone: the system's folder of authorities would be asked as well.
  curl_easy_setopt(easy, CURLOPT_CAINFO, authorities_.c_str());
  curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, authorities_.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
}

CURLcode CurlTransfer::perform() {
  // curl_easy_perform() would look for a stop once a second; a wake-up ends the wait at once.
  std::stop_callback wake(stop_, [multi = handle_.multi()] { curl_multi_wakeup(multi); });
  if (curl_multi_add_handle(handle_.multi(), handle_.easy()) != CURLM_OK) return CURLE_FAILED_INIT;
  CURLcode code = drive();
  curl_multi_remove_handle(handle_.multi(), handle_.easy());
  return code;
}

CURLcode CurlTransfer::drive() {
  while (!is_over()) {
    int running = 0;
    int waiting = 0;
    if (curl_multi_perform(handle_.multi(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (CURLMsg* message = curl_multi_info_read(handle_.multi(), &waiting); message != nullptr) {
      return message->data.result;
    }
    milliseconds nap = std::clamp(request_.stall_timeout, milliseconds(1), kLongestNap);
    curl_multi_poll(handle_.multi(), nullptr, 0, static_cast<int>(nap.count()), nullptr);
  }
  return CURLE_ABORTED_BY_CALLBACK;
}

// Stopped, or stalled: neither we nor the kernel could send or receive anything for so long.
bool CurlTransfer::is_over() {
  if (stop_.stop_requested()) return !end(End::Stopped);
  if (!is_ready_) return false;
  long before = std::exchange(unacknowledged_, handle_.unacknowledged());
  if (unacknowledged_ < before) moved();
  if (std::chrono::steady_clock::now() - moved_at_ < request_.stall_timeout) return false;
  return !end(End::Stalled);
}

Error CurlTransfer::failure(CURLcode code) {
  std::string what = fmt::format("{} {}", single_line(request_.method), printable_url(request_.url));
  if (body_error_) return std::move(*body_error_);
  switch (end_) {
    case End::Stopped:
      return stopped(request_);
    case End::Unwanted:
      return Error(ErrorKind::Cancelled, fmt::format("{} was ended by who asked for it", what));
    case End::TooLarge:
      return Error(ErrorKind::Network,
                   fmt::format("{} failed: the answer is longer than {} bytes", what, request_.max_body),
                   "check that the address is the right server's");
    case End::Stalled:
      return Error(ErrorKind::Network,
                   fmt::format("{} stalled: nothing moved for {} ms", what, request_.stall_timeout.count()),
                   "check this machine's network, and run it again: what arrived is not sent again")
          .retry_may_help();
    case End::NotByUs:
      break;
  }
  return describe_failure({code, request_, authorities_, error_text_.c_str()}, handle_.easy());
}

bool CurlTransfer::end(End why) {
  end_ = why;
  return false;
}

size_t CurlTransfer::on_write(char* data, size_t, size_t size, void* self) {
  return as_transfer(self)->take_body({reinterpret_cast<const uint8_t*>(data), size}) ? size : CURL_WRITEFUNC_ERROR;
}

bool CurlTransfer::take_body(std::span<const uint8_t> bytes) {
  moved();
  if (request_.on_received && response_.is_success()) request_.on_received();
  if (request_.on_head && response_.is_success() && !std::exchange(has_told_head_, true)) {
    if (!request_.on_head(response_)) return end(End::Unwanted);
  }
  if (request_.on_body && response_.is_success()) return request_.on_body(bytes) || end(End::Unwanted);
  if (bytes.size() > request_.max_body - std::min<uint64_t>(response_.body.size(), request_.max_body)) {
    return end(End::TooLarge);
  }
  response_.body.insert(response_.body.end(), bytes.begin(), bytes.end());
  return true;
}

size_t CurlTransfer::on_header(char* data, size_t, size_t size, void* self) {
  as_transfer(self)->take_header({data, size});
  return size;
}

void CurlTransfer::take_header(std::string_view line) {
  moved();
  if (line.starts_with("HTTP/")) {  // after a 100 Continue the real ones follow
    response_ = {};
    std::string_view digits = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), response_.status);
    return;
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  response_.headers[ascii_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
}

size_t CurlTransfer::on_read(char* into, size_t, size_t size, void* self) {
  return as_transfer(self)->give_body({into, size});
}

size_t CurlTransfer::give_body(std::span<char> into) {
  if (RateLimiter* limit = settings_.upload_limit; limit != nullptr && body_.left() > 0) {
    // Short waits, so that answers are read and stops are seen in between.
    uint64_t most = std::clamp<uint64_t>(limit->bytes_per_second() / 8, 1, into.size());
    into = into.first(std::min(most, body_.left()));
    if (!limit->take(into.size(), stop_)) {
      end(End::Stopped);
      return CURL_READFUNC_ABORT;
    }
    moved();
  }
  auto given = body_.read(into);
  if (given) return *given;
  body_error_ = std::move(given).error();
  return CURL_READFUNC_ABORT;
}

int CurlTransfer::on_seek(void* self, curl_off_t offset, int origin) {
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  as_transfer(self)->body_.seek(static_cast<uint64_t>(offset));
  return CURL_SEEKFUNC_OK;
}

int CurlTransfer::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
  CurlTransfer& transfer = *as_transfer(self);
  auto bytes = static_cast<uint64_t>(std::max<curl_off_t>(sent, 0));
  if (bytes != transfer.sent_) {
    transfer.moved();
    transfer.sent_ = bytes;
    if (transfer.request_.on_sent) transfer.request_.on_sent(bytes);
  }
  if (!transfer.stop_.stop_requested()) return 0;
  transfer.end(End::Stopped);
  return 1;
}

int CurlTransfer::on_ready(void* self, char*, char*, int, int) {
  CurlTransfer* transfer = as_transfer(self);
  transfer->moved();
  // libcurl sends a request again by itself, over a new connection, when a kept one breaks before any answer comes. The
  // server may have acted on the first one all the same.
  if (transfer->is_ready_ && transfer->request_.on_restart) transfer->request_.on_restart();
  transfer->is_ready_ = true;
  return CURL_PREREQFUNC_OK;
}

}  // namespace candid::net
