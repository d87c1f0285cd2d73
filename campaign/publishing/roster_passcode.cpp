#include "campaign/publishing/roster_passcode.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/random.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr std::string_view kMadeOf = "abcdefghjkmnpqrstuvwxyz23456789";  // without i, l, o, 0, 1
constexpr size_t kMadeLength = 8;
// As hash_passcode() has it; there it costs a tenth of a second to ask.
constexpr ptrdiff_t kShortest = 4;
constexpr ptrdiff_t kLongest = 64;

}  // namespace

Result<void> check_roster_passcode(std::string_view cell) {
  if (!is_valid_utf8(cell)) return fail(ErrorKind::InvalidInput, "the passcode is not UTF-8 text");
  std::string passcode = normalize(trim(cell));
  if (passcode.empty()) return {};
  auto length = std::count_if(passcode.begin(), passcode.end(),
                              [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; });
  if (length < kShortest || length > kLongest) {
    return fail(ErrorKind::InvalidInput, "a passcode has 4 to 64 characters", "white space around it does not count");
  }
  constexpr std::string_view kGuarded = "=+-@'\t\r";
  if (kGuarded.find(passcode.front()) == std::string_view::npos) return {};
  return fail(ErrorKind::InvalidInput, "a passcode cannot begin with = + - @ ' or a tab",
              "spreadsheets and mail merges would tell the candidate another one");
}

Result<std::string> passcode_of(const Candidate& candidate) {
  auto cell = candidate.fields.find(kPasscodeColumn);
  if (cell == candidate.fields.end()) return std::string();
  if (auto checked = check_roster_passcode(cell->second); !checked)
    return tl::unexpected(checked.error().wrapped(fmt::format("column {}", kPasscodeColumn)));
  return trim(cell->second);
}

std::string make_passcode() {
  constexpr size_t kFairBytes = 256 / kMadeOf.size() * kMadeOf.size();
  std::string passcode;
  while (passcode.size() < kMadeLength) {
    uint8_t byte = random_bytes(1)[0];
    if (byte < kFairBytes) passcode += kMadeOf[byte % kMadeOf.size()];
  }
  return passcode;
}

}  // namespace candid::campaign
