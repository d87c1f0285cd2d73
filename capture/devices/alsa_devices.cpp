#include "capture/devices/alsa_devices.h"

#include <charconv>
#include <fstream>

#include <fmt/format.h>

#include "capture/devices/device_names.h"
#include "capture/devices/device_users.h"
#include "core/text.h"

namespace candid::capture {
namespace {

struct Card {
  std::string id;    // "Webcam"
  std::string name;  // "HD Webcam"
};

std::optional<int> number(std::string_view text) {
  std::string trimmed = trim(text);
  int value = 0;
  const char* end = trimmed.data() + trimmed.size();
  auto parsed = std::from_chars(trimmed.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return value;
}

// " 1 [Webcam         ]: USB-Audio - HD Webcam"; the lines between tell more of the card.
std::map<int, Card> read_cards(const std::filesystem::path& file) {
  std::map<int, Card> cards;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    size_t open = line.find('[');
    size_t close = line.find("]:");
    if (open == std::string::npos || close == std::string::npos || close < open) continue;
    auto index = number(std::string_view(line).substr(0, open));
    if (!index) continue;
    size_t dash = line.find(" - ", close);
    cards[*index] = {trim(line.substr(open + 1, close - open - 1)),
                     readable(line.substr(dash == std::string::npos ? close + 2 : dash + 3))};
  }
  return cards;
}

// Owners of the device's streams that are open.
std::vector<std::string> users_of_stream(const std::filesystem::path& device) {
  std::vector<std::string> users;
  std::error_code code;
  std::filesystem::directory_iterator streams(device, code);
  for (; !code && streams != std::filesystem::directory_iterator(); streams.increment(code)) {
    std::ifstream status(streams->path() / "status");
    for (std::string line; std::getline(status, line);) {
      size_t colon = line.find(':');
      if (!line.starts_with("owner_pid") || colon == std::string::npos) continue;
      if (auto pid = number(std::string_view(line).substr(colon + 1))) users.push_back(program_of(*pid));
    }
  }
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  return users;
}

}  // namespace

std::vector<Microphone> alsa_microphones(const std::filesystem::path& folder) {
  std::map<int, Card> cards = read_cards(folder / "cards");
  std::vector<Microphone> microphones;
  std::ifstream lines(folder / "pcm");
  // "01-00: USB Audio : USB Audio : playback 1 : capture 1"
  for (std::string line; std::getline(lines, line);) {
    size_t dash = line.find('-');
    size_t colon = line.find(':');
    if (colon == std::string::npos || dash > colon || line.find(": capture ") == std::string::npos) continue;
    auto card = number(std::string_view(line).substr(0, dash));
    auto device = number(std::string_view(line).substr(dash + 1, colon - dash - 1));
    if (!card || !device) continue;
    size_t end = line.find(" : ", colon + 1);
    std::string name = readable(line.substr(colon + 1, end == std::string::npos ? end : end - colon - 1));
    auto known = cards.find(*card);
    Microphone microphone;
    microphone.id =
        fmt::format("alsa:plughw:{},{}", known == cards.end() ? fmt::to_string(*card) : known->second.id, *device);
    microphone.name = known == cards.end() ? name : fmt::format("{}, {}", known->second.name, name);
    microphone.used_by = users_of_stream(folder / fmt::format("card{}", *card) / fmt::format("pcm{}c", *device));
    microphones.push_back(std::move(microphone));
  }
  return microphones;
}

}  // namespace candid::capture
