#include "encode/recipe.h"

#include "tests/support/results.h"

namespace candid::encode {
namespace {

using candid::test::must;
using testing::ElementsAre;

const std::string kHead(64, 'a');
const std::string kShared(64, 'b');
const std::string kPoster(64, 'c');
const std::string kCaptions(64, 'd');

Recipe sample() {
  Recipe recipe;
  recipe.message_id = "m_1-2";
  recipe.file = "ada-lovelace.mp4";
  recipe.key = "key";
  recipe.duration = Microseconds(12'345'678);
  recipe.size = 100 + 5'000'000'000 + 7;
  recipe.ranges = {{kHead, 0, 100}, {kShared, 17, 5'000'000'000}, {kHead, 100, 7}};
  recipe.poster = kPoster;
  recipe.captions = kCaptions;
  return recipe;
}

// The sample's JSON with one piece of text changed.
std::string altered(std::string_view what, std::string_view by) {
  std::string json = to_json(sample());
  size_t at = json.find(what);
  EXPECT_NE(at, std::string::npos) << what << " in " << json;
  return at == std::string::npos ? json : json.replace(at, what.size(), by);
}

void expect_corrupt(std::string_view json) {
  auto recipe = parse_recipe(json);
  ASSERT_FALSE(recipe) << json;
  EXPECT_EQ(recipe.error().kind(), ErrorKind::Corrupt);
  EXPECT_FALSE(recipe.error().hint().empty());
}

TEST(Recipe, RoundTrips) {
  Recipe again = must(parse_recipe(to_json(sample())));
  EXPECT_EQ(again.message_id, "m_1-2");
  EXPECT_EQ(again.file, "ada-lovelace.mp4");
  EXPECT_EQ(again.key, "key");
  EXPECT_EQ(again.duration, Microseconds(12'345'678));
  EXPECT_EQ(again.size, sample().size);
  ASSERT_EQ(again.ranges.size(), 3U);
  EXPECT_EQ(again.ranges[1].part, kShared);
  EXPECT_EQ(again.ranges[1].offset, 17U);
  EXPECT_EQ(again.ranges[1].length, 5'000'000'000U);
  EXPECT_EQ(again.ranges[2].part, kHead);
  EXPECT_EQ(again.poster, kPoster);
  EXPECT_EQ(again.captions, kCaptions);
  EXPECT_EQ(to_json(again), to_json(sample()));
}

TEST(Recipe, NeedsNoFileAndNoCaptions) {
  Recipe recipe = sample();
  recipe.file.clear();
  recipe.captions.clear();
  Recipe again = must(parse_recipe(to_json(recipe)));
  EXPECT_EQ(again.file, "");
  EXPECT_EQ(again.captions, "");
}

TEST(Recipe, KeepsNamesOfEveryScript) {
  Recipe recipe = sample();
  recipe.file = "josé-\"漢字\"-عربى.mp4";
  EXPECT_EQ(must(parse_recipe(to_json(recipe))).file, recipe.file);
}

TEST(Recipe, ListsEachPartOnce) {
  EXPECT_THAT(sample().parts(), ElementsAre(kHead, kShared, kPoster, kCaptions));
}

TEST(Recipe, SizesThatDoNotAddUpAreCorrupt) {
  Recipe recipe = sample();
  recipe.size += 1;
  expect_corrupt(to_json(recipe));
  recipe = sample();
  recipe.ranges.pop_back();
  expect_corrupt(to_json(recipe));
  recipe.ranges.clear();
  recipe.size = 0;
  expect_corrupt(to_json(recipe));
}

TEST(Recipe, SizesThatAddUpOnlyByOverflowAreCorrupt) {
  Recipe recipe = sample();
  recipe.ranges = {{kHead, 0, UINT64_MAX}, {kShared, 0, 101}};
  recipe.size = 100;
  expect_corrupt(to_json(recipe));
}

TEST(Recipe, NumbersBelowZeroAreCorrupt) {
  expect_corrupt(altered("[1,17,5000000000]", "[1,-17,5000000000]"));
  expect_corrupt(altered("[[0,0,100]", "[[-1,0,100]"));
  expect_corrupt(altered("\"size\":5000000107", "\"size\":-5"));
}

TEST(Recipe, NumbersThatNoRecipeHasAreCorrupt) {
  expect_corrupt(altered("\"duration_us\":12345678", "\"duration_us\":9223372036854775808"));
  for (std::string version : {"1e300", "1.5", "true", "18446744073709551617"}) {
    expect_corrupt(altered("\"version\":1", "\"version\":" + version));
  }
}

TEST(Recipe, PartsThatAreNotHashesAreCorrupt) {
  for (std::string bad :
       {std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g'), std::string("../x"), std::string()}) {
    expect_corrupt(altered("\"" + kShared + "\"", "\"" + bad + "\""));
  }
  for (std::string bad : {std::string("../poster"), std::string(), std::string(64, 'z')}) {
    Recipe recipe = sample();
    recipe.poster = bad;
    expect_corrupt(to_json(recipe));
  }
  Recipe recipe = sample();
  recipe.captions = "x";
  expect_corrupt(to_json(recipe));
}

TEST(Recipe, AHashInCapitalsNamesNoPart) {
  // Object names are lower case (upload/store.h).
  expect_corrupt(altered("\"" + kShared + "\"", "\"" + std::string(64, 'B') + "\""));
}

TEST(Recipe, ARangeOfNoPartIsCorrupt) {
  expect_corrupt(altered("[1,17,5000000000]", "[4,17,5000000000]"));
  expect_corrupt(altered("[1,17,5000000000]", "[1,17]"));
  expect_corrupt(altered("[1,17,5000000000]", "\"all\""));
}

TEST(Recipe, AFileNameThatIsAPathIsCorrupt) {
  for (std::string bad : {"../x.mp4", "/etc/passwd", "a/b.mp4", "..", "."}) {
    Recipe recipe = sample();
    recipe.file = bad;
    expect_corrupt(to_json(recipe));
  }
}

TEST(Recipe, AnotherVersionIsCorrupt) {
  expect_corrupt(altered("\"version\":1", "\"version\":2"));
  expect_corrupt(altered("\"version\":1", "\"version\":\"1\""));
  expect_corrupt(altered(",\"version\":1", ""));
}

TEST(Recipe, WhatIsNoWholeJsonIsCorrupt) {
  std::string json = to_json(sample());
  for (size_t length = 0; length + 2 < json.size(); length += 7) expect_corrupt(json.substr(0, length));
  for (std::string_view bad : {"", "null", "[]", "{}", "not json", "\xFF\xFE"}) expect_corrupt(bad);
  expect_corrupt(json + "x");
}

}  // namespace
}  // namespace candid::encode
