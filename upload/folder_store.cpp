#include "upload/folder_store.h"

#include <fmt/format.h>

#include "core/files.h"

namespace candid::upload {
namespace {

// A folder on the way to objects is none, and nothing lies below an object.
bool is_absent(const std::error_code& code) {
  return code == std::errc::no_such_file_or_directory || code == std::errc::not_a_directory ||
         code == std::errc::is_a_directory;
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

Result<void> FolderStore::put_file(std::string_view name, const std::filesystem::path& file) {
  std::filesystem::path path = TRY(path_of(name));
  TRY_VOID(make_folder(path.parent_path()));
  std::error_code code;
  uint64_t size = std::filesystem::file_size(file, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", file.string())));
  FileWriter writer = TRY(FileWriter::create(path));
  TRY_VOID(writer.copy_from(file, 0, size));
  return writer.commit();
}

Result<std::vector<uint8_t>> FolderStore::get(std::string_view name) {
  std::filesystem::path path = TRY(path_of(name));
  if (!TRY(size_of(name))) return fail(ErrorKind::NotFound, fmt::format("there is no {}", path.string()));
  return read_file(path);
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
