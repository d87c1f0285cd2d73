#pragma once
// AWS Signature Version 4 (docs.aws.amazon.com/general/latest/gr/sigv4-signed-request-examples.html and, for S3's own
// rules on paths and payloads, docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). Pure functions.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.h"
#include "core/time.h"

namespace candid::net {

struct AwsCredentials {
  std::string access_key;
  Secret secret_key;
  Secret session_token;  // empty: long-lived keys
  std::optional<UtcTime> expires_at{};
};

struct SigningScope {
  std::string region = "us-east-1";
  std::string service = "s3";
};

// Of a body nobody hashed: only over TLS.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// The headers to add (Authorization, X-Amz-Date, X-Amz-Content-Sha256, X-Amz-Security-Token, Host): all of `headers`
// are signed with them. The URL's path and query are encoded already, as they will be sent; S3's path is not encoded
// twice. `payload_sha256` is hexadecimal, or kUnsignedPayload.
std::map<std::string, std::string> sign_headers(std::string_view method, std::string_view url,
                                                const std::map<std::string, std::string>& headers,
                                                std::string_view payload_sha256, const AwsCredentials& credentials,
                                                const SigningScope& scope, UtcTime now);

// A URL that lets its holder GET for `lifetime` (at most 7 days), without credentials.
std::string presign_get(std::string_view url, std::chrono::seconds lifetime, const AwsCredentials& credentials,
                        const SigningScope& scope, UtcTime now);

}  // namespace candid::net
