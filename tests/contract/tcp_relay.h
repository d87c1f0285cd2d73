#pragma once
// Stands between a client and a server on loopback, and can fail as networks do.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace candid::test {

class TcpRelay {
 public:
  enum class Fate {
    Pass,
    CutBefore,    // the server never gets these bytes; both sides are cut
    CutAndClose,  // the same, and the relay closes
    CutAfter,     // the server gets them and answers, but the client is cut before it sees that
  };
  // Asked for what a client sends, piece by piece, on the relay's threads.
  using Judge = std::function<Fate(std::string_view)>;

  TcpRelay(int server_port, Judge judge);
  // Cuts everything.
  ~TcpRelay();
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  int port() const { return port_; }
  // While closed, connections are cut as soon as they are made; closing cuts those there are.
  void close();
  void open() { closed_ = false; }

 private:
  void accept_all();
  void carry(int client);

  const int server_port_;
  const Judge judge_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<int> sockets_;  // of connections under way
  std::vector<std::thread> carriers_;
  std::thread acceptor_;
};

}  // namespace candid::test
