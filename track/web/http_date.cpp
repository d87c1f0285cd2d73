#include "track/web/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

namespace candid::track {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> number(std::string_view text) {
  int value = 0;
  auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::optional<unsigned> month_named(std::string_view name) {
  auto found = std::find(kMonths.begin(), kMonths.end(), name);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

// "08:49:37"; a leap second is the one before it.
std::optional<seconds> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  auto h = number(text.substr(0, 2));
  auto m = number(text.substr(3, 2));
  auto s = number(text.substr(6, 2));
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return hours(*h) + minutes(*m) + seconds(std::min(*s, 59));
}

std::optional<sys_seconds> moment(std::optional<int> day_number, std::optional<unsigned> month_number,
                                  std::optional<int> year_number, std::string_view time) {
  auto of_day = time_of_day(time);
  if (!day_number || !month_number || !year_number || !of_day) return std::nullopt;
  const year_month_day date{year(*year_number), month(*month_number), day(static_cast<unsigned>(*day_number))};
  if (!date.ok()) return std::nullopt;
  return sys_seconds(sys_days(date)) + *of_day;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty() && words.size() < 7) {
    size_t end = text.find(' ');
    if (end != 0) words.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return words;
}

template <typename Names>
bool is_day(std::string_view word, const Names& names) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<sys_seconds> parse_rfc850(const std::vector<std::string_view>& words, UtcTime now) {
  std::string_view date = words[1];
  if (date.size() != 9 || date[2] != '-' || date[6] != '-') return std::nullopt;
  auto short_year = number(date.substr(7));
  if (!short_year) return std::nullopt;
  const int this_year = int(year_month_day(floor<days>(now)).year());
  int full_year = this_year / 100 * 100 + *short_year;
  if (full_year > this_year + 50) full_year -= 100;
  return moment(number(date.substr(0, 2)), month_named(date.substr(3, 3)), full_year, words[2]);
}

}  // namespace

std::string http_date(UtcTime time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday(day).c_encoding()], unsigned(date.day()),
                     kMonths[unsigned(date.month()) - 1], int(date.year()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::optional<sys_seconds> parse_http_date(std::string_view text, UtcTime now) {
  constexpr size_t kLongest = 40;
  if (text.size() > kLongest) return std::nullopt;
  const auto words = words_of(text);
  if (words.size() == 6 && words[0].ends_with(',') && words[5] == "GMT") {
    if (!is_day(words[0].substr(0, words[0].size() - 1), kDays) || words[1].size() != 2 || words[3].size() != 4) {
      return std::nullopt;
    }
    return moment(number(words[1]), month_named(words[2]), number(words[3]), words[4]);
  }
  if (words.size() == 4 && words[0].ends_with(',') && words[3] == "GMT") {
    return is_day(words[0].substr(0, words[0].size() - 1), kLongDays) ? parse_rfc850(words, now) : std::nullopt;
  }
  // "Sun Nov  6 08:49:37 1994"
  if (words.size() == 5 && is_day(words[0], kDays) && words[4].size() == 4) {
    return moment(number(words[2]), month_named(words[1]), number(words[4]), words[3]);
  }
  return std::nullopt;
}

}  // namespace candid::track
