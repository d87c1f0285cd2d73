#include "campaign/privacy/zip_writer.h"

#include <array>
#include <cerrno>
#include <fstream>

#include <fmt/format.h>

namespace candid::campaign {
namespace {

constexpr uint64_t kLargestZip = UINT32_MAX - (uint64_t{1} << 20);  // room for the directory behind the entries
constexpr size_t kMostEntries = 60'000;
constexpr uint16_t kZipVersion = 20;
constexpr uint16_t kNamesAreUtf8 = 1 << 11;
constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kCentralHeader = 0x02014b50;
constexpr uint32_t kEndOfDirectory = 0x06054b50;

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}

void add16(std::string& text, uint32_t value) {
  text += static_cast<char>(value & 0xFF);
  text += static_cast<char>(value >> 8 & 0xFF);
}

void add32(std::string& text, uint32_t value) {
  add16(text, value & 0xFFFF);
  add16(text, value >> 16);
}

// Two seconds is all it tells apart, and nothing before 1980.
uint32_t dos_time(UtcTime time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  auto seconds = static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(time - day).count());
  auto years = static_cast<uint32_t>(std::max(0, static_cast<int>(date.year()) - 1980));
  uint32_t words = years << 9 | static_cast<uint32_t>(static_cast<unsigned>(date.month())) << 5 |
                   static_cast<uint32_t>(static_cast<unsigned>(date.day()));
  return words << 16 | (seconds / 3600) << 11 | (seconds / 60 % 60) << 5 | seconds % 60 / 2;
}

struct Checked {
  uint32_t crc = 0;
  uint64_t size = 0;
};

Result<Checked> check_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return tl::unexpected(system_error(errno, fmt::format("cannot read {}", path.string())));
  Checked checked;
  std::string block(1 << 16, '\0');
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0) {
    auto read = static_cast<size_t>(file.gcount());
    checked.crc = crc32(checked.crc, std::string_view(block).substr(0, read));
    checked.size += read;
  }
  if (file.bad()) return fail(ErrorKind::Io, fmt::format("cannot read {}", path.string()));
  return checked;
}

}  // namespace

uint32_t crc32(uint32_t crc, std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = crc_table();
  crc = ~crc;
  for (char byte : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

Result<ZipWriter> ZipWriter::create(const std::filesystem::path& file, UtcTime time) {
  return ZipWriter(TRY(FileWriter::create(file, FileMode::Private)), dos_time(time));
}

Result<void> ZipWriter::add(std::string_view name, const std::filesystem::path& file) {
  Checked checked = TRY(check_file(file));
  if (writer_.size() + checked.size > kLargestZip || entries_.size() >= kMostEntries) {
    return fail(ErrorKind::OutOfReach, "there is more than a ZIP file of 4 GB holds", "--out FOLDER");
  }
  Entry entry{std::string(name), checked.crc, static_cast<uint32_t>(checked.size),
              static_cast<uint32_t>(writer_.size())};
  std::string header;
  add32(header, kLocalHeader);
  add16(header, kZipVersion);
  add16(header, kNamesAreUtf8);
  add16(header, 0);  // stored
  add32(header, time_);
  add32(header, entry.crc);
  add32(header, entry.size);
  add32(header, entry.size);
  add16(header, static_cast<uint32_t>(entry.name.size()));
  add16(header, 0);
  header += entry.name;
  TRY_VOID(writer_.write(header));
  TRY_VOID(writer_.copy_from(file, 0, checked.size));
  entries_.push_back(std::move(entry));
  return {};
}

Result<void> ZipWriter::finish() {
  std::string directory;
  for (const Entry& entry : entries_) {
    add32(directory, kCentralHeader);
    add16(directory, kZipVersion);
    add16(directory, kZipVersion);
    add16(directory, kNamesAreUtf8);
    add16(directory, 0);
    add32(directory, time_);
    add32(directory, entry.crc);
    add32(directory, entry.size);
    add32(directory, entry.size);
    add16(directory, static_cast<uint32_t>(entry.name.size()));
    for (int field = 0; field < 4; ++field) add16(directory, 0);  // extra, comment, disk, internal attributes
    add32(directory, 0);
    add32(directory, entry.offset);
    directory += entry.name;
  }
  auto begin = static_cast<uint32_t>(writer_.size());
  auto size = static_cast<uint32_t>(directory.size());
  add32(directory, kEndOfDirectory);
  add16(directory, 0);
  add16(directory, 0);
  add16(directory, static_cast<uint32_t>(entries_.size()));
  add16(directory, static_cast<uint32_t>(entries_.size()));
  add32(directory, size);
  add32(directory, begin);
  add16(directory, 0);
  TRY_VOID(writer_.write(directory));
  return writer_.commit();
}

}  // namespace candid::campaign
