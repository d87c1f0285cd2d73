#include "core/encoding.h"

#include "tests/core/bytes.h"

namespace candid {
namespace {

std::string text_of(const std::optional<std::vector<uint8_t>>& bytes) {
  return bytes ? std::string(bytes->begin(), bytes->end()) : "(refused)";
}

// RFC 4648 §10.
constexpr std::pair<std::string_view, std::string_view> kBase64Vectors[] = {{"", ""},
                                                                            {"f", "Zg=="},
                                                                            {"fo", "Zm8="},
                                                                            {"foo", "Zm9v"},
                                                                            {"foob", "Zm9vYg=="},
                                                                            {"fooba", "Zm9vYmE="},
                                                                            {"foobar", "Zm9vYmFy"}};

TEST(Encoding, Base64FollowsTheRfc) {
  for (auto [plain, coded] : kBase64Vectors) EXPECT_EQ(to_base64(bytes_of(plain)), coded);
  EXPECT_EQ(to_base64(bytes_of("\xFB\xFF\xBF")), "+/+/");
}

TEST(Encoding, Base64UrlHasNoPaddingAndItsOwnAlphabet) {
  for (auto [plain, coded] : kBase64Vectors) {
    std::string_view bare = coded.substr(0, coded.find('='));
    EXPECT_EQ(to_base64url(bytes_of(plain)), bare);
    EXPECT_EQ(text_of(from_base64url(bare)), plain);
  }
  EXPECT_EQ(to_base64url(bytes_of("\xFB\xFF\xBF")), "-_-_");
}

TEST(Encoding, Base64UrlRefusesWhatItWouldNotWrite) {
  // Wrong length, padding, another alphabet, white space, left-over bits.
  for (std::string_view bad : {"Z", "Zg==", "Zm9vY", "+/+/", "Zm9v\n", " Zg", "Zh", "Zm9", "Zé"}) {
    EXPECT_FALSE(from_base64url(bad)) << bad;
  }
}

TEST(Encoding, HexRoundTrips) {
  EXPECT_EQ(to_hex(bytes_of(std::string_view("\0\x0F\xA5\xFF", 4))), "000fa5ff");
  EXPECT_EQ(text_of(from_hex("666F6f62")), "foob");
  EXPECT_EQ(text_of(from_hex("")), "");
  for (std::string_view bad : {"0", "0g", "0x", " 00", "00 ", "é"}) EXPECT_FALSE(from_hex(bad)) << bad;
}

TEST(Encoding, HtmlIsSafeAsTextAndInAttributes) {
  EXPECT_EQ(escape_html("<a href='x' title=\"y\">&amp;</a>"),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(escape_html("José 👩‍💻"), "José 👩‍💻");
}

TEST(Encoding, PercentLeavesOnlyUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/c?d=e&f+g%#é\n"), "a%20b%2Fc%3Fd%3De%26f%2Bg%25%23%C3%A9%0A");
}

}  // namespace
}  // namespace candid
