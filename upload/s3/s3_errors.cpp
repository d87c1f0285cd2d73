#include "upload/s3/s3_errors.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "net/retry.h"
#include "upload/s3/s3_xml.h"

namespace candid::upload {
namespace {

// Everything a failure is told from.
struct Answer {
  int status = 0;
  std::string code{};
  std::string region{};  // the bucket's, where the answer tells
};

bool is_one_of(std::string_view code, std::span<const std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

constexpr std::array<std::string_view, 13> kFull = {
    "QuotaExceeded",       "EntityTooLarge",      "XMinioStorageFull",    "XMinioAdminBucketQuotaExceeded",
    "StorageFull",         "InsufficientStorage", "StorageQuotaExceeded", "ServiceQuotaExceeded",
    "UserQuotaExceeded",   "BucketQuotaExceeded", "StorageCapExceeded",   "XMinioDiskFull",
    "InsufficientCapacity"};
constexpr std::array<std::string_view, 3> kExpired = {"ExpiredToken", "TokenRefreshRequired", "InvalidToken"};
constexpr std::array<std::string_view, 4> kElsewhere = {"AuthorizationHeaderMalformed", "PermanentRedirect",
                                                        "TemporaryRedirect", "IllegalLocationConstraintException"};
// Bytes that did not arrive as they were sent.
constexpr std::array<std::string_view, 5> kDamaged = {"XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody",
                                                      "XAmzContentChecksumMismatch", "InvalidDigest"};
constexpr std::array<std::string_view, 9> kPassing = {
    "InternalError",  "SlowDown",         "ServiceUnavailable",  "RequestTimeout",
    "Throttling",     "OperationAborted", "ThrottlingException", "RequestLimitExceeded",
    "TooManyRequests"};

Answer answer_of(const net::HttpResponse& response) {
  Answer answer{response.status, "", response.header("x-amz-bucket-region")};
  if (auto error = parse_s3_error(response.body)) {
    answer.code = error->code;
    if (!error->region.empty()) answer.region = error->region;
  }
  // A header is the server's own text, too.
  if (answer.region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) answer.region = "";
  return answer;
}

std::string quoted(const Answer& answer) {
  return answer.code.empty() ? fmt::format("status {}", answer.status)
                             : fmt::format("{}, status {}", answer.code, answer.status);
}

bool is_passing(const Answer& answer) {
  return is_one_of(answer.code, kPassing) || answer.status == 408 || answer.status == 409 || answer.status == 425 ||
         answer.status == 429 || (answer.status >= 500 && answer.status != 501) || answer.status / 100 == 2;
}

Error refusal(const Answer& answer, std::string_view doing, const S3Place& place) {
  auto error = [&](std::string_view why, std::string hint) {
    return Error(ErrorKind::PermissionDenied, fmt::format("{}: {} ({})", doing, why, quoted(answer)), std::move(hint));
  };
  if (answer.code == "SignatureDoesNotMatch")
    return error("the secret key is wrong", "check AWS_SECRET_ACCESS_KEY: it must be the one of AWS_ACCESS_KEY_ID");
  if (answer.code == "InvalidAccessKeyId")
    return error("the store does not know the access key",
                 fmt::format("check AWS_ACCESS_KEY_ID, and that it is a key for {}", place.host));
  if (is_one_of(answer.code, kExpired))
    return error("the session token has expired or is not valid",
                 "get new credentials (AWS_SESSION_TOKEN and its keys) and run the same command again: it resumes");
  if (answer.code == "RequestTimeTooSkewed")
    return error("the clock of this machine is too far off", "set the clock (timedatectl set-ntp true)");
  return error(fmt::format("these keys may not do that in bucket {}", place.bucket),
               "allow s3:PutObject, s3:GetObject, s3:DeleteObject, s3:AbortMultipartUpload, "
               "s3:ListMultipartUploadParts and, on the bucket, s3:ListBucket and s3:ListBucketMultipartUploads");
}

bool is_refusal(const Answer& answer) {
  return answer.status == 401 || answer.status == 403 || is_one_of(answer.code, kExpired) ||
         answer.code == "RequestTimeTooSkewed";
}

Error elsewhere(const Answer& answer, std::string_view doing, const S3Place& place) {
  bool is_known = !answer.region.empty() && answer.region != place.region;
  std::string where = is_known
                          ? fmt::format("bucket {} is in region {}, not {}", place.bucket, answer.region, place.region)
                          : fmt::format("bucket {} is not in region {} at {}", place.bucket, place.region, place.host);
  return {ErrorKind::NotFound, fmt::format("{}: {} ({})", doing, where, quoted(answer)),
          is_known
              ? fmt::format("add region={} to the store's address, or set AWS_REGION={}", answer.region, answer.region)
              : "give the bucket's region and endpoint in the store's address: ?region=…&endpoint=…"};
}

}  // namespace

std::string s3_code(const net::HttpResponse& response) {
  auto error = parse_s3_error(response.body);
  return error ? error->code : std::string();
}

bool s3_may_get_better(const net::HttpRequest& request, const net::HttpResponse& response) {
  std::string code = s3_code(response);
  if (is_one_of(code, kFull)) return false;
  if (is_one_of(code, kPassing) || is_one_of(code, kDamaged)) return true;
  if (response.is_success()) {
    if (!code.empty()) return true;
    // An answer without an ETag whose body, unseen, is XML: an error in the place of an object's facts.
    return request.method == "HEAD" && response.header("etag").empty() &&
           response.header("content-type").find("xml") != std::string::npos;
  }
  return net::may_get_better(request, response);
}

Error s3_failure(const net::HttpResponse& response, std::string_view doing, const S3Place& place) {
  Answer answer = answer_of(response);
  std::string message = fmt::format("{} ({})", doing, quoted(answer));
  if (answer.code == "NoSuchBucket") {
    return {ErrorKind::NotFound,
            fmt::format("{}: there is no bucket {} at {} ({})", doing, place.bucket, place.host, quoted(answer)),
            "make the bucket, or correct the bucket or the endpoint in the store's address"};
  }
  if (is_one_of(answer.code, kFull) || answer.status == 507 || answer.status == 413) {
    return {ErrorKind::NoSpace, fmt::format("{}: bucket {} takes no more ({})", doing, place.bucket, quoted(answer)),
            "make room or raise the quota, and run the same command again: it resumes"};
  }
  if (is_one_of(answer.code, kElsewhere) || answer.status / 100 == 3) return elsewhere(answer, doing, place);
  if (is_refusal(answer)) return refusal(answer, doing, place);
  if (answer.status == 404) return {ErrorKind::NotFound, std::move(message)};
  if (is_one_of(answer.code, kDamaged)) {
    return Error(ErrorKind::Corrupt, fmt::format("{}: the bytes changed on their way ({})", doing, quoted(answer)),
                 "run the same command again; if it fails again, look for a proxy that changes what it carries")
        .retry_may_help();
  }
  if (is_passing(answer)) {
    return Error(ErrorKind::Network, std::move(message), "the store is in trouble: run the same command again later")
        .retry_may_help();
  }
  return {ErrorKind::Unsupported, std::move(message),
          fmt::format("is {} an S3 store, and is the store's address right?", place.host)};
}

}  // namespace candid::upload
