#include "net/http.h"

#include <memory>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

#include "core/text.h"

namespace candid::net {
namespace {

struct FreeEasy {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct Receiver {
  HttpResponse response;
  uint64_t max_body;
};

size_t on_body(char* data, size_t, size_t size, void* into) {
  auto& receiver = *static_cast<Receiver*>(into);
  if (receiver.response.body.size() + size > receiver.max_body) return 0;  // ends the transfer
  receiver.response.body.insert(receiver.response.body.end(), data, data + size);
  return size;
}

size_t on_header(char* data, size_t, size_t size, void* into) {
  auto& receiver = *static_cast<Receiver*>(into);
  std::string_view line(data, size);
  if (line.starts_with("HTTP/")) receiver.response.headers.clear();  // after a 100 Continue the real ones follow
  size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    receiver.response.headers[to_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  }
  return size;
}

// What is wrong with the request or its answer, rather than with the way between.
bool would_fail_again(CURLcode code) {
  return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WRITE_ERROR ||
         code == CURLE_PEER_FAILED_VERIFICATION;
}

}  // namespace

Result<HttpResponse> send(const HttpRequest& request) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  std::unique_ptr<CURL, FreeEasy> curl(curl_easy_init());
  if (!curl) return fail(ErrorKind::Internal, "cannot set up an HTTP transfer");
  std::unique_ptr<curl_slist, FreeList> headers;
  for (const auto& [name, value] : request.headers) {
    std::string line = single_line(fmt::format("{}: {}", name, value));
    headers.reset(curl_slist_append(headers.release(), line.c_str()));
  }
  Receiver receiver{{}, request.max_body};
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (!request.body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                   static_cast<long>(std::max<int64_t>(1, request.stall_timeout.count() / 1000)));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &receiver);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &receiver);
  if (CURLcode code = curl_easy_perform(handle); code != CURLE_OK) {
    Error error(ErrorKind::Network, fmt::format("{} failed ({})", request.method, curl_easy_strerror(code)),
                "check the address, and that the server runs");
    return tl::unexpected(would_fail_again(code) ? std::move(error) : std::move(error).retry_may_help());
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  receiver.response.status = static_cast<int>(status);
  return std::move(receiver.response);
}

}  // namespace candid::net
