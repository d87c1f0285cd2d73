#include "campaign/serving/object_files.h"

#include <fmt/format.h>

#include "campaign/workspace.h"
#include "core/files.h"

namespace candid::campaign {

Result<std::filesystem::path> FolderFiles::part(std::string_view sha256) {
  std::filesystem::path path = TRY(store_.path_of(upload::part_object(sha256)));
  std::error_code code;
  if (std::filesystem::is_regular_file(path, code)) return path;
  if (code) return tl::unexpected(system_error(code.value(), "cannot find the part"));
  return fail(ErrorKind::NotFound, "a part lies under no file's name");
}

Result<std::string> FolderFiles::recipe_version(std::string_view edition) {
  std::filesystem::path path = TRY(store_.path_of(recipe_object(std::string(edition))));
  std::error_code code;
  auto written = std::filesystem::last_write_time(path, code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot find the message's recipe"));
  return fmt::format("{}", written.time_since_epoch().count());
}

Result<std::string> FolderFiles::recipe_text(std::string_view edition) {
  return read_text_file(TRY(store_.path_of(recipe_object(std::string(edition)))));
}

}  // namespace candid::campaign
