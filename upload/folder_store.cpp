#include "upload/folder_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "upload/part_check.h"

namespace candid::upload {
namespace {

// A folder on the way to objects is none, and nothing lies below an object.
bool is_absent(const std::error_code& code) {
  return code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory ||
         code == std::errc::is_a_directory;
}

constexpr uint64_t kPiece = 8 << 20;  // between two looks at the stop token

Result<uint64_t> size_of_file(const std::filesystem::path& file) {
  std::error_code code;
  uint64_t size = std::filesystem::file_size(file, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", file.string())));
  return size;
}

Result<void> check_copy(std::string_view name, const std::filesystem::path& file, const std::filesystem::path& copy) {
  Sha256 sent = TRY(sha256_file(file));
  TRY_VOID(check_part(name, sent, file.string()));
  Sha256 stored = TRY(sha256_file(copy));
  if (sent == stored) return {};
  return tl::unexpected(Error(ErrorKind::Corrupt, fmt::format("the copy of {} is not what was read", file.string()),
                              "run the same command again; if it fails again, check the disk")
                            .retry_may_help());
}

}  // namespace

Result<std::unique_ptr<FolderStore>> FolderStore::open(std::filesystem::path root) {
  TRY_VOID(make_folder(root));
  return std::unique_ptr<FolderStore>(new FolderStore(std::move(root)));
}

Result<std::filesystem::path> FolderStore::path_of(std::string_view name) const {
  if (!is_object_name(name)) return fail(ErrorKind::InvalidInput, fmt::format("\"{}\" is not an object name", name));
  return root_ / name;
}

Result<std::optional<uint64_t>> FolderStore::size_of(std::string_view name) {
  std::filesystem::path path = TRY(path_of(name));
  std::error_code code;
  uint64_t size = std::filesystem::file_size(path, code);
  if (!code) return std::optional<uint64_t>(size);
  if (is_absent(code)) return std::optional<uint64_t>();
  return tl::unexpected(system_error(code.value(), fmt::format("cannot look at {}", path.string())));
}

Result<void> FolderStore::put(std::string_view name, std::span<const uint8_t> bytes) {
  std::filesystem::path path = TRY(path_of(name));
  TRY_VOID(make_folder(path.parent_path()));
  return write_file(path, bytes);
}

Result<void> FolderStore::put_file(std::string_view name, const std::filesystem::path& file,
                                   const PutOptions& options) {
  std::filesystem::path path = TRY(path_of(name));
  uint64_t size = TRY(size_of_file(file));
  bool is_there = is_part_object(name) && TRY(size_of(name)) == size;
  if (is_there && (!options.check_content || name == part_object(to_hex(TRY(sha256_file(path)))))) return {};
  TRY_VOID(make_folder(path.parent_path()));
  FileWriter writer = TRY(FileWriter::create(path));
  for (uint64_t done = 0; done < size;) {
    if (options.stop.stop_requested()) return fail(ErrorKind::Cancelled, fmt::format("{} was not stored", name));
    uint64_t piece = std::min(size - done, kPiece);
    TRY_VOID(writer.copy_from(file, done, piece));
    done += piece;
    if (options.progress) options.progress(done);
  }
  TRY_VOID(check_copy(name, file, writer.temporary_path()));
  return writer.commit();
}

Result<std::vector<uint8_t>> FolderStore::get(std::string_view name) {
  std::filesystem::path path = TRY(path_of(name));
  if (!TRY(size_of(name))) return fail(ErrorKind::NotFound, fmt::format("there is no {}", path.string()));
  return read_file(path);
}

Result<void> FolderStore::get_file(std::string_view name, const std::filesystem::path& file) {
  std::filesystem::path path = TRY(path_of(name));
  auto size = TRY(size_of(name));
  if (!size) return fail(ErrorKind::NotFound, fmt::format("there is no {}", path.string()));
  FileWriter writer = TRY(FileWriter::create(file));
  TRY_VOID(writer.copy_from(path, 0, *size));
  return writer.commit();
}

Result<void> FolderStore::remove(std::string_view name) {
  std::filesystem::path path = TRY(path_of(name));
  if (!TRY(size_of(name))) return {};
  std::error_code code;
  std::filesystem::remove(path, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot remove {}", path.string())));
  return {};
}

std::string FolderStore::describe() const {
  return fmt::format("folder {}", root_.string());
}

}  // namespace candid::upload
