#include "track/api/piece_headers.h"

#include <gtest/gtest.h>

#include "core/encoding.h"
#include "tests/support/results.h"

namespace candid::track {
namespace {

using candid::test::must;

TEST(ContentRange, NamesAPieceOfAWhole) {
  PieceRange range = must(parse_content_range("bytes 0-99/1000"));
  EXPECT_EQ(range.piece, (ByteRange{0, 100}));
  EXPECT_EQ(range.size, 1000u);
  EXPECT_EQ(must(parse_content_range("bytes 999-999/1000")).piece, (ByteRange{999, 1}));
}

TEST(ContentRange, AsksHowFarAnUploadIs) {
  PieceRange range = must(parse_content_range("bytes */1000"));
  EXPECT_FALSE(range.piece);
  EXPECT_EQ(range.size, 1000u);
  EXPECT_EQ(must(parse_content_range("bytes */0")).size, 0u);
}

TEST(ContentRange, RefusesWhatIsNotExactlyRight) {
  for (const char* header : {"",
                             "bytes",
                             "bytes ",
                             "bytes */",
                             "bytes */*",
                             "bytes 0-9",
                             "bytes 0-9/",
                             "bytes 0-9/*",
                             "bytes 0-9/5",
                             "bytes 5-4/10",
                             "bytes 0-10/10",
                             "bytes -5/10",
                             "bytes 0-/10",
                             "bytes +0-9/10",
                             "bytes 0x0-9/10",
                             "bytes 0-9/10 ",
                             "bytes  0-9/10",
                             " bytes 0-9/10",
                             "bytes=0-9/10",
                             "BYTES 0-9/10",
                             "bytes 0-9/10/10",
                             "bytes 0-9-9/10",
                             "bytes 0-9/18446744073709551616",
                             "bytes 18446744073709551616-18446744073709551617/10",
                             "bytes 0-9/99999999999999",
                             "bytes 0--9/10",
                             "bytes 0-9,10-19/20"}) {
    auto range = parse_content_range(header);
    ASSERT_FALSE(range) << header;
    EXPECT_EQ(range.error().kind(), ErrorKind::InvalidInput) << header;
  }
}

TEST(DigestField, IsReadAsItIsWritten) {
  Sha256 digest = sha256("hello");
  EXPECT_EQ(digest_field(digest), "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:");
  EXPECT_EQ(must(parse_digest_field("Repr-Digest", digest_field(digest))), digest);
}

TEST(DigestField, StandsAmongOthers) {
  std::string field = digest_field(sha256("hello"));
  EXPECT_EQ(must(parse_digest_field("Repr-Digest", "sha-512=:AAAA:, " + field)), sha256("hello"));
  EXPECT_EQ(must(parse_digest_field("Repr-Digest", field + ",\tunixsum=:AA==:")), sha256("hello"));
}

TEST(DigestField, RefusesWhatIsNotExactlyRight) {
  std::string good = digest_field(sha256("hello"));
  for (const std::string& header :
       {std::string(), std::string("sha-256"), std::string("sha-256="), std::string("sha-256=::"),
        std::string("sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:;a=1"),
        std::string("sha-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        std::string("sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ:"),
        std::string("sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCR=:"),  // bits behind the last byte
        std::string("sha-256=:LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:"),  // the URL's alphabet
        std::string("sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOL mCQ=:"), std::string("SHA-256") + good.substr(7),
        std::string("sha-512=:AAAA:"), good + ", " + good, good + ",", "," + good, good + " x", "id-" + good.substr(4),
        std::string(5000, ',')}) {
    auto digest = parse_digest_field("Repr-Digest", header);
    ASSERT_FALSE(digest) << header;
    EXPECT_EQ(digest.error().kind(), ErrorKind::InvalidInput) << header;
  }
}

}  // namespace
}  // namespace candid::track
