#include "encode/segment_record.h"

#include "tests/encode/material.h"
#include "tests/support/results.h"

namespace candid::encode {
namespace {

using candid::test::must;

SegmentRecord sample_record() {
  Segment segment = test::encode_pictures(test::small_settings(), 0, 12);
  return {"key", std::string(64, 'a'), segment};
}

TEST(SegmentRecord, ComesBackAsItWas) {
  SegmentRecord record = sample_record();
  SegmentRecord back = must(parse_segment_record(to_json(record)));
  EXPECT_EQ(back.key, record.key);
  EXPECT_EQ(back.part, record.part);
  EXPECT_EQ(back.index.parameter_sets, record.index.parameter_sets);
  EXPECT_EQ(back.size(), record.size());
  ASSERT_EQ(back.index.frames.size(), 12U);
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(back.index.frames[i].size, record.index.frames[i].size);
    EXPECT_EQ(back.index.frames[i].presentation, record.index.frames[i].presentation);
    EXPECT_EQ(back.index.frames[i].is_key, record.index.frames[i].is_key);
  }
}

TEST(SegmentRecord, WhatIsNotWholeIsCorrupt) {
  const std::string json = to_json(sample_record());
  std::string no_name(64, 'a');
  no_name.back() = '/';
  auto changed = [&](std::string_view from, std::string_view to) {
    std::string other = json;
    size_t at = other.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return other.replace(at, from.size(), to);
  };
  for (const std::string& text :
       {std::string(), std::string("{}"), json.substr(0, json.size() / 2), changed("\"version\":1", "\"version\":9"),
        changed(sample_record().part, no_name), changed(",0,1]", ",0]"), changed(",0,1]", ",3,1]"),
        changed(",0,1]", ",-1,1]"), changed("\"pps\":\"", "\"pps\":\"zz")}) {
    auto parsed = parse_segment_record(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::Corrupt);
  }
}

}  // namespace
}  // namespace candid::encode
