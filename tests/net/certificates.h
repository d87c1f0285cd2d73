#pragma once
// Certificates made while the tests run: an authority of their own, and what it signs.

#include <chrono>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace candid::net::test {

// A certificate and its key, PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

struct Subject {
  std::string names = "DNS:localhost,IP:127.0.0.1";          // as in OpenSSL's subjectAltName
  std::chrono::seconds valid_from = -std::chrono::hours(1);  // from now
  std::chrono::seconds valid_until = std::chrono::hours(1);
};

class TestAuthority {
 public:
  TestAuthority();
  const std::string& pem() const { return pem_; }
  Identity issue(const Subject& subject = {}) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
  using Certificate = std::unique_ptr<X509, FreeCertificate>;
  static Certificate unsigned_certificate(EVP_PKEY* key, const char* name, const Subject& subject, long serial);

  Key key_;
  Certificate certificate_;
  std::string pem_;
};

}  // namespace candid::net::test
