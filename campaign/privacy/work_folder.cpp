#include "campaign/privacy/work_folder.h"

#include <fmt/format.h>

namespace candid::campaign {
namespace {

constexpr const char* kLock = ".lock";
constexpr const char* kWork = "work";

}  // namespace

Result<WorkFolder> WorkFolder::create(const std::filesystem::path& home) {
  TRY_VOID(make_folder(home));
  std::error_code code;
  std::filesystem::permissions(home, std::filesystem::perms::owner_all, code);
  if (code)
    return tl::unexpected(system_error(code.value(), fmt::format("cannot keep others out of {}", home.string())));
  FileLock lock = TRY(FileLock::try_acquire(home / kLock));
  std::filesystem::path work = home / kWork;
  std::filesystem::remove_all(work, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot empty {}", work.string())));
  TRY_VOID(make_folder(work));
  return WorkFolder(std::move(work), std::move(lock));
}

WorkFolder::~WorkFolder() {
  if (path_.empty()) return;
  std::error_code ignored;  // a destructor has no one to tell
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace candid::campaign
