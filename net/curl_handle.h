#pragma once
// libcurl's handles with owners. Internal to net.
//
// A CurlHandle carries one transfer after the other; the connections it made stay open in between. One thread at a
// time.

#include <memory>
#include <set>

#include <curl/curl.h>

namespace candid::net {

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class CurlHandle {
 public:
  CurlHandle();
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  bool is_open() const { return multi_ && easy_; }
  CURL* easy() const { return easy_.get(); }
  CURLM* multi() const { return multi_.get(); }
  // Forgets all options of the transfer before, but not the connections.
  void reset();
  // Bytes that wait in the kernel to be sent, or to be acknowledged.
  long unacknowledged() const;

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t socket);

  std::set<curl_socket_t> sockets_;
  std::unique_ptr<CURLM, FreeMulti> multi_;  // owns the connections
  std::unique_ptr<CURL, FreeEasy> easy_;
};

// While it lives, a peer that hangs up is an error code on this thread and not a SIGPIPE: OpenSSL writes without
// MSG_NOSIGNAL, and a library must not change what a signal does to the whole program.
class BrokenPipeGuard {
 public:
  BrokenPipeGuard();
  ~BrokenPipeGuard();
  BrokenPipeGuard(const BrokenPipeGuard&) = delete;
  BrokenPipeGuard& operator=(const BrokenPipeGuard&) = delete;

 private:
  bool was_pending_ = false;
  bool was_blocked_ = false;
};

}  // namespace candid::net
