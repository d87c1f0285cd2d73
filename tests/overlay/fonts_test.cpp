#include "overlay/fonts.h"

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::overlay {
namespace {

using candid::test::must;

TEST(Fonts, KnowsAnInstalledFamilyInAnyCase) {
  EXPECT_TRUE(require_family("Noto Sans"));
  EXPECT_TRUE(require_family("noto sans"));
}

TEST(Fonts, NamesANearFamilyForASlip) {
  auto result = require_family("Noto Snas");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().hint(), testing::HasSubstr("Noto Sans"));
}

TEST(Fonts, ReadsTheFamilyOfAFile) {
  EXPECT_EQ(must(add_font_file("/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf")), "Noto Serif");
}

TEST(Fonts, RefusesAFileThatIsNoFont) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "brand.ttf", std::string_view("not a font at all")));
  auto result = add_font_file(folder.path() / "brand.ttf");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::InvalidInput);
  EXPECT_FALSE(add_font_file(folder.path() / "missing.ttf"));
}

TEST(Fonts, EachFamilyHasAnIdentityOfItsOwn) {
  EXPECT_EQ(font_identity("Noto Sans", "en"), font_identity("Noto Sans", "en"));
  EXPECT_NE(font_identity("Noto Sans", "en"), font_identity("Noto Serif", "en"));
  EXPECT_THAT(font_identity("Noto Sans", "en"), testing::HasSubstr("pango "));
}

TEST(Fonts, EveryFallbackIsInstalledHere) {
  EXPECT_TRUE(missing_fallback_families().empty());
}

}  // namespace
}  // namespace candid::overlay
