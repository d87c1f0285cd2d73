#pragma once
// A ZIP file whose entries are stored as they are: videos and pictures are compressed already. APPNOTE.TXT 6.3.10,
// without ZIP64: entries and archive stay below 4 GiB.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/time.h"

namespace candid::campaign {

// Not thread-safe.
class ZipWriter {
 public:
  // Private (0600): it holds what is known of a person. All entries get this time.
  static Result<ZipWriter> create(const std::filesystem::path& file, UtcTime time);

  // `name` with '/' between folders, in UTF-8. OutOfReach where the archive would become too large.
  Result<void> add(std::string_view name, const std::filesystem::path& file);
  // Whole and durable when it returns.
  Result<void> finish();

 private:
  struct Entry {
    std::string name;
    uint32_t crc = 0;
    uint32_t size = 0;
    uint32_t offset = 0;
  };
  ZipWriter(FileWriter writer, uint32_t time) : writer_(std::move(writer)), time_(time) {}

  FileWriter writer_;
  uint32_t time_;  // MS-DOS date and time
  std::vector<Entry> entries_;
};

// CRC-32 of ISO 3309, as ZIP and PNG have it, gone on with from `crc`; 0 to begin.
uint32_t crc32(uint32_t crc, std::string_view bytes);

}  // namespace candid::campaign
