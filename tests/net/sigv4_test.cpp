#include "net/sigv4.h"

#include <gmock/gmock.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using testing::EndsWith;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string digest(std::string_view body) {
  return to_hex(sha256(body));
}

std::string signature_of(const std::string& authorization) {
  return authorization.substr(authorization.find("Signature=") + 10);
}

std::string signed_names(const std::string& authorization) {
  size_t begin = authorization.find("SignedHeaders=") + 14;
  return authorization.substr(begin, authorization.find(',', begin) - begin);
}

// docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Examples: Signature Calculations".
class SigV4S3 : public testing::Test {
 protected:
  const AwsCredentials credentials_{"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                                    Secret()};
  const UtcTime now_ = must(parse_utc("2013-05-24T00:00:00Z"));
  const std::string host_ = "https://examplebucket.s3.amazonaws.com";

  std::map<std::string, std::string> sign(std::string_view method, const std::string& path_and_query,
                                          const std::map<std::string, std::string>& headers = {},
                                          std::string_view body = "") const {
    return sign_headers(method, host_ + path_and_query, headers, digest(body), credentials_, {}, now_);
  }
};

TEST_F(SigV4S3, GetObjectWithARange) {
  auto headers = sign("GET", "/test.txt", {{"Range", "bytes=0-9"}});
  EXPECT_EQ(headers["Authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(headers["Host"], "examplebucket.s3.amazonaws.com");
  EXPECT_EQ(headers["X-Amz-Date"], "20130524T000000Z");
  EXPECT_EQ(headers["X-Amz-Content-Sha256"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(headers.size(), 4U);
}

TEST_F(SigV4S3, PutObjectWithADollarInItsKey) {
  const char* expected = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
  std::map<std::string, std::string> given{{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                                           {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  // S3 decodes the path and encodes it in its own way, so both spellings have one signature.
  for (std::string path : {"/test%24file.text", "/test$file.text"}) {
    EXPECT_EQ(signature_of(sign("PUT", path, given, "Welcome to Amazon S3.")["Authorization"]), expected) << path;
  }
}

TEST_F(SigV4S3, GetBucketLifecycle) {
  const char* expected = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543";
  for (std::string path : {"/?lifecycle", "/?lifecycle=", "?lifecycle"}) {
    EXPECT_EQ(signature_of(sign("GET", path)["Authorization"]), expected) << path;
  }
}

TEST_F(SigV4S3, ListObjects) {
  const char* expected = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
  for (std::string path : {"/?max-keys=2&prefix=J", "/?prefix=J&max-keys=2"}) {
    EXPECT_EQ(signature_of(sign("GET", path)["Authorization"]), expected) << path;
  }
}

// docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
TEST_F(SigV4S3, PresignedUrl) {
  EXPECT_EQ(presign_get(host_ + "/test.txt", 86400s, credentials_, {}, now_),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_F(SigV4S3, APresignedUrlKeepsItsQueryAndItsToken) {
  AwsCredentials with_token = credentials_;
  with_token.session_token = Secret("a/b+c=");
  std::string url = presign_get(host_ + "/a%20b?response-content-type=video%2Fmp4", 60s, with_token, {}, now_);
  EXPECT_THAT(url, HasSubstr("/a%20b?"));
  EXPECT_THAT(url, HasSubstr("&response-content-type=video%2Fmp4&X-Amz-Signature="));
  EXPECT_THAT(url, HasSubstr("&X-Amz-Security-Token=a%2Fb%2Bc%3D&"));
}

TEST_F(SigV4S3, APresignedUrlLivesAWeekAtMost) {
  EXPECT_THAT(presign_get(host_ + "/x", 24h * 30, credentials_, {}, now_), HasSubstr("X-Amz-Expires=604800&"));
  EXPECT_THAT(presign_get(host_ + "/x", -5s, credentials_, {}, now_), HasSubstr("X-Amz-Expires=1&"));
}

TEST_F(SigV4S3, TheHostIsSignedAsItIsSent) {
  auto of = [&](const std::string& url) { return sign_headers("GET", url, {}, digest(""), credentials_, {}, now_); };
  EXPECT_EQ(of("https://Bucket.Example:443/x")["Host"], "bucket.example");
  EXPECT_EQ(of("http://127.0.0.1:8080/x")["Host"], "127.0.0.1:8080");
  EXPECT_EQ(of("https://bucket.example:443/x")["Authorization"], of("https://bucket.example/x")["Authorization"]);
}

TEST_F(SigV4S3, NoHeaderHoldsTheSecretKey) {
  for (const auto& [name, value] : sign("GET", "/x")) {
    EXPECT_EQ(value.find(credentials_.secret_key.reveal()), std::string::npos) << name;
  }
}

TEST_F(SigV4S3, AHeaderOfTheCallerGivesWayToOurs) {
  auto with = sign("GET", "/x", {{"x-amz-date", "20000101T000000Z"}, {"HOST", "elsewhere"}});
  EXPECT_EQ(signature_of(with["Authorization"]), signature_of(sign("GET", "/x")["Authorization"]));
}

// Of aws-sig-v4-test-suite, which AWS publishes for general services.
struct SuiteCase {
  const char* name;
  const char* method;
  const char* target;
  std::map<std::string, std::string> headers;
  const char* body;
  const char* names;
  const char* signature;
};

std::ostream& operator<<(std::ostream& out, const SuiteCase& one) {
  return out << one.name;
}

class SigV4Suite : public testing::TestWithParam<SuiteCase> {};

const AwsCredentials kSuiteCredentials{"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), Secret()};
const SigningScope kSuiteScope{.region = "us-east-1", .service = "service"};

std::string sign_for_suite(const SuiteCase& one, const AwsCredentials& credentials) {
  return sign_headers(one.method, std::string("https://example.amazonaws.com") + one.target, one.headers,
                      digest(one.body), credentials, kSuiteScope, must(parse_utc("2015-08-30T12:36:00Z")))
      .at("Authorization");
}

TEST_P(SigV4Suite, HasThePublishedSignature) {
  std::string authorization = sign_for_suite(GetParam(), kSuiteCredentials);
  EXPECT_EQ(signed_names(authorization), GetParam().names);
  EXPECT_EQ(signature_of(authorization), GetParam().signature);
}

INSTANTIATE_TEST_SUITE_P(Published, SigV4Suite,
                         testing::Values(SuiteCase{"get_vanilla",
                                                   "GET",
                                                   "/",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
                                         SuiteCase{"post_vanilla",
                                                   "POST",
                                                   "/",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
                                         SuiteCase{"get_vanilla_empty_query_key",
                                                   "GET",
                                                   "/?Param1=value1",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
                                         SuiteCase{"get_vanilla_query_order_key_case",
                                                   "GET",
                                                   "/?Param2=value2&Param1=value1",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
                                         SuiteCase{"get_vanilla_query_order_value",
                                                   "GET",
                                                   "/?Param1=value2&Param1=value1",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
                                         SuiteCase{"get_vanilla_query_order_encoded",
                                                   "GET",
                                                   "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"},
                                         SuiteCase{"get_vanilla_utf8_query",
                                                   "GET",
                                                   "/?\u1234=bar",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
                                         SuiteCase{"get_utf8",
                                                   "GET",
                                                   "/\u1234",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
                                         SuiteCase{"get_space",
                                                   "GET",
                                                   "/example space/",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
                                         SuiteCase{"get_slashes_unnormalized",
                                                   "GET",
                                                   "//example//",
                                                   {},
                                                   "",
                                                   "host;x-amz-date",
                                                   "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"},
                                         SuiteCase{
                                             "get_unreserved",
                                             "GET",
                                             "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
                                             {},
                                             "",
                                             "host;x-amz-date",
                                             "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
                                         SuiteCase{"get_header_value_trim",
                                                   "GET",
                                                   "/",
                                                   {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\" "}},
                                                   "",
                                                   "host;my-header1;my-header2;x-amz-date",
                                                   "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
                                         SuiteCase{"get_header_value_order",
                                                   "GET",
                                                   "/",
                                                   {{"My-Header1", "value4,value1,value3,value2"}},
                                                   "",
                                                   "host;my-header1;x-amz-date",
                                                   "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
                                         SuiteCase{"post_x_www_form_urlencoded",
                                                   "POST",
                                                   "/",
                                                   {{"Content-Type", "application/x-www-form-urlencoded"}},
                                                   "Param1=value1",
                                                   "content-type;host;x-amz-date",
                                                   "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"}),
                         [](const testing::TestParamInfo<SuiteCase>& one) { return one.param.name; });

// post-sts-token/post-sts-header-before
TEST(SigV4Token, IsSignedAsAHeader) {
  AwsCredentials credentials = kSuiteCredentials;
  credentials.session_token = Secret(
      "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwt"
      "hAx7mSEI/qkPpKPi/"
      "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAk"
      "iY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==");
  std::string authorization = sign_for_suite({"", "POST", "/", {}, "", "", ""}, credentials);
  EXPECT_EQ(signed_names(authorization), "host;x-amz-date;x-amz-security-token");
  EXPECT_EQ(signature_of(authorization), "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead");
}

}  // namespace
}  // namespace candid::net
