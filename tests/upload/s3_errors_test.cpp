#include "upload/s3/s3_errors.h"

#include <set>

#include "tests/support/results.h"

namespace candid::upload {
namespace {

using testing::HasSubstr;

net::HttpResponse refusal(int status, std::string_view code, std::string_view more = "") {
  net::HttpResponse response;
  response.status = status;
  std::string text = "<Error><Code>" + std::string(code) + "</Code>" + std::string(more) + "</Error>";
  if (!code.empty()) response.body.assign(text.begin(), text.end());
  return response;
}

const S3Place kPlace{"videos", "s3.example.org", "us-east-1"};

Error failure(int status, std::string_view code, std::string_view more = "") {
  return s3_failure(refusal(status, code, more), "cannot store a", kPlace);
}

bool may_get_better(int status, std::string_view code, const std::string& method = "PUT") {
  net::HttpRequest request;
  request.method = method;
  return s3_may_get_better(request, refusal(status, code));
}

TEST(S3Errors, ARefusalStandsAndTroublePasses) {
  EXPECT_TRUE(may_get_better(503, "SlowDown"));
  EXPECT_TRUE(may_get_better(500, "InternalError"));
  EXPECT_TRUE(may_get_better(500, ""));
  EXPECT_TRUE(may_get_better(400, "RequestTimeout"));
  EXPECT_TRUE(may_get_better(400, "XAmzContentSHA256Mismatch"));
  EXPECT_TRUE(may_get_better(400, "BadDigest"));
  EXPECT_TRUE(may_get_better(200, "InternalError", "POST"));
  EXPECT_TRUE(may_get_better(200, "SomethingNew", "POST"));
  for (std::string_view code : {"SignatureDoesNotMatch", "InvalidAccessKeyId", "ExpiredToken", "AccessDenied"})
    EXPECT_FALSE(may_get_better(403, code)) << code;
  EXPECT_FALSE(may_get_better(404, "NoSuchBucket"));
  EXPECT_FALSE(may_get_better(404, "NoSuchUpload"));
  EXPECT_FALSE(may_get_better(507, ""));
  EXPECT_FALSE(may_get_better(507, "XMinioStorageFull"));
  EXPECT_FALSE(may_get_better(503, "XMinioStorageFull"));
  EXPECT_FALSE(may_get_better(403, "QuotaExceeded"));
  EXPECT_FALSE(may_get_better(200, "QuotaExceeded"));
  EXPECT_FALSE(may_get_better(200, ""));
}

TEST(S3Errors, FactsWithoutAnETagAreAnErrorsOnlyWhereTheyAreOfXml) {
  net::HttpRequest request;
  request.method = "HEAD";
  net::HttpResponse response;
  response.status = 200;
  EXPECT_FALSE(s3_may_get_better(request, response));
  response.headers["content-type"] = "application/xml";
  EXPECT_TRUE(s3_may_get_better(request, response));
  response.headers["etag"] = "\"a\"";
  EXPECT_FALSE(s3_may_get_better(request, response));
}

TEST(S3Errors, EachKindOfFailureIsToldApartAndSaysWhatToDo) {
  struct Case {
    int status;
    std::string code;
    ErrorKind kind;
    std::string hint;
  };
  const std::vector<Case> cases = {
      {403, "SignatureDoesNotMatch", ErrorKind::PermissionDenied, "AWS_SECRET_ACCESS_KEY"},
      {403, "InvalidAccessKeyId", ErrorKind::PermissionDenied, "AWS_ACCESS_KEY_ID"},
      {400, "ExpiredToken", ErrorKind::PermissionDenied, "AWS_SESSION_TOKEN"},
      {403, "RequestTimeTooSkewed", ErrorKind::PermissionDenied, "clock"},
      {403, "AccessDenied", ErrorKind::PermissionDenied, "s3:PutObject"},
      {404, "NoSuchBucket", ErrorKind::NotFound, "make the bucket"},
      {301, "PermanentRedirect", ErrorKind::NotFound, "region="},
      {507, "XMinioStorageFull", ErrorKind::NoSpace, "quota"},
  };
  std::set<std::string> messages;
  for (const Case& one : cases) {
    Error error = failure(one.status, one.code);
    EXPECT_EQ(error.kind(), one.kind) << one.code;
    EXPECT_THAT(error.message(), HasSubstr(one.code));
    EXPECT_THAT(error.hint(), HasSubstr(one.hint));
    EXPECT_FALSE(error.retryable()) << one.code;
    messages.insert(error.hint());
  }
  EXPECT_EQ(messages.size(), cases.size());
}

TEST(S3Errors, AMissingBucketIsNamedWithItsHost) {
  EXPECT_THAT(failure(404, "NoSuchBucket").message(), HasSubstr("no bucket videos at s3.example.org"));
}

TEST(S3Errors, TheRightRegionIsNamed) {
  Error error = failure(400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>");
  EXPECT_THAT(error.message(), HasSubstr("in region eu-west-3, not us-east-1"));
  EXPECT_THAT(error.hint(), HasSubstr("region=eu-west-3"));
  net::HttpResponse moved = refusal(301, "");
  moved.headers["x-amz-bucket-region"] = "ap-south-1";
  EXPECT_THAT(s3_failure(moved, "cannot look for a", kPlace).hint(), HasSubstr("region=ap-south-1"));
  moved.headers["x-amz-bucket-region"] = "\x1b[31m";
  EXPECT_THAT(s3_failure(moved, "cannot look for a", kPlace).message(), testing::Not(HasSubstr("\x1b")));
}

TEST(S3Errors, AFullStoreIsNoSpaceWhateverItCallsThat) {
  for (std::string_view code :
       {"QuotaExceeded", "EntityTooLarge", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"})
    EXPECT_EQ(failure(400, code).kind(), ErrorKind::NoSpace) << code;
  EXPECT_EQ(failure(507, "").kind(), ErrorKind::NoSpace);
  EXPECT_EQ(failure(413, "").kind(), ErrorKind::NoSpace);
}

TEST(S3Errors, TroubleMayFareBetterInALaterRun) {
  for (auto [status, code] : {std::pair{503, "SlowDown"}, {500, "InternalError"}, {200, "InternalError"}, {502, ""}}) {
    Error error = failure(status, code);
    EXPECT_EQ(error.kind(), ErrorKind::Network) << status;
    EXPECT_TRUE(error.retryable()) << status;
  }
  Error damaged = failure(400, "XAmzContentSHA256Mismatch");
  EXPECT_EQ(damaged.kind(), ErrorKind::Corrupt);
  EXPECT_TRUE(damaged.retryable());
}

TEST(S3Errors, NothingElseOfWhatTheServerSaysIsRepeated) {
  Error error = failure(403, "AccessDenied", "<Message>sesame</Message><StringToSign>sesame</StringToSign>");
  EXPECT_THAT(error.describe() + error.hint(), testing::Not(HasSubstr("sesame")));
}

}  // namespace
}  // namespace candid::upload
