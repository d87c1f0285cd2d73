#include "upload/s3/s3_xml.h"

#include "tests/support/results.h"

namespace candid::upload {
namespace {

using candid::test::must;
using testing::HasSubstr;
using testing::Not;

std::vector<uint8_t> bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(S3Xml, ReadsAnError) {
  auto error =
      parse_s3_error(bytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AuthorizationHeaderMalformed"
                           "</Code><Message>…</Message><Region>eu-west-1</Region></Error>"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(error->region, "eu-west-1");
}

TEST(S3Xml, WhatIsNoErrorIsNone) {
  for (std::string_view text : {"", "<", "<html><Error/></html>", "no xml", "{\"Error\": 1}", "<ListPartsResult/>"}) {
    EXPECT_FALSE(parse_s3_error(bytes(text))) << text;
  }
  EXPECT_FALSE(parse_s3_error(std::vector<uint8_t>(5 << 20, ' '))) << "too long";
}

TEST(S3Xml, ACodeThatIsNoWordIsNotRepeated) {
  auto error = parse_s3_error(bytes("<Error><Code>\x1b[31mred</Code><Region>a b</Region></Error>"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "");
  EXPECT_EQ(error->region, "");
  EXPECT_EQ(parse_s3_error(bytes("<Error><Code>" + std::string(1000, 'a') + "</Code></Error>"))->code, "");
}

TEST(S3Xml, NoEntityIsExpanded) {
  std::string bomb =
      "<!DOCTYPE Error [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">"
      "<!ENTITY c SYSTEM \"file:///etc/passwd\">]><Error><Code>&b;&c;</Code></Error>";
  auto error = parse_s3_error(bytes(bomb));
  if (error) {
    EXPECT_THAT(error->code, Not(HasSubstr("aaaa")));
    EXPECT_THAT(error->code, Not(HasSubstr("root")));
  }
  auto created = parse_created_upload(
      bytes("<!DOCTYPE x [<!ENTITY a \"expanded\">]><InitiateMultipartUploadResult><UploadId>1&a;2</UploadId>"
            "</InitiateMultipartUploadResult>"));
  EXPECT_THAT(created.value_or(""), Not(HasSubstr("expanded")));
}

TEST(S3Xml, DeepNestingIsNoDanger) {
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += "<a>";
  EXPECT_FALSE(parse_s3_error(bytes(deep)));
}

TEST(S3Xml, ReadsAPageOfParts) {
  auto page = must(parse_part_page(
      bytes("<ListPartsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>true</IsTruncated>"
            "<NextPartNumberMarker>2</NextPartNumberMarker>"
            "<Part><PartNumber>1</PartNumber><ETag>&quot;ab&quot;</ETag><Size>8388608</Size></Part>"
            "<Part><PartNumber>2</PartNumber><ETag>\"cd\"</ETag><Size>5</Size></Part></ListPartsResult>")));
  ASSERT_EQ(page.parts.size(), 2U);
  EXPECT_EQ(page.parts[0].number, 1);
  EXPECT_EQ(page.parts[0].etag, "ab");
  EXPECT_EQ(page.parts[0].size, 8388608U);
  EXPECT_EQ(page.parts[1].etag, "cd");
  EXPECT_EQ(page.next, 2);
}

TEST(S3Xml, PartsThatCannotBeAreRefused) {
  for (std::string_view part :
       {"<PartNumber>0</PartNumber><ETag>a</ETag><Size>1</Size>",
        "<PartNumber>10001</PartNumber><ETag>a</ETag><Size>1</Size>",
        "<PartNumber>-1</PartNumber><ETag>a</ETag><Size>1</Size>", "<PartNumber>1</PartNumber><Size>1</Size>",
        "<PartNumber>1</PartNumber><ETag>a</ETag><Size>99999999999999999999</Size>",
        "<PartNumber>1</PartNumber><ETag>a\nb</ETag><Size>1</Size>", "<PartNumber>1</PartNumber><ETag>a</ETag>"}) {
    auto page = parse_part_page(bytes("<ListPartsResult><Part>" + std::string(part) + "</Part></ListPartsResult>"));
    ASSERT_FALSE(page) << part;
    EXPECT_EQ(page.error().kind(), ErrorKind::Network);
  }
}

TEST(S3Xml, ReadsAPageOfUploads) {
  auto page = must(parse_upload_page(
      bytes("<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker>"
            "<NextUploadIdMarker>2</NextUploadIdMarker><Upload><Key>a &amp; b</Key><UploadId>x/y</UploadId>"
            "<Initiated>2026-11-26T01:02:03.000Z</Initiated></Upload></ListMultipartUploadsResult>")));
  ASSERT_EQ(page.uploads.size(), 1U);
  EXPECT_EQ(page.uploads[0].key, "a & b");
  EXPECT_EQ(page.uploads[0].id, "x/y");
  EXPECT_FALSE(page.is_last);
  EXPECT_EQ(page.next_key, "b");
  EXPECT_EQ(page.next_id, "2");
}

TEST(S3Xml, AnUploadHasAnId) {
  EXPECT_EQ(must(parse_created_upload(bytes("<InitiateMultipartUploadResult><UploadId>abc</UploadId>"
                                            "</InitiateMultipartUploadResult>"))),
            "abc");
  for (std::string_view text :
       {"", "<Error/>", "<InitiateMultipartUploadResult/>",
        "<InitiateMultipartUploadResult><UploadId>a&#1;b</UploadId></InitiateMultipartUploadResult>"}) {
    EXPECT_FALSE(parse_created_upload(bytes(text))) << text;
  }
}

TEST(S3Xml, ACopiedPartHasAnETag) {
  EXPECT_EQ(must(parse_copied_part(bytes("\n<CopyPartResult><ETag>\"abc\"</ETag></CopyPartResult>"))), "abc");
  EXPECT_FALSE(parse_copied_part(bytes("<CopyPartResult/>")));
  EXPECT_FALSE(parse_copied_part(bytes("<Error><ETag>a</ETag></Error>")));
}

TEST(S3Xml, AnUploadIsFinishedByItsResultAlone) {
  EXPECT_EQ(must(parse_completed_upload(
                bytes("<CompleteMultipartUploadResult><ETag>&quot;a-2&quot;</ETag></CompleteMultipartUploadResult>"))),
            "a-2");
  EXPECT_EQ(must(parse_completed_upload(
                bytes("  \n<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>"))),
            "");
  for (std::string_view text : {"", "  ", "<Error/>", "<CopyPartResult/>", "<CompleteMultipartUploadResult>"}) {
    EXPECT_FALSE(parse_completed_upload(bytes(text))) << text;
  }
}

TEST(S3Xml, WhatIsFinishedIsListedAndEscaped) {
  std::vector<S3Part> parts = {{1, "a<b&c", 1}, {2, "d", 1}};
  EXPECT_THAT(complete_upload_body(parts),
              HasSubstr("<Part><PartNumber>1</PartNumber><ETag>&quot;a&lt;b&amp;c&quot;</ETag></Part><Part>"
                        "<PartNumber>2</PartNumber>"));
}

TEST(S3Xml, AnETagIsPrintableAndBare) {
  EXPECT_EQ(plain_etag("\"abc\""), "abc");
  EXPECT_EQ(plain_etag(" abc "), "abc");
  for (std::string_view text : {"", "\"\"", "a b", "a\"b", "a\x7f"}) EXPECT_FALSE(plain_etag(text)) << text;
  EXPECT_FALSE(plain_etag(std::string(257, 'a')));
}

}  // namespace
}  // namespace candid::upload
