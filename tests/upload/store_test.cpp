#include "upload/store.h"

#include <gtest/gtest.h>

namespace candid::upload {
namespace {

TEST(PartObject, IsNamedByItsSha256Alone) {
  std::string digest(64, 'a');
  EXPECT_TRUE(is_part_object(part_object(digest)));
  for (std::string name : {"parts/ab/" + digest, "parts/aa/" + digest + "a", "recipes/aa/" + digest,
                           "parts/aa/" + std::string(64, 'g'), std::string("parts/aa/a"), std::string()}) {
    EXPECT_FALSE(is_part_object(name)) << name;
  }
}

TEST(NamesOfPublishing, AreTheOnesThatCampaignsGive) {
  for (std::string name : {part_object(std::string(64, 'a')), std::string("recipes/m-1.json"),
                           std::string("videos/m-1-0123abcd.mp4"), std::string("candid-store.json")}) {
    EXPECT_TRUE(is_name_of_publishing(name)) << name;
  }
  for (std::string_view name :
       {"", "parts/ab/abcdef", "recipes/.json", "recipes/m-1", "recipes/a/m-1.json", "recipes/m-1.json/x.json",
        "videos/a/m-1.mp4", "videos/m-1.json", "x/candid-store.json", "backup.tar"}) {
    EXPECT_FALSE(is_name_of_publishing(name)) << name;
  }
}

}  // namespace
}  // namespace candid::upload
