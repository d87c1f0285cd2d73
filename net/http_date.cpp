#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "net/retry.h"

namespace candid::net {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view kBetween = " \t,-";
  for (size_t at = 0; (at = text.find_first_not_of(kBetween, at)) != std::string_view::npos;) {
    size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<int> number(std::string_view digits) {
  int value = 0;
  auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status != std::errc() || end != digits.data() + digits.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<unsigned> month(std::string_view name) {
  auto found = std::find(kMonths.begin(), kMonths.end(), name);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

// "94" is 1994, "26" is 2026: no server that we talk to is from before 1970.
std::optional<int> year(std::string_view digits) {
  auto value = number(digits);
  if (!value || digits.size() != 2) return value;
  return *value < 70 ? *value + 2000 : *value + 1900;
}

std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  auto hours = number(text.substr(0, 2));
  auto minutes = number(text.substr(3, 2));
  auto seconds = number(text.substr(6, 2));
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 60) return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
}

}  // namespace

// Read by hand: strptime's names of days and months follow the locale.
std::optional<UtcTime> parse_http_date(std::string_view text) {
  std::vector<std::string_view> words = words_of(text);
  if (words.size() == 5) {  // asctime: "Sun Nov  6 08:49:37 1994"
    words = {words[0], words[2], words[1], words[4], words[3], "GMT"};
  }
  if (words.size() != 6 || words[5] != "GMT") return std::nullopt;
  auto day = number(words[1]);
  auto in_month = month(words[2]);
  auto in_year = year(words[3]);
  auto time = time_of_day(words[4]);
  if (!day || !in_month || !in_year || !time || *in_year > 9999) return std::nullopt;
  std::chrono::year_month_day date(std::chrono::year(*in_year), std::chrono::month(*in_month),
                                   std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return UtcTime(std::chrono::sys_days(date)) + *time;
}

}  // namespace candid::net
