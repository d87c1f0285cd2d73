#include "net/curl_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include "core/text.h"
#include "net/url.h"

namespace candid::net {
namespace {

enum class Later { Fails, MayWork };

constexpr std::string_view kProxyHint =
    "check $https_proxy, $http_proxy and $all_proxy; $no_proxy names what goes without one";
constexpr std::string_view kAuthorityHint =
    "if the server has an authority of its own, name its PEM file in $CURL_CA_BUNDLE";

Error network_error(const FailedTransfer& failed, std::string_view why, std::string_view hint, Later later) {
  Error error(
      ErrorKind::Network,
      fmt::format("{} {} failed: {}", single_line(failed.request.method), printable_url(failed.request.url), why),
      std::string(hint));
  return later == Later::MayWork ? std::move(error).retry_may_help() : error;
}

long info(CURL* easy, CURLINFO what) {
  long value = 0;
  curl_easy_getinfo(easy, what, &value);
  return value;
}

std::string host_name(const FailedTransfer& failed) {
  auto url = split_url(failed.request.url);
  return url ? single_line(url->authority) : std::string("the server");
}

// "example.com:8443" and "[::1]:8443" without the port.
std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.rfind(':'));
}

bool uses_proxies() {
  constexpr std::array<const char*, 5> kNames{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  return std::any_of(kNames.begin(), kNames.end(), [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  });
}

// libcurl 7.88 tells whom it could not connect to in its words alone: "Failed to connect to NAME port …".
bool was_proxy(const FailedTransfer& failed, std::string_view host) {
  constexpr std::string_view kBegin = "Failed to connect to ";
  if (!uses_proxies() || !failed.details.starts_with(kBegin)) return false;
  std::string_view name = failed.details.substr(kBegin.size());
  return ascii_lower(name.substr(0, name.find(' '))) != without_port(host);
}

Error certificate_error(const FailedTransfer& failed, CURL* easy, std::string_view host) {
  long verdict = info(easy, CURLINFO_SSL_VERIFYRESULT);
  if (long proxy = info(easy, CURLINFO_PROXY_SSL_VERIFYRESULT); proxy != X509_V_OK) {
    return network_error(failed,
                         fmt::format("the proxy's certificate is not good ({})", X509_verify_cert_error_string(proxy)),
                         "name its authority's PEM file in $CURL_CA_BUNDLE", Later::Fails);
  }
  // libcurl compares the names itself, after OpenSSL was content, and keeps "unspecified" as the verdict.
  if (failed.details.find("target host name") != std::string_view::npos) verdict = X509_V_ERR_HOSTNAME_MISMATCH;
  const char* words = X509_verify_cert_error_string(verdict);
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return network_error(failed, fmt::format("the certificate of {} has expired", host),
                           "check this machine's date and time; if they are right, the server needs a new certificate",
                           Later::Fails);
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return network_error(failed, fmt::format("the certificate of {} is not valid yet", host),
                           "check this machine's date and time", Later::Fails);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return network_error(failed, fmt::format("the certificate is for another host than {}", host),
                           "check the host name in the address; somebody may also stand between this machine and it",
                           Later::Fails);
    default:
      return network_error(failed, fmt::format("the certificate of {} cannot be trusted ({})", host, words),
                           kAuthorityHint, Later::Fails);
  }
}

Error connection_error(const FailedTransfer& failed, CURL* easy, std::string_view host) {
  int reason = static_cast<int>(info(easy, CURLINFO_OS_ERRNO));
  if (was_proxy(failed, host)) {
    return network_error(failed, "the proxy cannot be reached", kProxyHint, Later::MayWork);
  }
  if (reason == ECONNREFUSED) {
    return network_error(failed, fmt::format("{} refused the connection", host),
                         "check the host and port in the address, and that the server runs", Later::MayWork);
  }
  return network_error(failed,
                       fmt::format("{} cannot be reached ({})", host,
                                   reason == 0 ? curl_easy_strerror(failed.code) : std::strerror(reason)),
                       "check this machine's network and the address", Later::MayWork);
}

