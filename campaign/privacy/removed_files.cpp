#include "campaign/privacy/removed_files.h"

#include <fmt/format.h>

#include "core/files.h"

namespace candid::campaign {

Result<void> sync_folders(const std::set<std::filesystem::path>& folders) {
  for (const auto& folder : folders) {
    std::error_code code;
    if (std::filesystem::is_directory(folder, code)) TRY_VOID(sync_folder(folder));
  }
  return {};
}

Result<void> remove_abandoned_copies(const std::filesystem::path& file) {
  const std::string begin = fmt::format(".{}.", file.filename().string());
  std::set<std::filesystem::path> copies;
  std::error_code code;
  std::filesystem::directory_iterator entries(file.parent_path(), code);
  for (; !code && entries != std::filesystem::end(entries); entries.increment(code)) {
    std::string name = entries->path().filename().string();
    if (name.starts_with(begin) && name.ends_with(".part")) copies.insert(entries->path());
  }
  for (const auto& copy : copies) TRY_VOID(remove_file(copy));
  return copies.empty() ? Result<void>() : sync_folders({file.parent_path()});
}

}  // namespace candid::campaign
