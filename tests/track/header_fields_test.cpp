#include "track/web/header_fields.h"

#include <gtest/gtest.h>

namespace candid::track {
namespace {

TEST(HeaderFields, FindsWhatIsThereAndNothingElse) {
  HeaderFields fields{{"host", "talk.example.com"}, {"range", "bytes=0-1"}};
  ASSERT_NE(fields.find("range"), nullptr);
  EXPECT_EQ(*fields.find("range"), "bytes=0-1");
  EXPECT_EQ(fields.find("rang"), nullptr);
  EXPECT_EQ(fields.find(""), nullptr);
}

TEST(HeaderFields, AFieldIsMadeOnceAndChangedAfter) {
  HeaderFields fields;
  fields["origin"] = "https://a.example";
  fields["origin"] = "https://b.example";
  EXPECT_EQ(*fields.find("origin"), "https://b.example");
  fields.erase("origin");
  EXPECT_EQ(fields.find("origin"), nullptr) << "there were two";
}

TEST(HeaderFields, KeepsManyFields) {
  HeaderFields fields;
  for (int i = 0; i < 200; ++i) fields.add("x-" + std::to_string(i), std::to_string(i));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(*fields.find("x-" + std::to_string(i)), std::to_string(i));
}

}  // namespace
}  // namespace candid::track
