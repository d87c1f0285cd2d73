#include "tests/track/tls_client.h"

#include <stdexcept>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::track::test {
namespace {

void trust(SSL_CTX* context, const std::string& pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bytes(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  std::unique_ptr<X509, decltype(&X509_free)> authority(PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr),
                                                        X509_free);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
}

}  // namespace

TlsClient::TlsClient(uint16_t port, const std::string& authority, const TlsClientSettings& settings)
    : RawClient(port), context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), settings.highest_version);
  SSL_CTX_set_security_level(context_.get(), 0);  // so that it is the server who refuses what is old
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  trust(context_.get(), authority);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket());
  SSL_set1_host(ssl_.get(), "localhost");
  if (SSL_connect(ssl_.get()) == 1) return;
  std::string reason(256, '\0');
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  ERR_clear_error();
  throw std::runtime_error("no TLS handshake: " + reason);
}

TlsClient::~TlsClient() = default;

std::string TlsClient::fingerprint() const {
  std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl_.get()), X509_free);
  unsigned char* der = nullptr;
  int length = i2d_X509(certificate.get(), &der);
  std::string print = to_hex(sha256(std::span<const uint8_t>(der, static_cast<size_t>(length))));
  OPENSSL_free(der);
  return print;
}

ssize_t TlsClient::write_some(std::string_view bytes) {
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

ssize_t TlsClient::read_some(std::span<char> into) {
  return SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
}

}  // namespace candid::track::test
