// Answers of S3 that no well-behaved server of the contract tests gives: pages, markers that stand still, refusals.

#include "upload/s3/s3_client.h"

#include <mutex>

#include "tests/support/results.h"

namespace candid::upload {
namespace {

using candid::test::must;
using testing::HasSubstr;

using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;

class Scripted final : public net::HttpTransport {
 public:
  explicit Scripted(Answer answer) : answer_(std::move(answer)) {}
  Result<net::HttpResponse> send(const net::HttpRequest& request, const std::stop_token&) override {
    return answer_(request);
  }

 private:
  Answer answer_;
};

S3Client client(Answer answer) {
  StoreSettings settings;
  settings.retries.patience = settings.retries.first_patience = std::chrono::milliseconds(20);
  settings.retries.first = std::chrono::milliseconds(1);
  net::AwsCredentials keys{"AKIDEXAMPLE", Secret("sample-secret"), Secret(), std::nullopt};
  return S3Client(must(parse_store_address("s3://videos/p?endpoint=http://127.0.0.1:9&region=home")), settings,
                  net::fixed_aws_credentials(std::move(keys)), std::make_unique<Scripted>(std::move(answer)));
}

net::HttpResponse answer(int status, const std::string& body) {
  net::HttpResponse response;
  response.status = status;
  response.body.assign(body.begin(), body.end());
  return response;
}

bool asks(const net::HttpRequest& request, std::string_view what) {
  return request.url.find(what) != std::string::npos;
}

std::string part(int number) {
  return "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>a</ETag><Size>1</Size></Part>";
}

TEST(S3Client, PartsAreAskedForPageByPage) {
  auto pages = client([](const net::HttpRequest& request) {
    if (asks(request, "part-number-marker=0&"))
      return answer(200,
                    "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>" +
                        part(1) + part(2) + "</ListPartsResult>");
    EXPECT_TRUE(asks(request, "part-number-marker=2&"));
    return answer(200, "<ListPartsResult><IsTruncated>false</IsTruncated>" + part(3) + "</ListPartsResult>");
  });
  auto parts = must(pages.parts("a", "id", {}));
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->size(), 3U);
}

TEST(S3Client, AMarkerThatStandsStillEndsTheList) {
  int requests = 0;
  auto still = client([&](const net::HttpRequest& request) {
    ++requests;
    if (asks(request, "uploads="))
      return answer(200,
                    "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>p/a</NextKeyMarker>"
                    "<NextUploadIdMarker>1</NextUploadIdMarker></ListMultipartUploadsResult>");
    return answer(200,
                  "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>" +
                      part(1) + "</ListPartsResult>");
  });
  must(still.parts("a", "id", {}));
  must(still.uploads("", {}));
  EXPECT_EQ(requests, 4);
}

TEST(S3Client, UploadsAreAskedForPageByPageAndOnlyThoseUnderThePrefixAreOurs) {
  auto pages = client([](const net::HttpRequest& request) {
    EXPECT_TRUE(asks(request, "prefix=p%2F"));
    auto upload = [](std::string key, std::string id) {
      return "<Upload><Key>" + key + "</Key><UploadId>" + id + "</UploadId></Upload>";
    };
    if (!asks(request, "key-marker"))
      return answer(200,
                    "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>p/b</NextKeyMarker>"
                    "<NextUploadIdMarker>i/2</NextUploadIdMarker>" +
                        upload("p/a", "1") + upload("other/a", "9") + "</ListMultipartUploadsResult>");
    EXPECT_TRUE(asks(request, "key-marker=p%2Fb&"));
    EXPECT_TRUE(asks(request, "upload-id-marker=i%2F2&"));
    return answer(200, "<ListMultipartUploadsResult>" + upload("p/c", "3") + "</ListMultipartUploadsResult>");
  });
  auto uploads = must(pages.uploads("", {}));
  ASSERT_EQ(uploads.size(), 2U);
  EXPECT_EQ(uploads[0].key, "a");
  EXPECT_EQ(uploads[1].key, "c");
  EXPECT_EQ(uploads[1].id, "3");
}

TEST(S3Client, AnIdIsEncodedWhateverItHolds) {
  std::string url;
  auto seen = client([&](const net::HttpRequest& request) {
    url = request.url;
    return answer(204, "");
  });
  must(seen.abort("a", "x/y+z=&q", {}));
  EXPECT_EQ(url, "http://127.0.0.1:9/videos/p/a?uploadId=x%2Fy%2Bz%3D%26q");
}

TEST(S3Client, ARefusedHeadIsExplainedByAnotherRequest) {
  auto refusing = client([](const net::HttpRequest& request) {
    if (request.method == "HEAD") return answer(403, "");
    EXPECT_EQ(request.headers.at("range"), "bytes=0-0");
    return answer(403, "<Error><Code>InvalidAccessKeyId</Code></Error>");
  });
  auto facts = refusing.head("a", {});
  ASSERT_FALSE(facts);
  EXPECT_THAT(facts.error().message(), HasSubstr("InvalidAccessKeyId"));
}

TEST(S3Client, ARefusalThatNothingExplainsIsOneOfRights) {
  auto refusing = client([](const net::HttpRequest&) { return answer(403, ""); });
  auto facts = refusing.head("a", {});
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_THAT(facts.error().hint(), HasSubstr("s3:ListBucket"));
}

TEST(S3Client, AStoreInTroubleIsNotAskedWhy) {
  auto down = client([](const net::HttpRequest& request) {
    EXPECT_EQ(request.method, "HEAD");
    return answer(503, "");
  });
  auto facts = down.head("a", {});
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().kind(), ErrorKind::Network);
  EXPECT_TRUE(facts.error().retryable());
}

TEST(S3Client, AnErrorThatStaysInA200IsOne) {
  auto failing =
      client([](const net::HttpRequest&) { return answer(200, "<Error><Code>InternalError</Code></Error>"); });
  std::vector<S3Part> parts = {{1, "a", 1}};
  auto finished = failing.complete("a", "id", parts, {});
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind(), ErrorKind::Network);
  EXPECT_THAT(finished.error().message(), HasSubstr("InternalError"));
  EXPECT_FALSE(failing.put("a", S3Body{"x", sha256("x"), {}}, {}, {}));
  EXPECT_FALSE(failing.create_upload("a", {}, {}));
}

TEST(S3Client, AnEmptySuccessFinishesNothing) {
  auto empty = client([](const net::HttpRequest&) { return answer(200, ""); });
  std::vector<S3Part> parts = {{1, "a", 1}};
  EXPECT_FALSE(empty.complete("a", "id", parts, {}));
  EXPECT_FALSE(empty.create_upload("a", {}, {}));
  EXPECT_FALSE(empty.uploads("", {}));
}

TEST(MultipartEtag, IsTheMd5OfTheMd5sAndTheirNumber) {
  // Computed with Python's hashlib: md5(md5(b"a").digest() + md5(b"b").digest()).
  auto digest = [](std::string_view text) { return md5({reinterpret_cast<const uint8_t*>(text.data()), text.size()}); };
  EXPECT_EQ(multipart_etag({digest("a"), digest("b")}), "96e024ba2074fe77e8e965ba43a704be-2");
}

}  // namespace
}  // namespace candid::upload
