#pragma once
// Transfers by libcurl, over connections that are kept and used again. TLS certificates are always verified, and
// nothing turns that off; redirects are not followed, and http never replaces https. Proxies as in curl: $https_proxy,
// $http_proxy, $all_proxy, $no_proxy; but http to this machine itself never goes through one.

#include <filesystem>
#include <memory>

#include "net/http.h"
#include "net/rate_limiter.h"

namespace candid::net {

struct TransportSettings {
  // Certificate authorities to trust, PEM; empty: $CURL_CA_BUNDLE, else $SSL_CERT_FILE, else the system's.
  std::filesystem::path authorities{};
  // Shared by all transfers that upload; outlives the transport. Null: as fast as it goes.
  RateLimiter* upload_limit = nullptr;
};

// A certificate that cannot be trusted, is out of date or is another host's: three different errors, each with its
// remedy, and none retryable. A name that does not resolve and a refused connection say so and are retryable. No error
// holds a query or a header, as these may be secret.
std::unique_ptr<HttpTransport> make_curl_transport(const TransportSettings& settings = {});

}  // namespace candid::net
