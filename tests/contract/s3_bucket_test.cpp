// What only a bucket can do, against a real server: addresses that let strangers read, and objects made of others.

#include <atomic>

#include "core/digest.h"
#include "core/files.h"
#include "tests/contract/s3_fixture.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"
#include "upload/file_notes.h"

namespace candid::upload::test {
namespace {

using candid::test::must;
using testing::StartsWith;

Result<net::HttpResponse> fetch(const std::string& url) {
  net::HttpRequest request;
  request.url = url;
  return net::make_curl_transport()->send(request);
}

TEST(S3Bucket, AnAddressLetsAnybodyReadOneObjectForAWhile) {
  auto store = bucket_store(new_prefix());
  std::string content = noise(1000);
  must(store->put("recipes/a.json", {reinterpret_cast<const uint8_t*>(content.data()), content.size()}));
  std::string url = must(store->bucket()->presigned_get("recipes/a.json", std::chrono::seconds(60)));
  EXPECT_THAT(url, StartsWith(store->bucket()->origin()));
  EXPECT_EQ(must(fetch(url)).text(), content);
  EXPECT_FALSE(must(fetch(url.substr(0, url.find('?')))).is_success()) << "without the signature";
  std::string other = url;
  other.replace(other.find("a.json"), 6, "b.json");
  EXPECT_EQ(must(fetch(other)).status, 403) << "of another object";
}

TEST(S3Bucket, AnAddressIsForOneSecondToSevenDays) {
  auto store = bucket_store(new_prefix());
  for (auto lifetime : {std::chrono::seconds(0), std::chrono::seconds(-1), std::chrono::seconds(7 * 24 * 3600 + 1)}) {
    EXPECT_FALSE(store->presigned_get("a", lifetime));
  }
  EXPECT_FALSE(store->presigned_get("../a", std::chrono::seconds(60)));
}

class S3Composition : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [name, content] : contents_)
      must(store_->put(name, {reinterpret_cast<const uint8_t*>(content.data()), content.size()}));
  }

  // Counts what travels.
  OnRequest counting() {
    return [this](net::HttpTransport& network, const net::HttpRequest& request, const std::stop_token& stop) {
      sent_ += net::body_size(request);
      if (request.method != "HEAD") ++requests_;
      return network.send(request, stop);
    };
  }

  std::string bytes_of(const ObjectRange& range) const {
    return contents_.at(range.name).substr(range.offset, range.length);
  }

  Result<void> compose(const std::vector<ObjectRange>& ranges, std::string_view fingerprint = "one") {
    auto read = [this](const ObjectRange& range) -> Result<std::vector<uint8_t>> {
      std::string bytes = bytes_of(range);
      return std::vector<uint8_t>(bytes.begin(), bytes.end());
    };
    return store_->compose("media/a.mp4", ranges, fingerprint, "video/mp4", read, {});
  }

  void expect_composed(const std::vector<ObjectRange>& ranges) {
    std::string expected;
    for (const ObjectRange& range : ranges) expected += bytes_of(range);
    auto got = must(store_->get("media/a.mp4"));
    EXPECT_EQ(got.size(), expected.size());
    EXPECT_EQ(sha256(got), sha256(std::string_view(expected)));
    EXPECT_TRUE(must(bucket_client(prefix_)->uploads("", {})).empty());
  }

  const std::map<std::string, std::string> contents_ = {
      {"parts/head", noise(40'000, 2)}, {"parts/shared", noise(25'000'000, 3)}, {"parts/tail", noise(700'000, 4)}};
  std::atomic<uint64_t> sent_ = 0;
  std::atomic<int> requests_ = 0;
  const std::string prefix_ = new_prefix();
  TemporaryFolder folder_ = must(TemporaryFolder::create());
  std::unique_ptr<FileNotes> notes_ = must(FileNotes::open(folder_.path() / "uploads"));
  std::unique_ptr<S3Store> store_ = bucket_store(prefix_, notes_.get(), counting());
};

TEST_F(S3Composition, SmallObjectsAreSentAtOnce) {
  std::vector<ObjectRange> ranges = {{"parts/head", 10, 30'000}, {"parts/tail", 0, 700'000}};
  requests_ = 0;
  must(compose(ranges));
  EXPECT_EQ(requests_, 1);
  expect_composed(ranges);
}

TEST_F(S3Composition, LongStretchesAreCopiedInsideTheBucket) {
  std::vector<ObjectRange> ranges = {
      {"parts/head", 0, 40'000}, {"parts/shared", 1000, 24'000'000}, {"parts/tail", 5, 600'000}};
  sent_ = 0;
  must(compose(ranges));
  EXPECT_LT(sent_, (6 << 20) + 600'000U);
  expect_composed(ranges);
}

TEST_F(S3Composition, WhatIsThereIsNotMadeAgain) {
  std::vector<ObjectRange> ranges = {{"parts/head", 0, 40'000}, {"parts/shared", 0, 25'000'000}};
  must(compose(ranges));
  requests_ = 0;
  must(compose(ranges));
  EXPECT_EQ(requests_, 0);
  must(compose(ranges, "two"));
  EXPECT_GT(requests_, 0);
  expect_composed(ranges);
}

TEST_F(S3Composition, TheObjectSaysWhatItIs) {
  for (uint64_t length : {uint64_t{700}, uint64_t{20'000'000}}) {
    must(compose({{"parts/shared", 0, length}}, "sample fingerprint with spaces"));
    auto answer = must(fetch(must(store_->presigned_get("media/a.mp4", std::chrono::seconds(60)))));
    EXPECT_EQ(answer.header("content-type"), "video/mp4");
    EXPECT_EQ(answer.body.size(), length);
  }
}

TEST_F(S3Composition, NothingIsMadeOfPartsThatAreNotThere) {
  auto missing = store_->compose("media/a.mp4", std::vector<ObjectRange>{{"parts/none", 0, 9'000'000}}, "one",
                                 "video/mp4", [](const ObjectRange&) { return Result<std::vector<uint8_t>>(); }, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(must(store_->size_of("media/a.mp4")), std::nullopt);
  EXPECT_TRUE(must(bucket_client(prefix_)->uploads("", {})).empty());
  EXPECT_TRUE(notes_->names().empty());
}

TEST_F(S3Composition, AReaderThatGivesTooLittleIsFound) {
  auto short_read = [](const ObjectRange&) { return Result<std::vector<uint8_t>>(std::vector<uint8_t>(3)); };
  auto composed = store_->compose("media/a.mp4", std::vector<ObjectRange>{{"parts/head", 0, 1000}}, "one", "video/mp4",
                                  short_read, {});
  ASSERT_FALSE(composed);
  EXPECT_EQ(composed.error().kind(), ErrorKind::Corrupt);
}

}  // namespace
}  // namespace candid::upload::test
