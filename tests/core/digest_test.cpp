#include "core/digest.h"

#include "core/encoding.h"
#include "core/files.h"
#include "tests/core/bytes.h"
#include "tests/support/results.h"

namespace candid {
namespace {

using test::must;

constexpr std::string_view kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, FollowsFips180) {
  EXPECT_EQ(to_hex(sha256(std::string_view("abc"))), kAbc);
  EXPECT_EQ(to_hex(sha256(std::string_view(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(std::string_view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  Sha256Hasher million;
  for (int i = 0; i < 1000; ++i) million.update(std::string(1000, 'a'));
  EXPECT_EQ(to_hex(million.finish()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, OfAFileIsThatOfItsBytes) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "abc", std::string_view("abc")));
  EXPECT_EQ(to_hex(must(sha256_file(folder.path() / "abc"))), kAbc);
  auto missing = sha256_file(folder.path() / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(sha256_file(folder.path()));
}

TEST(Digest, FieldsNeverRunIntoEachOther) {
  auto of = [](std::initializer_list<std::string_view> fields) {
    Sha256Hasher hasher;
    for (auto field : fields) hasher.update_field(field);
    return hasher.finish();
  };
  EXPECT_NE(of({"ab", "c"}), of({"a", "bc"}));
  EXPECT_NE(of({"ab"}), of({"ab", ""}));
  EXPECT_NE(of({"1:a"}), of({"1", "a"}));
  EXPECT_EQ(of({"ab", "c"}), of({"ab", "c"}));
}

// RFC 4231 §4.3.
TEST(Digest, HmacFollowsTheRfc) {
  EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// RFC 1321, appendix A.5.
TEST(Digest, Md5FollowsTheRfc) {
  EXPECT_EQ(to_hex(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(md5(bytes_of("abc"))), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(to_hex(md5(bytes_of("12345678901234567890123456789012345678901234567890123456789012345678901234567890"))),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Digest, OfAStretchIsThatOfItsBytes) {
  auto folder = must(TemporaryFolder::create());
  std::filesystem::path file = folder.path() / "file";
  // Longer than what is read at once.
  std::string text(3'000'001, 'x');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 / 7);
  must(write_file(file, text));
  struct Stretch {
    size_t offset;
    size_t length;
  };
  for (Stretch stretch : {Stretch{0, text.size()}, {1, 2'500'000}, {text.size() - 1, 1}, {5, 0}, {text.size(), 0}}) {
    auto digests = must(digest_stretch(file, stretch.offset, stretch.length));
    std::string_view part = std::string_view(text).substr(stretch.offset, stretch.length);
    EXPECT_EQ(digests.sha256, sha256(part)) << stretch.offset;
    EXPECT_EQ(digests.md5, md5(bytes_of(part))) << stretch.offset;
  }
}

TEST(Digest, AStretchThatTheFileDoesNotHoldIsCorrupt) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "abc", std::string_view("abc")));
  for (uint64_t offset : {0, 3, 100}) {
    auto digests = digest_stretch(folder.path() / "abc", offset, 4);
    ASSERT_FALSE(digests);
    EXPECT_EQ(digests.error().kind(), ErrorKind::Corrupt);
    EXPECT_FALSE(digests.error().retryable());
  }
  EXPECT_EQ(digest_stretch(folder.path() / "none", 0, 1).error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(digest_stretch(folder.path(), 0, 1));
}

TEST(Digest, SecretsAreCompared) {
  EXPECT_TRUE(equal_in_constant_time(bytes_of("abc"), bytes_of("abc")));
  EXPECT_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("ab")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace candid
