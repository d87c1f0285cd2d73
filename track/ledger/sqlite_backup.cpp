#include "track/ledger/sqlite_backup.h"

#include <fmt/format.h>

#include "core/files.h"

namespace candid::track {
namespace {

Result<void> refuse_existing(const std::filesystem::path& file) {
  std::error_code code;
  auto status = std::filesystem::symlink_status(file, code);
  if (!std::filesystem::exists(status)) return {};
  return fail(ErrorKind::Exists, fmt::format("{} is there already", file.string()),
              "a backup replaces nothing: name a file that is not there");
}

}  // namespace

Result<void> write_backup(const std::filesystem::path& file,
                          const std::function<Result<void>(const std::filesystem::path& empty)>& fill) {
  TRY_VOID(refuse_existing(file));
  auto writer = TRY(FileWriter::create(file, FileMode::Private));
  TRY_VOID(fill(writer.temporary_path()));
  TRY_VOID(refuse_existing(file));  // again: a backup of much takes a while
  return writer.commit();
}

}  // namespace candid::track
