#pragma once
// A file that is open, and which content that is, as far as it can be told without reading it. Internal to campaign.

#include <compare>
#include <cstdint>
#include <filesystem>

#include <unistd.h>

#include "core/error.h"

namespace candid::campaign {

struct OpenFile {
  explicit OpenFile(int opened) : descriptor(opened) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
  const int descriptor;
};

// Another one when the file was replaced or written to. A file keeps it when it is renamed.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t number = 0;
  uint64_t size = 0;
  int64_t seconds = 0;  // of the last change
  int64_t nanoseconds = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

Result<FileIdentity> identity_of(const std::filesystem::path& file);
// Of what is open, whatever its name stands for by now.
Result<FileIdentity> identity_of(int descriptor);

}  // namespace candid::campaign
