#pragma once
// A server on loopback, with or without TLS, whose behaviour is a function: it is called for each connection, on a
// thread of its own, and the connection is closed when it returns.

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <openssl/ssl.h>

#include "tests/net/certificates.h"

namespace candid::net::test {

class Connection {
 public:
  Connection(int socket, SSL_CTX* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return is_open_; }
  // A request with as much body as its Content-Length says; "Expect: 100-continue" is answered. Nothing when the client
  // went away before.
  std::optional<std::string> read_request();
  // The same without the body, and without a word to the client. What came along with it is kept for read().
  std::optional<std::string> read_head();
  // Up to `most` bytes; empty when the client is gone.
  std::string read(size_t most = 65536);
  bool write(std::string_view bytes);
  void wait_until_client_leaves();
  // Ends the connection at once, by RST.
  void reset();
  // Carries bytes both ways between the client and a port on loopback, until one of them ends.
  void tunnel_to(uint16_t port);

 private:
  std::string receive(size_t most);

  int socket_;
  SSL* tls_ = nullptr;
  bool is_open_ = true;
  std::string kept_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(Connection&)>;
  explicit ScriptedServer(Script script, const Identity* tls = nullptr);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url(const std::string& path = "/") const;
  uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void accept_all();

  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  Script script_;
  std::unique_ptr<SSL_CTX, FreeContext> tls_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::list<int> sockets_;
  std::list<std::jthread> clients_;
  std::jthread acceptor_;
};

// "HTTP/1.1 200 OK" with a body and its length; the connection stays open.
std::string http_answer(std::string_view body, std::string_view status = "200 OK", std::string_view headers = "");
// What follows the head.
std::string body_of(const std::string& request);

}  // namespace candid::net::test
