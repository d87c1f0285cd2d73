#include "tests/net/scripted_server.h"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

namespace candid::net::test {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

SSL_CTX* tls_context(const Identity& identity) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  std::unique_ptr<BIO, FreeBio> certificate(BIO_new_mem_buf(identity.certificate.data(), -1));
  std::unique_ptr<BIO, FreeBio> key(BIO_new_mem_buf(identity.key.data(), -1));
  X509* x509 = PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr);
  EVP_PKEY* pkey = PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr);
  if (SSL_CTX_use_certificate(context, x509) != 1 || SSL_CTX_use_PrivateKey(context, pkey) != 1) {
    throw std::runtime_error("cannot use the test certificate");
  }
  X509_free(x509);
  EVP_PKEY_free(pkey);
  return context;
}

size_t content_length(const std::string& head) {
  size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

// The server's own threads alone: whether the client outlives a broken pipe is what tests ask.
void ignore_broken_pipes() {
  sigset_t pipe{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

int connect_to(uint16_t port) {
  int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect on loopback");
  }
  return socket;
}

// False when `from` has ended.
bool carry(int from, int to) {
  std::array<char, 65536> chunk{};
  ssize_t got = ::recv(from, chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  for (ssize_t done = 0; done < got;) {
    ssize_t sent = ::send(to, chunk.data() + done, static_cast<size_t>(got - done), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    done += sent;
  }
  return true;
}

}  // namespace

Connection::Connection(int socket, SSL_CTX* tls) : socket_(socket) {
  if (tls == nullptr) return;
  tls_ = SSL_new(tls);
  SSL_set_fd(tls_, socket_);
  is_open_ = SSL_accept(tls_) == 1;
}

Connection::~Connection() {
  if (tls_ != nullptr) {
    if (is_open_) SSL_shutdown(tls_);
    SSL_free(tls_);
  }
  ::shutdown(socket_, SHUT_RDWR);
}

std::string Connection::receive(size_t most) {
  std::string bytes(most, '\0');
  ssize_t got =
      tls_ != nullptr ? SSL_read(tls_, bytes.data(), static_cast<int>(most)) : ::recv(socket_, bytes.data(), most, 0);
  if (got <= 0) is_open_ = false;
  bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return bytes;
}

std::string Connection::read(size_t most) {
  if (kept_.empty()) return receive(most);
  std::string bytes = kept_.substr(0, most);
  kept_.erase(0, bytes.size());
  return bytes;
}

std::optional<std::string> Connection::read_head() {
  size_t end = 0;
  while ((end = kept_.find("\r\n\r\n")) == std::string::npos) {
    std::string more = receive(65536);
    if (more.empty()) return std::nullopt;
    kept_ += more;
  }
  std::string head = kept_.substr(0, end + 4);
  kept_.erase(0, end + 4);
  return head;
}

std::optional<std::string> Connection::read_request() {
  auto head = read_head();
  if (!head) return std::nullopt;
  if (head->find("Expect: 100-continue") != std::string::npos) write("HTTP/1.1 100 Continue\r\nX-Early: yes\r\n\r\n");
  std::string request = *head;
  size_t whole = head->size() + content_length(*head);
  request.reserve(whole);
  while (request.size() < whole) {
    std::string more = read(whole - request.size());
    if (more.empty()) return std::nullopt;
    request += more;
  }
  return request;
}

bool Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return is_open_ = false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void Connection::wait_until_client_leaves() {
  while (!read().empty()) {
  }
}

void Connection::reset() {
  linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  // The descriptor itself is closed by the server, when nobody can mistake its number any more.
  sockaddr unspecified{};
  unspecified.sa_family = AF_UNSPEC;
  ::connect(socket_, &unspecified, sizeof unspecified);
  is_open_ = false;
}

void Connection::tunnel_to(uint16_t port) {
  int target = connect_to(port);
  std::array<pollfd, 2> ends{pollfd{socket_, POLLIN, 0}, pollfd{target, POLLIN, 0}};
  bool goes_on = true;
  while (goes_on && ::poll(ends.data(), ends.size(), -1) > 0) {
    if (ends[0].revents != 0) goes_on = carry(socket_, target);
    if (goes_on && ends[1].revents != 0) goes_on = carry(target, socket_);
  }
  ::close(target);
}

ScriptedServer::ScriptedServer(Script script, const Identity* tls) : script_(std::move(script)) {
  if (tls != nullptr) tls_.reset(tls_context(*tls));
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0 || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
  acceptor_.join();
  for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  clients_.clear();
  for (int socket : sockets_) ::close(socket);
  ::close(listener_);
}

std::string ScriptedServer::url(const std::string& path) const {
  return fmt::format("{}://127.0.0.1:{}{}", tls_ ? "https" : "http", port_, path);
}

void ScriptedServer::accept_all() {
  ignore_broken_pipes();
  int socket = -1;
  while ((socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0) {
    ++connections_;
    sockets_.push_back(socket);
    clients_.emplace_back([this, socket] {
      Connection connection(socket, tls_.get());
      if (connection.is_open()) script_(connection);
    });
  }
}

std::string http_answer(std::string_view body, std::string_view status, std::string_view headers) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers, body);
}

std::string body_of(const std::string& request) {
  size_t end = request.find("\r\n\r\n");
  return end == std::string::npos ? std::string() : request.substr(end + 4);
}

}  // namespace candid::net::test
