#include "capture/devices/device_names.h"

#include <fmt/format.h>

#include "core/suggest.h"
#include "core/text.h"

namespace candid::capture {
namespace {

std::string listed(std::span<const DeviceName> devices) {
  std::vector<std::string> words;
  for (const DeviceName& device : devices)
    words.push_back(device.name.empty() ? device.id : fmt::format("{} ({})", device.id, device.name));
  return join(words);
}

template <typename Matches>
std::vector<size_t> those(std::span<const DeviceName> devices, Matches matches) {
  std::vector<size_t> found;
  for (size_t i = 0; i < devices.size(); ++i) {
    if (matches(devices[i])) found.push_back(i);
  }
  return found;
}

}  // namespace

std::string readable(std::string_view bytes) {
  auto decoded = decode_rows({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  std::string text;
  if (decoded) {
    text = decoded->utf8;
  } else {  // UTF-16 that is broken, by its looks: its ASCII is all that can be told
    for (char c : bytes) text += c >= ' ' && c <= '~' ? c : '?';
  }
  constexpr size_t kLongest = 100;
  return shorten(trim(single_line(text)), kLongest);
}

Result<size_t> device_named(std::string_view kind, const std::string& wanted, std::span<const DeviceName> devices) {
  std::string shown = shorten(readable(wanted), 60);
  if (devices.empty()) return fail(ErrorKind::NotFound, fmt::format("{} \"{}\": there is no {}", kind, shown, kind));
  std::string lower = to_lower(wanted);
  std::vector<size_t> found = those(devices, [&](const DeviceName& device) { return device.id == wanted; });
  if (found.empty()) found = those(devices, [&](const DeviceName& device) { return to_lower(device.name) == lower; });
  if (found.empty() && !wanted.empty()) {
    found = those(devices, [&](const DeviceName& device) {
      return to_lower(device.name).find(lower) != std::string::npos ||
             to_lower(device.id).find(lower) != std::string::npos;
    });
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail(ErrorKind::NotFound, fmt::format("{} \"{}\" is not there", kind, shown),
                fmt::format("one of these: {}", listed(devices)));
  }
  std::vector<DeviceName> same;
  same.reserve(found.size());
  for (size_t index : found) same.push_back(devices[index]);
  return fail(ErrorKind::InvalidInput, fmt::format("{} \"{}\" may mean {} of them", kind, shown, found.size()),
              fmt::format("one of these, as it stands before the brackets: {}", listed(same)));
}

}  // namespace candid::capture
