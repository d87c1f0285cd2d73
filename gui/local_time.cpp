#include "gui/local_time.h"

#include <array>
#include <ctime>

#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr std::string_view kUtcForm = "0000-00-00T00:00:00Z";

}  // namespace

std::string local_time(UtcTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const size_t length = std::strftime(text.data(), text.size(), tr("%d %b %Y, %H:%M"), &parts);
  return {text.data(), length};
}

std::string with_local_times(std::string_view text) {
  std::string told;
  while (text.size() >= kUtcForm.size()) {
    if (const auto time = parse_utc(text.substr(0, kUtcForm.size()))) {
      told += local_time(*time);
      text.remove_prefix(kUtcForm.size());
    } else {
      told += text.front();
      text.remove_prefix(1);
    }
  }
  return told.append(text);
}

}  // namespace candid::gui
