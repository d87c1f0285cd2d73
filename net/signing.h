#pragma once
// Signs every request by SigV4, each attempt anew with the time of that attempt. Below the retries.
//
// A clock that is wrong is corrected from the Date of the server's answer (RequestTimeTooSkewed), and keys that have
// expired (ExpiredToken) are read again; either way the request is sent once more at once, and then the answer stands.

#include <atomic>

#include "core/time.h"
#include "net/aws_credentials.h"
#include "net/http.h"

namespace candid::net {

class SigningTransport final : public HttpTransport {
 public:
  // Everything borrowed outlives it.
  SigningTransport(HttpTransport& inner, AwsCredentialSource& credentials, SigningScope scope,
                   const Clock& clock = Clock::system());
  // A request that carries "x-amz-content-sha256" has its body hashed already; else it is hashed here, file or not.
  Result<HttpResponse> send(const HttpRequest& request, const std::stop_token& stop = {}) override;
  // A GET without credentials, for so long.
  Result<std::string> presign(std::string_view url, std::chrono::seconds lifetime);

 private:
  UtcTime server_time() const;
  bool learn_time(const HttpResponse& response, UtcTime signed_at);
  Result<bool> learn_keys(const AwsCredentials& refused);

  HttpTransport& inner_;
  AwsCredentialSource& credentials_;
  const SigningScope scope_;
  const Clock& clock_;
  std::atomic<int64_t> skew_ms_ = 0;  // the server's clock minus ours
};

}  // namespace candid::net
