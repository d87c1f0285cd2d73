#pragma once
// A tiny HTTP client over a plain socket, so that a test sends exactly the bytes it means, broken ones too.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace candid::track::test {

struct RawResponse {
  int status = 0;                              // 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  // names in lower case; without Date, which differs between equal answers
  std::string date;
  std::string body;

  std::string header(const std::string& name) const {
    auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct RawClientSettings {
  int receive_buffer = 0;            // bytes; 0: the system's own choice
  std::string source = "127.0.0.1";  // any address of 127.0.0.0/8 is this machine's
};

class RawClient {
 public:
  explicit RawClient(uint16_t port, const RawClientSettings& settings = {});
  virtual ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  // One answer; a HEAD's has no body.
  RawResponse receive(bool head = false);
  // Whether anything has come that was not received yet; does not wait.
  bool has_answer() const;
  // All that comes, as it comes, up to this text; empty when the connection ends before.
  std::string receive_until(std::string_view text);
  // True when the server has closed; waits for it (30 s at most), throwing away what comes.
  bool is_closed_by_server();

  RawResponse get(std::string_view path, std::string_view headers = "") { return ask("GET", path, headers, ""); }
  RawResponse head(std::string_view path) { return ask("HEAD", path, "", ""); }
  RawResponse post(std::string_view path, std::string_view body, std::string_view type = "application/json");
  RawResponse ask(std::string_view method, std::string_view path, std::string_view headers, std::string_view body);

 protected:
  // As send(2) and recv(2) have it; another kind of client puts its layer here.
  virtual ssize_t write_some(std::string_view bytes);
  virtual ssize_t read_some(std::span<char> into);
  int socket() const { return socket_; }

 private:
  bool fill();
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace candid::track::test
