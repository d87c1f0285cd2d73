#include "upload/store_address.h"

#include <cstdlib>

#include "tests/support/results.h"

namespace candid::upload {
namespace {

using candid::test::must;
using testing::HasSubstr;
using testing::Not;

class StoreAddressTest : public testing::Test {
 protected:
  StoreAddressTest() {
    ::unsetenv("AWS_REGION");
    ::unsetenv("AWS_DEFAULT_REGION");
  }
};

void expect_refused(std::string_view text) {
  auto address = parse_store_address(text);
  ASSERT_FALSE(address) << text;
  EXPECT_EQ(address.error().kind(), ErrorKind::InvalidInput) << text;
  EXPECT_NE(address.error().hint(), "") << text;
}

TEST_F(StoreAddressTest, AFolderIsAPath) {
  StoreAddress address = must(parse_store_address("folder:/srv/candid store/é"));
  EXPECT_EQ(address.kind, StoreKind::Folder);
  EXPECT_EQ(address.folder, "/srv/candid store/é");
  EXPECT_EQ(must(parse_store_address("folder:out/store")).folder, "out/store");
  expect_refused("folder:");
}

TEST_F(StoreAddressTest, ABucketAloneIsAmazons) {
  StoreAddress address = must(parse_store_address("s3://videos"));
  EXPECT_EQ(address.kind, StoreKind::S3);
  EXPECT_EQ(address.bucket, "videos");
  EXPECT_EQ(address.prefix, "");
  EXPECT_EQ(address.region, "us-east-1");
  EXPECT_EQ(address.endpoint, "https://s3.us-east-1.amazonaws.com");
  EXPECT_EQ(address.style, S3Style::VirtualHost);
}

TEST_F(StoreAddressTest, TheRegionIsTheAddresssThenTheEnvironments) {
  ::setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
  EXPECT_EQ(must(parse_store_address("s3://videos")).region, "eu-west-1");
  ::setenv("AWS_REGION", "eu-central-1", 1);
  EXPECT_EQ(must(parse_store_address("s3://videos")).endpoint, "https://s3.eu-central-1.amazonaws.com");
  EXPECT_EQ(must(parse_store_address("s3://videos?region=ap-south-1")).region, "ap-south-1");
  ::setenv("AWS_REGION", "x y", 1);
  expect_refused("s3://videos");
  ::unsetenv("AWS_REGION");
  ::unsetenv("AWS_DEFAULT_REGION");
}

TEST_F(StoreAddressTest, AnotherEndpointHasItsBucketsInThePath) {
  StoreAddress address = must(parse_store_address("s3://videos/a/b/?endpoint=http://127.0.0.1:9000/&region=home"));
  EXPECT_EQ(address.prefix, "a/b/");
  EXPECT_EQ(address.endpoint, "http://127.0.0.1:9000");
  EXPECT_EQ(address.region, "home");
  EXPECT_EQ(address.style, S3Style::Path);
  EXPECT_EQ(must(parse_store_address("s3://videos?endpoint=https://s3.example.org&style=virtual")).style,
            S3Style::VirtualHost);
  EXPECT_EQ(must(parse_store_address("s3://videos?style=path")).style, S3Style::Path);
}

TEST_F(StoreAddressTest, ABucketThatFitsNoCertificateHasItsNameInThePath) {
  EXPECT_EQ(must(parse_store_address("s3://videos.example.org")).style, S3Style::Path);
}

TEST_F(StoreAddressTest, OtherServersAreUrls) {
  StoreAddress address = must(parse_store_address("dav://files.example.org/remote.php/dav/"));
  EXPECT_EQ(address.kind, StoreKind::Dav);
  EXPECT_EQ(address.url, "https://files.example.org/remote.php/dav");
  EXPECT_EQ(must(parse_store_address("dav+http://127.0.0.1:8080/x")).url, "http://127.0.0.1:8080/x");
  EXPECT_EQ(must(parse_store_address("tus://up.example.org/files")).url, "https://up.example.org/files");
  EXPECT_EQ(must(parse_store_address("tus+http://[::1]:1080/files")).url, "http://[::1]:1080/files");
  EXPECT_EQ(must(parse_store_address("candid://videos.example.org:8443/")).url, "https://videos.example.org:8443");
  EXPECT_EQ(must(parse_store_address("candid+http://localhost:8080")).kind, StoreKind::Candid);
}

TEST_F(StoreAddressTest, WhatIsNoAddressIsRefusedWithTheForms) {
  for (std::string_view text : {"",
                                "x",
                                "/srv/store",
                                "ftp://host/x",
                                "s3:/videos",
                                "s3://",
                                "s3://ab",
                                "s3://a..b",
                                "s3://-ab",
                                "s3://a b c",
                                "s3://videos/../x",
                                "s3://videos/a//b",
                                "s3://videos?style=other",
                                "s3://videos?endpoint=host",
                                "s3://videos?endpoint=ftp://host",
                                "s3://videos?endpoint=https://host/path",
                                "s3://videos?endpoint=https://",
                                "s3://videos?region=",
                                "s3://videos?region=a%20b",
                                "s3://videos?colour=red",
                                "s3://Videos_a?style=virtual",
                                "dav://",
                                "dav:///x",
                                "dav://host:0/x",
                                "dav://host:65536",
                                "dav://host:x",
                                "dav://host/a/../b",
                                "dav://host/a b",
                                "dav://host/a?x=1",
                                "dav://host/a#b",
                                "tus://ho st/x",
                                "tus://[::1/x",
                                "candid://host/path",
                                "dav://host\n/x",
                                "dav+https://host/x"}) {
    expect_refused(text);
  }
  expect_refused("folder:" + std::string(3000, 'x'));
  EXPECT_THAT(parse_store_address("ftp://host").error().hint(), HasSubstr("s3://BUCKET"));
}

TEST_F(StoreAddressTest, APasswordIsRefusedAndNotRepeated) {
  for (std::string_view text : {"dav://ada:sesame@host/x", "tus://sesame@host/x", "candid://ada:sesame@host",
                                "s3://videos?endpoint=https://ada:sesame@host", "s3://ada:sesame@videos"}) {
    expect_refused(text);
    Error error = parse_store_address(text).error();
    EXPECT_THAT(error.describe() + error.hint(), Not(HasSubstr("sesame"))) << text;
  }
}

TEST(Confidential, IsTlsOrThisMachine) {
  for (std::string_view url : {"https://example.org", "http://127.0.0.1:80/x", "http://127.1.2.3",
                               "http://localhost:9000", "http://[::1]:80/x"}) {
    EXPECT_TRUE(is_confidential(url)) << url;
  }
  for (std::string_view url :
       {"http://example.org", "http://127.0.0.1.example.org", "http://127.0.0.1@example.org",
        "http://localhost.example.org", "http://128.0.0.1", "http://127.0.0", "http://127.0.0.1.", "http://127.0.0.1.1",
        "http://[::2]", "ftp://127.0.0.1", "http://", "", "http://1270.0.0.1", "HTTP://example.org", "http://[::1]x"}) {
    EXPECT_FALSE(is_confidential(url)) << url;
  }
}

}  // namespace
}  // namespace candid::upload
