// What an S3 store asks for, without a server: addresses, headers, and how a file is cut.

#include "upload/s3/s3_store.h"

#include <mutex>

#include "core/encoding.h"
#include "core/files.h"
#include "core/text.h"
#include "tests/support/results.h"
#include "tests/upload/fake_web.h"
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

// Answers by a function, and remembers what was asked: "METHOD url".
class ScriptedBucket final : public net::HttpTransport {
 public:
  using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;
  ScriptedBucket(Answer answer, std::vector<std::string>& asked) : answer_(std::move(answer)), asked_(asked) {}
  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token&) override {
    std::lock_guard lock(mutex_);
    asked_.push_back(request.method + " " + request.url);
    return answer_(request);
  }

 private:
  std::mutex mutex_;
  Answer answer_;
  std::vector<std::string>& asked_;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(UtcTime now) : now_(now) {}
  UtcTime now() const override { return now_; }

 private:
  UtcTime now_;
};

class S3StoreTest : public testing::Test {
 protected:
  std::unique_ptr<S3Store> open(std::string_view address, net::HttpResponse answer) {
    return std::make_unique<S3Store>(must(parse_store_address(address)), StoreSettings{},
                                     net::fixed_aws_credentials(kKeys),
                                     std::make_unique<Echo>(log_, std::move(answer)));
  }
  std::unique_ptr<S3Store> open(ScriptedBucket::Answer answer, StoreSettings settings = {}) {
    return std::make_unique<S3Store>(must(parse_store_address("s3://videos/x")), settings,
                                     net::fixed_aws_credentials(kKeys),
                                     std::make_unique<ScriptedBucket>(std::move(answer), asked_));
  }
  int count(std::string_view method) {
    return static_cast<int>(std::count_if(asked_.begin(), asked_.end(), [&](const std::string& asked) {
      return asked.starts_with(std::string(method) + " ");
    }));
  }
  static net::HttpResponse facts(std::string etag, std::string length) {
    net::HttpResponse response;
    response.status = 200;
    response.headers["etag"] = std::move(etag);
    response.headers["content-length"] = std::move(length);
    return response;
  }
  std::vector<std::string> asked_;
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

const char kUploads[] =
    "<ListMultipartUploadsResult>"
    "<Upload><Key>x/backup.tar</Key><UploadId>foreign</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></"
    "Upload>"
    "<Upload><Key>x/parts/readme</Key><UploadId>odd</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>"
    "<Upload><Key>x/recipes/kitchen/a.json</Key><UploadId>nested</UploadId><Initiated>2026-01-01T00:00:00.000Z</"
    "Initiated></Upload>"
    "<Upload><Key>x/videos/a.mp4</Key><UploadId>old</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>"
    "<Upload><Key>x/recipes/a.json</Key><UploadId>new</UploadId><Initiated>2026-03-09T00:00:00.000Z</Initiated></"
    "Upload>"
    "</ListMultipartUploadsResult>";

// This machine's clock is a month ahead, and the bucket is other programs' as well.
TEST_F(S3StoreTest, OnlyUploadsOfOurNamesThatAreOldByTheServersClockAreAbandoned) {
  FixedClock clock(must(parse_utc("2026-04-10T00:00:00Z")));
  StoreSettings settings;
  settings.clock = &clock;
  auto store = open(
      [](const net::HttpRequest& request) {
        std::string text = request.method == "GET" ? kUploads : "";
        return net::HttpResponse{request.method == "GET" ? 200 : 204,
                                 {{"date", "Tue, 10 Mar 2026 00:00:00 GMT"}},
                                 {text.begin(), text.end()}};
      },
      settings);
  EXPECT_EQ(must(store->abandon_unfinished([](auto) { return false; }, clock.now() - std::chrono::hours(168))), 1);
  EXPECT_EQ(count("DELETE"), 1);
  EXPECT_THAT(asked_.back(), HasSubstr("/x/videos/a.mp4?uploadId=old"));
}

// Swift's and Amazon's last writer wins; what somebody else wrote is not ours to remove.
TEST_F(S3StoreTest, ARecipeThatSomebodyElsePutMeanwhileIsLeft) {
  for (const std::string there : {"ours", "another"}) {
    asked_.clear();
    auto store = open([&](const net::HttpRequest& request) {
      net::HttpResponse response = facts(request.method == "PUT" ? "\"ours\"" : "\"" + there + "\"", "3");
      response.headers["x-amz-server-side-encryption"] = "aws:kms";
      std::vector<uint8_t> other{0x78, 0x79, 0x7A};
      if (request.method == "GET" && request.on_body) request.on_body(other);
      return response;
    });
    auto put = store->put("recipes/a.json", std::vector<uint8_t>{'a', 'b', 'c'});
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind(), ErrorKind::Corrupt);
    EXPECT_TRUE(put.error().retryable());
    EXPECT_EQ(count("DELETE"), there == "ours" ? 1 : 0);
  }
}

// A bucket that joins the parts that it was sent; completing an upload takes a second.
class JoiningBucket {
 public:
  explicit JoiningBucket(test::FakePause& pause) : pause_(pause) {}
  std::string shown_etag;  // of HEAD, where it is another than that of the answer
  std::string content;     // of GET

