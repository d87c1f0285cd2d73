#include "media/caption_text.h"

#include <algorithm>
#include <span>

namespace candid::media {
namespace {

using Range = std::pair<char32_t, char32_t>;

// Marks that sit on another letter, and characters that nobody sees (Unicode 15, Mn and Cf of the scripts in common
// use).
constexpr Range kUnseen[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},  {0x0591, 0x05BD}, {0x05BF, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06ED},  {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D},
    {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},  {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x202A, 0x202E},   {0x2060, 0x2069},  {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
    {0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF}};
// Unicode Standard Annex #11, wide and fullwidth.
constexpr Range kWide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF},   {0x3400, 0x4DBF},
                           {0x4E00, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},
                           {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
// Scripts that write no spaces, with their punctuation. Hangul is wide but has spaces.
constexpr Range kUnspaced[] = {{0x2E80, 0x30FF}, {0x31F0, 0x31FF}, {0x3400, 0x4DBF},  {0x4E00, 0x9FFF},
                               {0xF900, 0xFAFF}, {0xFF00, 0xFF60}, {0x20000, 0x3FFFD}};
// What may not begin a line, and what may not end one (JIS X 4051, shortened).
constexpr std::u32string_view kNeverFirst =
    U"、。，．・：；？！）」』】〉》〕］｝ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々…!?.,:;)]}”’";
constexpr std::u32string_view kNeverLast = U"（「『【〈《〔［｛([{“‘";

bool is_in(std::span<const Range> ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range range) { return c >= range.first && c <= range.second; });
}

}  // namespace

std::pair<char32_t, size_t> first_character(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  char32_t lead = byte(0);
  size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 1 || length > text.size()) return {lead, 1};
  char32_t c = lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) c = (c << 6) | (byte(i) & 0x3FU);
  return {c, length};
}

size_t field_length(std::string_view text) {
  if (!text.starts_with("{{")) return 0;
  size_t end = text.find("}}");
  return end == std::string_view::npos || text.substr(0, end).find('\n') != std::string_view::npos ? 0 : end + 2;
}

size_t characters_of(char32_t c) {
  return c == '\n' || is_in(kUnseen, c) ? 0 : is_in(kWide, c) ? 2 : 1;
}

bool may_break_between(char32_t before, char32_t after) {
  return (is_in(kUnspaced, before) || is_in(kUnspaced, after)) &&
         kNeverLast.find(before) == std::u32string_view::npos && kNeverFirst.find(after) == std::u32string_view::npos &&
         !is_in(kUnseen, after);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

}  // namespace candid::media
