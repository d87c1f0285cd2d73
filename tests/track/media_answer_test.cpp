// Conditions and ranges of a stored file, as RFC 9110 has them.

#include "track/web/media_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/track/fixtures.h"
#include "track/web/http_date.h"

namespace candid::track {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kChanged = "Sun, 22 Nov 2026 12:00:00 GMT";
constexpr const char* kBefore = "Sun, 22 Nov 2026 11:59:59 GMT";
constexpr const char* kAfter = "Sun, 22 Nov 2026 12:00:01 GMT";

MediaFile sample_file() {
  MediaFile file;
  file.content_type = "video/mp4";
  file.etag = "v1";
  file.size = 1000;
  file.extents = {{"one", 50, 400}, {"two", 0, 600}};
  return file;
}

using Headers = HeaderFields;

HttpResponse ask(const Headers& headers, Method method = Method::Get, UtcTime changed = test::kNoon) {
  HttpRequest request;
  request.method = method;
  request.headers = headers;
  const MediaFile file = sample_file();
  return media_answer(request, file, validators_of(file, changed, test::kNoon + seconds(60)));
}

std::string header(const HttpResponse& response, std::string_view name) {
  for (const auto& [given, value] : response.headers) {
    if (given == name) return value;
  }
  return "";
}

const MediaBody& body(const HttpResponse& response) {
  return std::get<MediaBody>(response.body);
}

TEST(MediaAnswer, NamesTheStateOfTheFile) {
  auto whole = ask({});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(header(whole, "ETag"), "\"v1\"");
  EXPECT_EQ(header(whole, "Last-Modified"), kChanged);
  EXPECT_EQ(header(whole, "Accept-Ranges"), "bytes");
  EXPECT_EQ(body(whole).length, 1000u);
}

TEST(MediaAnswer, GivesNoDateWhileItWouldNotTellTwoStatesApart) {
  const UtcTime now = test::kNoon + seconds(60);
  EXPECT_EQ(header(ask({}, Method::Get, now), "Last-Modified"), "") << "another change may come";
  EXPECT_EQ(header(ask({}, Method::Get, now + seconds(5)), "Last-Modified"), "") << "nor one of the future";
  EXPECT_NE(header(ask({}, Method::Get, now - seconds(1)), "Last-Modified"), "");
}

struct ConditionCase {
  const char* claim;
  Headers headers;
  int status;
};

class MediaConditions : public testing::TestWithParam<ConditionCase> {};

TEST_P(MediaConditions, AreAnsweredAsRfc9110Says) {
  auto got = ask(GetParam().headers);
  EXPECT_EQ(got.status, GetParam().status);
  if (got.status == 304) {
    EXPECT_EQ(header(got, "ETag"), "\"v1\"");
    EXPECT_EQ(header(got, "Content-Type"), "");
  }
  // Ranges are looked at last.
  Headers with_range = GetParam().headers;
  with_range["range"] = "bytes=0-9";
  EXPECT_EQ(ask(with_range).status, GetParam().status == 200 ? 206 : GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, MediaConditions,
    testing::Values(
        ConditionCase{"NoneMatchSame", {{"if-none-match", "\"v1\""}}, 304},
        ConditionCase{"NoneMatchWeak", {{"if-none-match", "W/\"v1\""}}, 304},
        ConditionCase{"NoneMatchOther", {{"if-none-match", "\"v2\""}}, 200},
        ConditionCase{"NoneMatchInAList", {{"if-none-match", "\"a\", W/\"b\",\"v1\""}}, 304},
        ConditionCase{"NoneMatchInsideOfAnotherTag", {{"if-none-match", "\"x\"v1\"y\""}}, 200},
        ConditionCase{"NoneMatchWithACommaInside", {{"if-none-match", "\"a,b\", \"v1\""}}, 304},
        ConditionCase{"NoneMatchAny", {{"if-none-match", "*"}}, 304},
        ConditionCase{"NoneMatchUnquoted", {{"if-none-match", "v1"}}, 200},
        ConditionCase{"NoneMatchComesBeforeTheDate", {{"if-none-match", "\"v2\""}, {"if-modified-since", kAfter}}, 200},
        ConditionCase{
            "NoneMatchCountsThoughTheDateDiffers", {{"if-none-match", "\"v1\""}, {"if-modified-since", kBefore}}, 304},
        ConditionCase{"ModifiedSinceSame", {{"if-modified-since", kChanged}}, 304},
        ConditionCase{"ModifiedSinceLater", {{"if-modified-since", kAfter}}, 304},
        ConditionCase{"ModifiedSinceEarlier", {{"if-modified-since", kBefore}}, 200},
        ConditionCase{"ModifiedSinceNoDate", {{"if-modified-since", "yesterday"}}, 200},
        ConditionCase{"MatchSame", {{"if-match", "\"v1\""}}, 200}, ConditionCase{"MatchAny", {{"if-match", "*"}}, 200},
        ConditionCase{"MatchInAList", {{"if-match", "\"v0\", \"v1\""}}, 200},
        ConditionCase{"MatchOther", {{"if-match", "\"v2\""}}, 412},
        ConditionCase{"MatchWeakIsNone", {{"if-match", "W/\"v1\""}}, 412},
        ConditionCase{"UnmodifiedSinceSame", {{"if-unmodified-since", kChanged}}, 200},
        ConditionCase{"UnmodifiedSinceLater", {{"if-unmodified-since", kAfter}}, 200},
        ConditionCase{"UnmodifiedSinceEarlier", {{"if-unmodified-since", kBefore}}, 412},
        ConditionCase{"UnmodifiedSinceNoDate", {{"if-unmodified-since", "yesterday"}}, 200},
        ConditionCase{"MatchComesBeforeTheDate", {{"if-match", "\"v1\""}, {"if-unmodified-since", kBefore}}, 200},
        ConditionCase{"MatchThenNoneMatch", {{"if-match", "\"v1\""}, {"if-none-match", "\"v1\""}}, 304}),
    [](const auto& test) { return std::string(test.param.claim); });

TEST(MediaAnswer, IfRangeTakesTheStrongTagOrTheVeryDate) {
  auto status = [](const char* if_range) { return ask({{"range", "bytes=0-9"}, {"if-range", if_range}}).status; };
  EXPECT_EQ(status("\"v1\""), 206);
  EXPECT_EQ(status("\"v2\""), 200);
  EXPECT_EQ(status("W/\"v1\""), 200);
  EXPECT_EQ(status(kChanged), 206);
  EXPECT_EQ(status(kBefore), 200);
  EXPECT_EQ(status(kAfter), 200) << "a date is compared, not weighed (13.1.5)";
  EXPECT_EQ(status("yesterday"), 200);
  const UtcTime just_now = test::kNoon + seconds(60);
  EXPECT_EQ(
      ask({{"range", "bytes=0-9"}, {"if-range", http_date(just_now)}}, Method::Get, just_now - milliseconds(1)).status,
      200)
      << "a date that was never given out";
}

TEST(MediaAnswer, HeadKnowsNoRanges) {
  auto head = ask({{"range", "bytes=0-9"}}, Method::Head);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(header(head, "Content-Range"), "");
  EXPECT_EQ(body(head).length, 1000u);
  EXPECT_EQ(ask({{"if-none-match", "\"v1\""}}, Method::Head).status, 304);
}

TEST(MediaAnswer, OneRangeIsNoMultipart) {
  auto part = ask({{"range", "bytes=395-404"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(header(part, "Content-Type"), "video/mp4");
  EXPECT_EQ(header(part, "Content-Range"), "bytes 395-404/1000");
  EXPECT_EQ(body(part).extents, (std::vector<Extent>{{"one", 445, 5}, {"two", 0, 5}}));
  EXPECT_EQ(header(ask({{"range", "bytes=0-9,5-14"}}), "Content-Range"), "bytes 0-14/1000") << "two that are one";
}

TEST(MediaAnswer, SeveralRangesArePartsWithHeadsOfTheirOwn) {
  auto several = ask({{"range", "bytes=500-509,0-9"}});
  EXPECT_EQ(several.status, 206);
  EXPECT_EQ(header(several, "Content-Range"), "") << "15.3.7.2 forbids it";
  const std::string type = header(several, "Content-Type");
  ASSERT_THAT(type, testing::StartsWith("multipart/byteranges; boundary="));
  const std::string boundary = type.substr(type.find('=') + 1);
  const auto& parts = body(several).parts;
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].head,
            "--" + boundary + "\r\nContent-Type: video/mp4\r\nContent-Range: bytes 500-509/1000\r\n\r\n");
  EXPECT_EQ(parts[0].extents, (std::vector<Extent>{{"two", 100, 10}}));
  EXPECT_EQ(parts[1].head,
            "\r\n--" + boundary + "\r\nContent-Type: video/mp4\r\nContent-Range: bytes 0-9/1000\r\n\r\n");
  EXPECT_EQ(parts[2].head, "\r\n--" + boundary + "--\r\n");
  EXPECT_EQ(body(several).length, parts[0].head.size() + parts[1].head.size() + parts[2].head.size() + 20);
  EXPECT_NE(header(ask({{"range", "bytes=500-509,0-9"}}), "Content-Type"), type) << "a boundary can be foreseen";
}

TEST(MediaAnswer, WhatLiesBehindTheEndIsToldTheLength) {
  auto beyond = ask({{"range", "bytes=1000-,-0"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(header(beyond, "Content-Range"), "bytes */1000");
}

}  // namespace
}  // namespace candid::track
