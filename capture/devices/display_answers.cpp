// Whether an X server is there and awake: any answer to a greeting without a key will do.

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include "capture/devices/device_names.h"
#include "capture/devices/screens.h"

namespace candid::capture {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kAnswerPatience{1};

class Socket {
 public:
  explicit Socket(int family) : file_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (file_ >= 0) ::close(file_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // 0, or why not.
  int connect(const sockaddr* address, socklen_t size, Clock::time_point deadline) const {
    if (file_ < 0 || ::connect(file_, address, size) == 0) return file_ < 0 ? EMFILE : 0;
    // A local server whose queue is full says EAGAIN: it is not awake.
    if (errno != EINPROGRESS) return errno;
    if (!wait_for(POLLOUT, deadline)) return ETIMEDOUT;
    int code = 0;
    socklen_t length = sizeof code;
    ::getsockopt(file_, SOL_SOCKET, SO_ERROR, &code, &length);
    return code;
  }

  bool answers_greeting(Clock::time_point deadline) const {
    // xConnClientPrefix of X.h's protocol: byte order (l: little endian first), unused, version 11.0, no key.
    constexpr uint8_t kGreeting[12] = {'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    if (::send(file_, kGreeting, sizeof kGreeting, MSG_NOSIGNAL) != sizeof kGreeting) return false;
    uint8_t verdict = 0;
    return wait_for(POLLIN, deadline) && ::recv(file_, &verdict, 1, 0) == 1;
  }

 private:
  bool wait_for(short events, Clock::time_point deadline) const {
    for (;;) {
      auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      pollfd poll{file_, events, 0};
      int ready = ::poll(&poll, 1, static_cast<int>(std::max<int64_t>(left, 0)));
      if (ready >= 0 || errno != EINTR) return ready > 0;
    }
  }

  int file_;
};

int try_address(int family, const sockaddr* address, socklen_t size, Clock::time_point deadline) {
  Socket socket(family);
  int code = socket.connect(address, size, deadline);
  if (code != 0) return code;
  return socket.answers_greeting(deadline) ? 0 : ETIMEDOUT;
}

// Linux's X servers listen in the abstract name space, too, and xcb tries there first.
int try_local(int number, Clock::time_point deadline) {
  std::string path = fmt::format("/tmp/.X11-unix/X{}", number);
  int code = ENOENT;
  for (bool is_abstract : {true, false}) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + (is_abstract ? 1 : 0), path.data(), path.size());
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    code = try_address(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), size, deadline);
    if (code == 0 || code == ETIMEDOUT) return code;
  }
  return code;
}

int try_host(const char* host, int number, Clock::time_point deadline) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  constexpr int kFirstPort = 6000;
  if (::getaddrinfo(host, fmt::to_string(kFirstPort + number).c_str(), &wanted, &list) != 0) return EHOSTUNREACH;
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(list, &::freeaddrinfo);
  int code = EHOSTUNREACH;
  for (const addrinfo* at = list; at != nullptr && code != 0 && code != ETIMEDOUT; at = at->ai_next)
    code = try_address(at->ai_family, at->ai_addr, at->ai_addrlen, deadline);
  return code;
}

}  // namespace

Result<void> display_answers(const std::string& display) {
  char* host = nullptr;
  int number = 0;
  if (xcb_parse_display(display.c_str(), &host, &number, nullptr) == 0) {
    return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not the name of an X11 display", readable(display)),
                "a name such as :0");
  }
  std::unique_ptr<char, decltype(&std::free)> owner(host, &std::free);
  Clock::time_point deadline = Clock::now() + kAnswerPatience;
  bool is_local = *host == '\0' || std::string_view(host) == "unix";
  int code = is_local ? try_local(number, deadline) : try_host(host, number, deadline);
  if (code == 0) return {};
  std::string shown = readable(display);
  if (code == ETIMEDOUT) {
    return fail(ErrorKind::Network, fmt::format("display \"{}\" does not answer within a second", shown),
                "$DISPLAY must name the display of this session");
  }
  return fail(ErrorKind::Network, fmt::format("there is no display \"{}\" ({})", shown, std::strerror(code)),
              "$DISPLAY must name the display of this session: try DISPLAY=:0");
}

}  // namespace candid::capture
