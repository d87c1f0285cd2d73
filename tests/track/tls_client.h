#pragma once
// The same client over TLS.

#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "tests/track/raw_client.h"

namespace candid::track::test {

struct TlsClientSettings {
  int highest_version = TLS1_3_VERSION;
};

class TlsClient final : public RawClient {
 public:
  // Verifies against `authority` (PEM) for "localhost"; throws std::runtime_error when the handshake fails.
  TlsClient(uint16_t port, const std::string& authority, const TlsClientSettings& settings = {});
  ~TlsClient() override;

  std::string version() const { return SSL_get_version(ssl_.get()); }
  // Of the server's certificate: its SHA-256.
  std::string fingerprint() const;

 protected:
  ssize_t write_some(std::string_view bytes) override;
  ssize_t read_some(std::span<char> into) override;

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
};

}  // namespace candid::track::test
