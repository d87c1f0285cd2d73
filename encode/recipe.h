#pragma once
// How one message's MP4 is put together: ranges of parts, the first of which is the message's own head. A part is an
// immutable byte string named by its SHA-256. File format: docs/formats.md.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"

namespace candid::encode {

struct PartRange {
  std::string part;  // SHA-256, 64 hexadecimal digits
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct Recipe {
  std::string message_id;
  std::string file;  // name of the MP4 in out/; empty in a published recipe, as it tells the candidate's name
  std::string key;   // hash of everything that the bytes depend on: an equal key needs no new rendering
  Microseconds duration{0};
  uint64_t size = 0;  // of the MP4, bytes: the sum of the ranges
  std::vector<PartRange> ranges;
  std::string poster;    // part of the poster (JPEG)
  std::string captions;  // part of the captions (WebVTT), or empty

  // Each part once, in order of first use, poster and captions too.
  std::vector<std::string> parts() const;
};

// 64 lower-case hexadecimal digits.
bool is_part_name(std::string_view name);

std::string to_json(const Recipe& recipe);
// Strict: a recipe whose sizes do not add up, or whose parts are not SHA-256 names, is Corrupt.
Result<Recipe> parse_recipe(std::string_view json);

}  // namespace candid::encode
