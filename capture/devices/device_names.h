#pragma once
// What devices are called: names made fit for people, and which device a name means. Internal to capture.

#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace candid::capture {

// Drivers and sound servers give any bytes: valid UTF-8 on one line, of at most a hundred characters.
std::string readable(std::string_view bytes);

struct DeviceName {
  std::string id;  // "/dev/video0"
  std::string name;
};

// The index of the device that `wanted` means: an id or a whole name, else a part of a name or id, in any letter case,
// that only one has. NotFound when none has it, InvalidInput when several have; both say which there are. `kind` reads
// "camera".
Result<size_t> device_named(std::string_view kind, const std::string& wanted, std::span<const DeviceName> devices);

}  // namespace candid::capture
