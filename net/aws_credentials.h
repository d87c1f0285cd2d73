#pragma once
// Where AWS's own tools find keys, in their order: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN of the
// environment (or of the secrets file, core/secret.h); then profile $AWS_PROFILE (else "default") of
// $AWS_SHARED_CREDENTIALS_FILE (else ~/.aws/credentials).

#include <memory>
#include <mutex>

#include "net/sigv4.h"

namespace candid::net {

// Thread-safe.
class AwsCredentialSource {
 public:
  virtual ~AwsCredentialSource() = default;
  // What was read last. NotFound says where was looked, and what to set.
  virtual Result<AwsCredentials> current() = 0;
  // Reads them anew, for when the server says that they have expired. False when they are still the same.
  virtual Result<bool> refresh() = 0;
};

std::unique_ptr<AwsCredentialSource> find_aws_credentials();
// Keys that never change.
std::unique_ptr<AwsCredentialSource> fixed_aws_credentials(AwsCredentials credentials);

}  // namespace candid::net
