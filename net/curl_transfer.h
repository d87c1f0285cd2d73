#pragma once
// One request on one CurlHandle, from its options to its answer. Internal to net.

#include <chrono>
#include <optional>

#include "net/body_reader.h"
#include "net/curl_handle.h"
#include "net/curl_transport.h"
#include "net/http.h"

namespace candid::net {

class CurlTransfer {
 public:
  // All of them outlive it.
  CurlTransfer(CurlHandle& handle, const HttpRequest& request, const TransportSettings& settings,
               const std::stop_token& stop);
  Result<HttpResponse> run();

 private:
  // Why we ended it, where libcurl only knows that a callback refused.
  enum class End { NotByUs, Stopped, Stalled, TooLarge, Unwanted };

  void set_request();
  void set_headers(bool sends_body);
  void set_callbacks();
  void set_security();
  CURLcode perform();
  CURLcode drive();
  bool is_over();
  Error failure(CURLcode code);

  // What libcurl calls.
  static size_t on_write(char* data, size_t, size_t size, void* self);
  static size_t on_header(char* data, size_t, size_t size, void* self);
  static size_t on_read(char* into, size_t, size_t size, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent);
  static int on_ready(void* self, char*, char*, int, int);

  bool end(End why);
  bool take_body(std::span<const uint8_t> bytes);
  void take_header(std::string_view line);
  size_t give_body(std::span<char> into);
  void moved() { moved_at_ = std::chrono::steady_clock::now(); }

  CurlHandle& handle_;
  const HttpRequest& request_;
  const TransportSettings& settings_;
  const std::stop_token& stop_;
  BodyReader body_;
  std::string authorities_;
  std::string error_text_ = std::string(CURL_ERROR_SIZE, '\0');
  std::unique_ptr<curl_slist, FreeList> headers_;
  HttpResponse response_;
  End end_ = End::NotByUs;
  std::optional<Error> body_error_;
  bool is_ready_ = false;  // connected: from here on it can stall
  std::chrono::steady_clock::time_point moved_at_{};
  bool has_told_head_ = false;
  long unacknowledged_ = 0;
  uint64_t sent_ = 0;
};

}  // namespace candid::net