  net::HttpResponse operator()(const net::HttpRequest& request) {
    if (request.method == "HEAD") return is_there_ ? seen() : net::HttpResponse{404, {}, {}};
    if (request.method == "DELETE") return net::HttpResponse{204, {}, {}};
    if (request.method == "PUT") return take(request);
    if (request.method == "GET") {
      if (request.on_body) request.on_body(bytes_of(content));
      return seen();
    }
    if (request.url.find("uploads=") != std::string::npos)
      return text("<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>");
    is_there_ = true;
    etag_ = multipart_etag(parts_);
    return text("<CompleteMultipartUploadResult><ETag>\"" + etag_ + "\"</ETag></CompleteMultipartUploadResult>");
  }

 private:
  static net::HttpResponse text(std::string_view words) { return {200, {}, {words.begin(), words.end()}}; }
  net::HttpResponse seen() const {
    std::string etag = "\"" + (shown_etag.empty() ? etag_ : shown_etag) + "\"";
    return {200, {{"etag", etag}, {"content-length", std::to_string(size_)}}, {}};
  }
  net::HttpResponse take(const net::HttpRequest& request) {
    const auto& range = std::get<net::FileRange>(request.body);
    Md5 digest = must(digest_stretch(range.file, range.offset, range.length)).md5;
    size_t number = request.url.find("partNumber=");
    if (number != std::string::npos) {
      auto index = static_cast<size_t>(std::stoi(request.url.substr(number + std::string_view("partNumber=").size())));
      parts_.resize(std::max(parts_.size(), index));
      parts_[index - 1] = digest;
      size_ += range.length;
      pause_.wait(std::chrono::milliseconds(400), {});
    }
    return {200, {{"etag", "\"" + to_hex(digest) + "\""}}, {}};
  }

  test::FakePause& pause_;
  std::vector<Md5> parts_;
  uint64_t size_ = 0;
  bool is_there_ = false;
  std::string etag_;
};

TEST_F(S3StoreTest, TheSpeedOfALineIsThatOfTheTransfersThereWere) {
  test::FakePause pause;
  StoreSettings settings;
  settings.pause = &pause;
  auto store = open(JoiningBucket(pause), settings);
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "two parts", std::string_view(test::noise(9'000'000))));
  must(write_file(folder.path() / "larger", std::string_view(test::noise(12'000'000))));
  PutOptions options;
  options.parallel = 4;
  must(store->put_file("videos/a.mp4", folder.path() / "two parts", options));
  EXPECT_EQ(count("POST"), 2);
  must(store->put_file(part_object(to_hex(must(sha256_file(folder.path() / "larger")))), folder.path() / "larger"));
  EXPECT_EQ(count("POST"), 2) << "8 MiB in less than a second: 12 MB go in one request";
}

TEST_F(S3StoreTest, WhatWasJoinedWronglyIsRemovedUnlessSomebodyElsePutIt) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "file", std::string_view(test::noise(9'000'000))));
  for (bool is_ours : {true, false}) {
    asked_.clear();
    test::FakePause pause;
    StoreSettings settings;
    settings.pause = &pause;
    JoiningBucket bucket(pause);
    bucket.content = test::noise(9'000'000, 2);
    std::string made;
    auto store = open(
        [&](const net::HttpRequest& request) {
          net::HttpResponse response = bucket(request);
          if (request.method == "POST" && request.url.find("uploadId=") != std::string::npos) {
            std::string text = "<CompleteMultipartUploadResult><ETag>\"made-2\"</ETag></CompleteMultipartUploadResult>";
            response.body = {text.begin(), text.end()};
            bucket.shown_etag = is_ours ? "made-2" : "another-2";
          }
          return response;
        },
        settings);
    auto put = store->put_file("videos/a.mp4", folder.path() / "file");
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind(), ErrorKind::Corrupt) << put.error().describe();
    EXPECT_EQ(count("DELETE"), is_ours ? 1 : 0);
  }
}

TEST_F(S3StoreTest, AFileThatIsNotThePartAnyMoreIsNotStored) {
  auto folder = must(TemporaryFolder::create());
  for (size_t size : {size_t{1000}, size_t{9'000'000}}) {
    asked_.clear();
    std::string bytes(size, 'x');
    const std::string name = part_object(to_hex(sha256(bytes)));
    bytes[size / 2] = 'y';
    must(write_file(folder.path() / "part", std::string_view(bytes)));
    auto store = open([](const net::HttpRequest&) { return net::HttpResponse{404, {}, {}}; });
    auto put = store->put_file(name, folder.path() / "part");
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().kind(), ErrorKind::Corrupt);
    EXPECT_FALSE(put.error().retryable());
    EXPECT_THAT(put.error().hint(), HasSubstr("render again"));
    EXPECT_EQ(count("HEAD"), 1) << "whether it is there";
    EXPECT_EQ(asked_.size(), 1U);
  }
}

TEST_F(S3StoreTest, AStopEndsWhatTakesNoStopToken) {
  std::stop_source source;
  StoreSettings settings;
  settings.stop = source.get_token();
  auto store = open([](const net::HttpRequest&) { return facts("\"a\"", "5"); }, settings);
  must(store->size_of("a"));
  source.request_stop();
  auto size = store->size_of("a");
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().kind(), ErrorKind::Cancelled);
  EXPECT_EQ(asked_.size(), 1U);
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
