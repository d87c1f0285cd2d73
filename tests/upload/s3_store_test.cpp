// What an S3 store asks for, without a server: addresses, headers, and how a file is cut.

#include "upload/s3/s3_store.h"

#include <mutex>

#include "core/text.h"
#include "tests/support/results.h"
#include "upload/s3/s3_file.h"
#include "upload/s3/s3_upload_note.h"

namespace candid::upload {
namespace {

using candid::test::must;
using testing::HasSubstr;

const net::AwsCredentials kKeys{"AKIDEXAMPLE", Secret("sample-secret"), Secret(), std::nullopt};

// Answers every request alike, and remembers the last.
class Echo final : public net::HttpTransport {
 public:
  struct Log {
    std::mutex mutex;
    net::HttpRequest last{};
    int requests = 0;
  };
  Echo(std::shared_ptr<Log> log, net::HttpResponse answer) : log_(std::move(log)), answer_(std::move(answer)) {}
  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token&) override {
    std::lock_guard lock(log_->mutex);
    log_->last = request;
    ++log_->requests;
    return answer_;
  }

 private:
  std::shared_ptr<Log> log_;
  net::HttpResponse answer_;
};

class S3StoreTest : public testing::Test {
 protected:
  std::unique_ptr<S3Store> open(std::string_view address, net::HttpResponse answer) {
    return std::make_unique<S3Store>(must(parse_store_address(address)), StoreSettings{},
                                     net::fixed_aws_credentials(kKeys),
                                     std::make_unique<Echo>(log_, std::move(answer)));
  }
  static net::HttpResponse facts(std::string etag, std::string length) {
    net::HttpResponse response;
    response.status = 200;
    response.headers["etag"] = std::move(etag);
    response.headers["content-length"] = std::move(length);
    return response;
  }
  std::shared_ptr<Echo::Log> log_ = std::make_shared<Echo::Log>();
};

TEST_F(S3StoreTest, AnObjectsAddressIsInTheBucketsHostOrPath) {
  must(open("s3://videos?region=eu-central-1", facts("\"a\"", "5"))->size_of("recipes/a.json"));
  EXPECT_EQ(log_->last.url, "https://videos.s3.eu-central-1.amazonaws.com/recipes/a.json");
  EXPECT_EQ(log_->last.method, "HEAD");
  must(open("s3://videos/x?endpoint=http://127.0.0.1:9000", facts("\"a\"", "5"))->size_of("recipes/a.json"));
  EXPECT_EQ(log_->last.url, "http://127.0.0.1:9000/videos/x/recipes/a.json");
  EXPECT_EQ(open("s3://videos", facts("", ""))->origin(), "https://videos.s3.us-east-1.amazonaws.com");
}

TEST_F(S3StoreTest, APrefixIsEncodedOnce) {
  must(open("s3://videos/a b+é%20?endpoint=http://127.0.0.1:9000", facts("\"a\"", "5"))->size_of("x"));
  EXPECT_EQ(log_->last.url, "http://127.0.0.1:9000/videos/a%20b%2B%C3%A9%2520/x");
}

TEST_F(S3StoreTest, EveryRequestIsSignedWithTheHashOfItsBody) {
  must(open("s3://videos", facts("\"900150983cd24fb0d6963f7d28e17f72\"", "0"))
           ->put("recipes/a.json", std::vector<uint8_t>{'a', 'b', 'c'}));
  EXPECT_EQ(log_->requests, 1);
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : log_->last.headers) headers[to_lower(name)] = value;
  EXPECT_EQ(headers["x-amz-content-sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(headers["content-type"], "application/json");
  EXPECT_THAT(headers["authorization"], HasSubstr("Signature="));
}

TEST_F(S3StoreTest, ALengthThatIsNoneIsNotBelieved) {
  for (const char* length : {"", "-1", "abc", "99999999999999999999"}) {
    auto size = open("s3://videos", facts("\"a\"", length))->size_of("a");
    ASSERT_FALSE(size) << length;
    EXPECT_EQ(size.error().kind(), ErrorKind::Network);
  }
}

TEST_F(S3StoreTest, IsDescribedByBucketAndHost) {
  EXPECT_EQ(open("s3://videos?region=eu-central-1", {})->describe(),
            "S3 bucket videos at s3.eu-central-1.amazonaws.com");
}

TEST(S3PartSize, FollowsFromTheSizeAlone) {
  EXPECT_EQ(must(s3_part_size(0)), uint64_t{8} << 20);
  EXPECT_EQ(must(s3_part_size(20'000'000)), uint64_t{8} << 20);
  for (uint64_t size : {uint64_t{1} << 36, uint64_t{1} << 40, uint64_t{5} << 40}) {
    uint64_t part = must(s3_part_size(size));
    EXPECT_LE((size + part - 1) / part, 10'000U);
    EXPECT_EQ(part % (1 << 20), 0U);
  }
  EXPECT_FALSE(s3_part_size((uint64_t{5} << 40) + 1));
}

TEST(S3Tag, IsAnMd5OnlyWhereItIsOfTheContent) {
  EXPECT_TRUE((S3Tag{"900150983cd24fb0d6963f7d28e17f72", true}.md5()));
  EXPECT_FALSE((S3Tag{"900150983cd24fb0d6963f7d28e17f72", false}.md5()));
  EXPECT_FALSE((S3Tag{"900150983cd24fb0d6963f7d28e17f72-2", true}.md5()));
  EXPECT_FALSE((S3Tag{"not hexadecimal, but of the length", true}.md5()));
  EXPECT_FALSE((S3Tag{"", true}.md5()));
}

TEST(S3UploadNote, IsReadAsItWasWritten) {
  S3UploadNote note{"s3://videos/ at https://host", "id/\"+", 20'000'000, 8 << 20, "part", true};
  EXPECT_EQ(parse_s3_upload_note(to_text(note)), note);
  for (std::string_view text : {"", "{}", "[]", "{\"kind\":\"tus\"}", "{\"kind\":\"s3\",\"store\":1}"}) {
    EXPECT_FALSE(parse_s3_upload_note(text)) << text;
  }
}

}  // namespace
}  // namespace candid::upload
