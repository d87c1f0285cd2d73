#pragma once
// A tiny HTTP client over a plain socket, so that a test sends exactly the bytes it means, broken ones too.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace candid::track::test {

struct RawResponse {
  int status = 0;                              // 0: the connection ended without an answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const {
    auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class RawClient {
 public:
  explicit RawClient(uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  // One answer; a HEAD's has no body.
  RawResponse receive(bool head = false);
  // True when the server has closed; waits for it (30 s at most), throwing away what comes.
  bool is_closed_by_server();

  RawResponse get(std::string_view path, std::string_view headers = "") { return ask("GET", path, headers, ""); }
  RawResponse head(std::string_view path) { return ask("HEAD", path, "", ""); }
  RawResponse post(std::string_view path, std::string_view body, std::string_view type = "application/json");
  RawResponse ask(std::string_view method, std::string_view path, std::string_view headers, std::string_view body);

 private:
  bool fill();
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace candid::track::test
