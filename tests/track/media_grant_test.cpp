#include "track/pages/media_grant.h"

#include <gtest/gtest.h>

#include "tests/track/fixtures.h"

namespace candid::track {
namespace {

using test::kNoon;

const std::vector<uint8_t> kKey(32, 7);
const MediaGrant kGrant{42, "SessionOfTheTests-0001", kNoon + kGrantLifetime};

TEST(MediaGrant, SaysWhatWasSigned) {
  EXPECT_EQ(read_grant(kKey, sign_grant(kKey, kGrant), kNoon), kGrant);
  MediaGrant preview{INT64_MAX, "", kNoon + std::chrono::milliseconds(1)};
  EXPECT_EQ(read_grant(kKey, sign_grant(kKey, preview), kNoon), preview);
}

TEST(MediaGrant, IsSafeInAnAddress) {
  EXPECT_EQ(
      sign_grant(kKey, kGrant).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(MediaGrant, EndsAtItsTime) {
  std::string text = sign_grant(kKey, kGrant);
  EXPECT_TRUE(read_grant(kKey, text, kGrant.ends_at - std::chrono::milliseconds(1)));
  EXPECT_FALSE(read_grant(kKey, text, kGrant.ends_at));
}

TEST(MediaGrant, IsNothingWithAnyCharacterChanged) {
  const std::string text = sign_grant(kKey, kGrant);
  for (size_t at = 0; at < text.size(); ++at) {
    for (char other : {'A', 'B', 'g', '_', '.', '/', '\0', '\xff'}) {
      std::string forged = text;
      forged[at] = other;
      EXPECT_EQ(read_grant(kKey, forged, kNoon).has_value(), forged == text) << at;
    }
    EXPECT_FALSE(read_grant(kKey, text.substr(0, at), kNoon));
  }
  EXPECT_FALSE(read_grant(kKey, text + "A", kNoon));
  EXPECT_FALSE(read_grant(kKey, text + "=", kNoon));
  EXPECT_FALSE(read_grant(kKey, std::string(100'000, 'A'), kNoon));
}

TEST(MediaGrant, OfAnotherServerIsNothing) {
  EXPECT_FALSE(read_grant(std::vector<uint8_t>(32, 8), sign_grant(kKey, kGrant), kNoon));
}

}  // namespace
}  // namespace candid::track