Error tunnel_error(const FailedTransfer& failed, long status, std::string_view host) {
  if (status == 407) {
    return network_error(failed, "the proxy wants a user name and a password (status 407)",
                         "put them into the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT", Later::Fails);
  }
  return network_error(failed, fmt::format("the proxy did not connect to {} (status {})", host, status), kProxyHint,
                       status >= 500 ? Later::MayWork : Later::Fails);
}

Error handshake_error(const FailedTransfer& failed, std::string_view host) {
  // A certificate whose issuer is known by name alone: its signature fails, and libcurl 7.88 passes on what libcrypto
  // said last, whichever algorithm that was. What is wrong with the session itself comes from the "SSL routines".
  if (failed.details.find(": error:") != std::string_view::npos &&
      failed.details.find("SSL routines") == std::string_view::npos) {
    return network_error(
        failed, fmt::format("the certificate of {} cannot be trusted (it was not signed by whom it says)", host),
        kAuthorityHint, Later::Fails);
  }
  if (failed.details.find("wrong version number") != std::string_view::npos) {
    return network_error(failed, fmt::format("{} does not speak TLS there", host),
                         "check the port, or write http:// where the server has no TLS", Later::MayWork);
  }
  return network_error(failed, fmt::format("no TLS session with {} could be agreed on", host),
                       "check the address; a firewall may stand between this machine and the server", Later::MayWork);
}

}  // namespace

Error describe_failure(const FailedTransfer& failed, CURL* easy) {
  std::string host = host_name(failed);
  if (long status = info(easy, CURLINFO_HTTP_CONNECTCODE); status >= 300) return tunnel_error(failed, status, host);
  switch (failed.code) {
    case CURLE_URL_MALFORMAT:
      return network_error(failed, "that is no http or https address", "write https://HOST/…", Later::Fails);
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (!split_url(failed.request.url)) {
        return network_error(failed, "that is no http or https address", "write https://HOST/…", Later::Fails);
      }
      [[fallthrough]];  // an answer without a status line, which would be HTTP/0.9
    case CURLE_WEIRD_SERVER_REPLY:
      return network_error(failed, fmt::format("{} answered, but not in HTTP", host), "check the port in the address",
                           Later::MayWork);
    case CURLE_COULDNT_RESOLVE_HOST:
      return network_error(failed, fmt::format("there is no address for the name {}", host),
                           "check the name, and that this machine is online", Later::MayWork);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return network_error(failed, "there is no address for the proxy's name", kProxyHint, Later::MayWork);
    case CURLE_COULDNT_CONNECT:
      return connection_error(failed, easy, host);
    case CURLE_PROXY:
      return network_error(failed, "the proxy failed", kProxyHint, Later::MayWork);
    case CURLE_OPERATION_TIMEDOUT:
      return network_error(
          failed, fmt::format("no connection to {} within {} ms", host, failed.request.connect_timeout.count()),
          "check this machine's network and the address", Later::MayWork);
    case CURLE_PEER_FAILED_VERIFICATION:
      return certificate_error(failed, easy, host);
    case CURLE_SSL_CACERT_BADFILE:
      return network_error(failed,
                           fmt::format("there are no certificate authorities in {}",
                                       failed.authorities.empty() ? "the system's file" : failed.authorities),
                           "name a PEM file that can be read, in $CURL_CA_BUNDLE for instance", Later::Fails);
    case CURLE_SSL_CONNECT_ERROR:
      return handshake_error(failed, host);
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
      return Error(ErrorKind::Internal,
                   fmt::format("cannot set up an HTTP transfer ({})", curl_easy_strerror(failed.code)));
    default:
      return network_error(failed,
                           fmt::format("the connection to {} broke ({})", host, curl_easy_strerror(failed.code)),
                           "check this machine's network, and that the server runs", Later::MayWork);
  }
}

}  // namespace candid::net
