#include "net/signing.h"

#include <thread>

#include <gmock/gmock.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/net/fakes.h"
#include "tests/support/results.h"

namespace candid::net {
namespace {

using candid::test::must;
using test::FakeClock;
using test::FakeTransport;
using test::status;
using testing::HasSubstr;
using Answers = std::deque<Result<HttpResponse>>;

const UtcTime kNow = must(parse_utc("2026-11-22T10:15:00Z"));

AwsCredentials keys(const std::string& name, const std::string& token = "") {
  return {name, Secret("secret of " + name), Secret(token)};
}

// Keys that are others after each refresh, as long as there are more.
class FakeCredentials final : public AwsCredentialSource {
 public:
  explicit FakeCredentials(std::vector<AwsCredentials> all) : all_(std::move(all)) {}
  Result<AwsCredentials> current() override { return all_.front(); }
  Result<bool> refresh() override {
    ++refreshes;
    if (all_.size() == 1) return false;
    all_.erase(all_.begin());
    return true;
  }
  int refreshes = 0;

 private:
  std::vector<AwsCredentials> all_;
};

HttpResponse refusal(int code, const std::string& reason, const std::string& date = "") {
  std::map<std::string, std::string> headers;
  if (!date.empty()) headers["date"] = date;
  return status(code, headers, "<?xml version=\"1.0\"?><Error><Code>" + reason + "</Code><Message>m</Message></Error>");
}

HttpRequest put(const std::string& body = "content") {
  HttpRequest request;
  request.method = "PUT";
  request.url = "https://bucket.example/key";
  request.headers = {{"Content-Type", "video/mp4"}};
  request.body = body;
  return request;
}

struct Stack {
  FakeClock clock{kNow};
  FakeCredentials credentials;
  FakeTransport inner;
  SigningTransport transport;
  Stack(Answers answers, std::vector<AwsCredentials> all)
      : credentials(std::move(all)),
        inner(std::move(answers)),
        transport(inner, credentials, {.region = "eu-central-1", .service = "s3"}, clock) {}
};

TEST(Signing, SignsWhatIsSent) {
  Stack stack({status(200)}, {keys("ONE")});
  must(stack.transport.send(put()));
  const HttpRequest& sent = stack.inner.requests.at(0);
  EXPECT_EQ(sent.headers.at("X-Amz-Content-Sha256"), to_hex(sha256(std::string_view("content"))));
  EXPECT_EQ(sent.headers.at("X-Amz-Date"), "20261122T101500Z");
  EXPECT_EQ(sent.headers.at("Host"), "bucket.example");
  EXPECT_THAT(sent.headers.at("Authorization"), HasSubstr("Credential=ONE/20261122/eu-central-1/s3/aws4_request"));
  EXPECT_THAT(sent.headers.at("Authorization"), HasSubstr("SignedHeaders=content-type;host;"));
  EXPECT_EQ(std::get<std::string>(sent.body), "content");
}

TEST(Signing, HashesAStretchOfAFile) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "f", std::string_view("0123456789")));
  Stack stack({status(200)}, {keys("ONE")});
  HttpRequest request = put();
  request.body = FileRange{folder.path() / "f", 3, 4};
  must(stack.transport.send(request));
  EXPECT_EQ(stack.inner.requests.at(0).headers.at("X-Amz-Content-Sha256"), to_hex(sha256(std::string_view("3456"))));
  request.body = FileRange{folder.path() / "f", 3, 40};
  auto answer = stack.transport.send(request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Corrupt);
}

TEST(Signing, ABodyThatIsHashedAlreadyIsNotRead) {
  Stack stack({status(200)}, {keys("ONE")});
  HttpRequest request = put();
  request.headers["x-amz-content-sha256"] = std::string(kUnsignedPayload);
  request.body = FileRange{"/nonexistent/file", 0, 10};
  must(stack.transport.send(request));
  const HttpRequest& sent = stack.inner.requests.at(0);
  EXPECT_EQ(sent.headers.at("X-Amz-Content-Sha256"), kUnsignedPayload);
  EXPECT_EQ(sent.headers.count("x-amz-content-sha256"), 0U) << "sent twice";
}

TEST(Signing, AWrongClockIsCorrectedOnce) {
  Answers answers{refusal(403, "RequestTimeTooSkewed", "Sun, 22 Nov 2026 12:00:00 GMT"), status(200), status(200)};
  Stack stack(answers, {keys("ONE")});
  EXPECT_EQ(must(stack.transport.send(put())).status, 200);
  ASSERT_EQ(stack.inner.requests.size(), 2U);
  EXPECT_EQ(stack.inner.requests[1].headers.at("X-Amz-Date"), "20261122T120000Z");
  must(stack.transport.send(put()));
  EXPECT_EQ(stack.inner.requests.size(), 3U) << "the difference is remembered";
  EXPECT_EQ(stack.inner.requests[2].headers.at("X-Amz-Date"), "20261122T120000Z");
  EXPECT_THAT(must(stack.transport.presign("https://bucket.example/key", std::chrono::hours(1))),
              HasSubstr("X-Amz-Date=20261122T120000Z"));
}

TEST(Signing, AServerThatContradictsItselfIsBelievedOnce) {
  Answers answers{refusal(403, "RequestTimeTooSkewed", "Sun, 22 Nov 2026 12:00:00 GMT"),
                  refusal(403, "RequestTimeTooSkewed", "Sun, 22 Nov 2026 18:00:00 GMT"), status(200)};
  Stack stack(answers, {keys("ONE")});
  EXPECT_EQ(must(stack.transport.send(put())).status, 403);
  EXPECT_EQ(stack.inner.requests.size(), 2U);
}

