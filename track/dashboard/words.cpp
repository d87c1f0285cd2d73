#include "track/dashboard/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "core/suggest.h"
#include "track/pages/beacon.h"
#include "track/pages/page_words.h"

namespace candid::track {
namespace {

struct StateWords {
  std::string_view label;
  std::string_view tone;
};

// In the order of the enum.
constexpr std::array<StateWords, 20> kStates = {{{"Sent", "none"},
                                                 {"Delivered", "none"},
                                                 {"Picture fetched", "machine"},
                                                 {"Link preview", "machine"},
                                                 {"Mail scanner", "machine"},
                                                 {"Program", "machine"},
                                                 {"Search engine", "machine"},
                                                 {"AI assistant", "machine"},
                                                 {"Monitor", "machine"},
                                                 {"Fetched in advance", "machine"},
                                                 {"Opened, not confirmed", "doubt"},
                                                 {"Opened", "person"},
                                                 {"Played", "person"},
                                                 {"Viewed", "viewed"},
                                                 {"Watched 25 %", "viewed"},
                                                 {"Watched 50 %", "viewed"},
                                                 {"Watched 75 %", "viewed"},
                                                 {"Watched 95 %", "viewed"},
                                                 {"Your own visit", "apart"},
                                                 {"Invalid reports", "apart"}}};

// In the order of kReactions; as the candidate's page shows them.
constexpr std::array<std::string_view, kReactions.size()> kSigns = {"🙏", "👍", "🎉", "❤️"};

}  // namespace

std::string_view state_in_words(ViewState state) {
  return kStates.at(static_cast<size_t>(state)).label;
}

std::string_view tone_of(ViewState state) {
  return kStates.at(static_cast<size_t>(state)).tone;
}

std::string time_in_words(UtcTime time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm broken_down{};
  if (gmtime_r(&seconds, &broken_down) == nullptr) return format_utc(time);
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{} {} {}, {:02}:{:02} UTC", broken_down.tm_mday,
                     kMonths.at(static_cast<size_t>(broken_down.tm_mon)), broken_down.tm_year + 1900,
                     broken_down.tm_hour, broken_down.tm_min);
}

std::string position(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string counted(size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string reaction_in_words(std::string_view name) {
  const PageWords words = words_for("en");
  for (size_t i = 0; i < kReactions.size(); ++i) {
    if (kReactions[i] == name) return fmt::format("{} {}", kSigns[i], words.texts.at(fmt::format("react_{}", name)));
  }
  return std::string(name);
}

std::string said_in_words(const SaidSummary& said) {
  std::vector<std::string> parts;
  if (said.wants_erasure) parts.emplace_back("wants to be erased");
  if (said.wants_data) parts.emplace_back("wants a copy of their data");
  if (said.replies > 0) parts.push_back(counted(static_cast<size_t>(said.replies), "reply", "replies"));
  if (!said.reaction.empty()) parts.push_back(reaction_in_words(said.reaction));
  return join(parts);
}

}  // namespace candid::track
