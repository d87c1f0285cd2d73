#pragma once
// A server on loopback that answers each connection with the same bytes, whatever is asked, and remembers the request.

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace candid::net::test {

class LoopbackServer {
 public:
  // Answers with `response` as it is; an empty one stays silent until the client goes away.
  explicit LoopbackServer(std::string response);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url(const std::string& path = "/") const;
  // The last request as it came: head and as much body as its Content-Length says.
  std::string request();
  int connections();

 private:
  void serve();
  void answer(int connection);

  std::string response_;
  int listener_;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::string request_;
  int connections_ = 0;
  std::jthread thread_;
};

// A port on loopback that nothing listens on.
uint16_t unused_port();

}  // namespace candid::net::test