TEST(Signing, WithoutADateTheRefusalStands) {
  for (std::string date : {"", "not a date"}) {
    Stack stack({refusal(403, "RequestTimeTooSkewed", date), status(200)}, {keys("ONE")});
    EXPECT_EQ(must(stack.transport.send(put())).status, 403);
    EXPECT_EQ(stack.inner.requests.size(), 1U);
  }
}

// A HEAD is answered without a body, so only the Date tells.
TEST(Signing, AWrongClockIsFoundByHeadToo) {
  Stack stack({status(403, {{"date", "Sun, 22 Nov 2026 12:00:00 GMT"}}), status(200)}, {keys("ONE")});
  HttpRequest request = put("");
  request.method = "HEAD";
  EXPECT_EQ(must(stack.transport.send(request)).status, 200);
}

TEST(Signing, AHeadThatIsForbiddenAtTheRightTimeStaysSo) {
  Stack stack({status(403, {{"date", "Sun, 22 Nov 2026 10:15:40 GMT"}}), status(200)}, {keys("ONE")});
  HttpRequest request = put("");
  request.method = "HEAD";
  EXPECT_EQ(must(stack.transport.send(request)).status, 403);
  EXPECT_EQ(stack.inner.requests.size(), 1U);
  EXPECT_EQ(stack.credentials.refreshes, 0);
}

TEST(Signing, KeysThatExpiredAreReadAgainOnce) {
  for (std::string reason : {"ExpiredToken", "ExpiredTokenException"}) {
    Stack stack({refusal(400, reason), status(200)}, {keys("OLD", "t1"), keys("NEW", "t2")});
    EXPECT_EQ(must(stack.transport.send(put())).status, 200) << reason;
    ASSERT_EQ(stack.inner.requests.size(), 2U);
    EXPECT_EQ(stack.inner.requests[0].headers.at("X-Amz-Security-Token"), "t1");
    EXPECT_EQ(stack.inner.requests[1].headers.at("X-Amz-Security-Token"), "t2");
    EXPECT_THAT(stack.inner.requests[1].headers.at("Authorization"), HasSubstr("Credential=NEW/"));
  }
}

TEST(Signing, KeysThatAreStillTheSameAreNotTriedAgain) {
  Stack stack({refusal(400, "ExpiredToken"), status(200)}, {keys("ONE", "t")});
  EXPECT_EQ(must(stack.transport.send(put())).status, 400);
  EXPECT_EQ(stack.inner.requests.size(), 1U);
  EXPECT_EQ(stack.credentials.refreshes, 1);
}

TEST(Signing, KeysThatExpireAgainAreNotReadForever) {
  Stack stack({refusal(400, "ExpiredToken")}, {keys("A", "1"), keys("B", "2"), keys("C", "3"), keys("D", "4")});
  EXPECT_EQ(must(stack.transport.send(put())).status, 400);
  EXPECT_EQ(stack.inner.requests.size(), 2U);
}

TEST(Signing, AClockAndKeysMayBothBeWrong) {
  Answers answers{refusal(403, "RequestTimeTooSkewed", "Sun, 22 Nov 2026 12:00:00 GMT"), refusal(400, "ExpiredToken"),
                  status(200)};
  Stack stack(answers, {keys("OLD", "t1"), keys("NEW", "t2")});
  EXPECT_EQ(must(stack.transport.send(put())).status, 200);
  EXPECT_EQ(stack.inner.requests.size(), 3U);
}

TEST(Signing, OtherRefusalsArePassedOn) {
  for (std::string reason : {"SignatureDoesNotMatch", "AccessDenied", "InvalidAccessKeyId"}) {
    Stack stack({refusal(403, reason, "Sun, 22 Nov 2026 12:00:00 GMT"), status(200)}, {keys("ONE")});
    EXPECT_EQ(must(stack.transport.send(put())).status, 403) << reason;
    EXPECT_EQ(stack.inner.requests.size(), 1U);
  }
}

// Every thread whose keys were refused goes on with those that one of them has read.
TEST(Signing, ManyThreadsOutliveTheSameExpiry) {
  FakeCredentials credentials({keys("OLD", "t1"), keys("NEW", "t2")});
  std::mutex mutex;
  class Locked final : public AwsCredentialSource {
   public:
    Locked(FakeCredentials& inner, std::mutex& guard) : inner_(inner), mutex_(guard) {}
    Result<AwsCredentials> current() override {
      std::lock_guard lock(mutex_);
      return inner_.current();
    }
    Result<bool> refresh() override {
      std::lock_guard lock(mutex_);
      return inner_.refresh();
    }

   private:
    FakeCredentials& inner_;
    std::mutex& mutex_;
  } locked(credentials, mutex);
  FakeTransport inner([](const HttpRequest& request) -> Result<HttpResponse> {
    if (request.headers.at("X-Amz-Security-Token") == "t1") return refusal(400, "ExpiredToken");
    return status(200);
  });
  SigningTransport transport(inner, locked, {});
  std::atomic<int> succeeded = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] {
        auto answer = transport.send(put());
        succeeded += answer && answer->status == 200 ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(succeeded, 16);
}

}  // namespace
}  // namespace candid::net
