#include "net/curl_handle.h"

#include <mutex>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace candid::net {
namespace {

// What may wait in the kernel unsent: enough for a fast line, and little enough that progress and stalls of a slow one
// are seen as they happen.
constexpr int kUnsentBytes = 256 << 10;

}  // namespace

CurlHandle::CurlHandle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  multi_.reset(curl_multi_init());
  easy_.reset(curl_easy_init());
  if (is_open()) reset();
}

// Closing a TLS connection writes to it. The connections go first, as their sockets are noted here.
CurlHandle::~CurlHandle() {
  BrokenPipeGuard guard;
  easy_.reset();
  multi_.reset();
}

void CurlHandle::reset() {
  curl_easy_reset(easy());
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETFUNCTION, &CurlHandle::open_socket);
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy(), CURLOPT_CLOSESOCKETFUNCTION, &CurlHandle::close_socket);
  curl_easy_setopt(easy(), CURLOPT_CLOSESOCKETDATA, this);
}

long CurlHandle::unacknowledged() const {
  long sum = 0;
  for (curl_socket_t socket : sockets_) {
    int waiting = 0;
    if (::ioctl(socket, SIOCOUTQ, &waiting) == 0) sum += waiting;
  }
  return sum;
}

// Sockets are closed on exec (libcurl 7.88 leaves them open): this program starts others.
curl_socket_t CurlHandle::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket < 0) return CURL_SOCKET_BAD;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes, sizeof kUnsentBytes);
  static_cast<CurlHandle*>(self)->sockets_.insert(socket);
  return socket;
}

int CurlHandle::close_socket(void* self, curl_socket_t socket) {
  static_cast<CurlHandle*>(self)->sockets_.erase(socket);
  return ::close(socket);
}

BrokenPipeGuard::BrokenPipeGuard() {
  sigset_t pending{};
  sigset_t pipe{};
  sigset_t before{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  was_blocked_ = sigismember(&before, SIGPIPE) == 1;
}

BrokenPipeGuard::~BrokenPipeGuard() {
  sigset_t pipe{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  timespec at_once{};
  if (!was_pending_) {
    while (sigtimedwait(&pipe, nullptr, &at_once) == SIGPIPE) {
    }
  }
  if (!was_blocked_) pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
}

}  // namespace candid::net
