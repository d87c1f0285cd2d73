#include "campaign/recent.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/log.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr int kRecentVersion = 1;
constexpr uint64_t kMostRecentBytes = 1 << 20;

// The same folder reads the same, however it was named.
std::filesystem::path remembered_path(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::path path = std::filesystem::absolute(folder, code).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

std::vector<std::string> read_folders(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return {};
  auto text = read_text_file(file, kMostRecentBytes);
  if (!text) {
    log::warning("campaign", fmt::format("the list of recent campaigns counts as empty: {}", text.error().describe()));
    return {};
  }
  try {
    return nlohmann::json::parse(*text).at("folders").get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    log::warning("campaign", fmt::format("{} is damaged; the list of recent campaigns counts as empty", file.string()));
    return {};
  }
}

Result<void> write_folders(const std::filesystem::path& file, const std::vector<std::string>& folders) {
  TRY_VOID(make_folder(file.parent_path()));
  const nlohmann::json json = {{"version", kRecentVersion}, {"folders", folders}};
  return write_file(file, json.dump(1) + "\n", FileMode::Private);
}

}  // namespace

std::filesystem::path recent_file() {
  return default_state_folder() / "recent.json";
}

std::vector<RecentCampaign> read_recent(const std::filesystem::path& file) {
  std::vector<RecentCampaign> recent;
  for (const std::string& folder : read_folders(file)) {
    if (recent.size() == kMostRecent) break;
    std::filesystem::path path(folder);
    std::error_code code;
    bool is_there = std::filesystem::is_regular_file(path / "campaign.toml", code);
    recent.push_back({std::move(path), !is_there});
  }
  return recent;
}

Result<void> remember_recent(const std::filesystem::path& file, const std::filesystem::path& folder) {
  std::string path = remembered_path(folder).string();
  if (!is_valid_utf8(path)) return fail(ErrorKind::InvalidInput, "cannot remember a folder whose name is not UTF-8");
  std::vector<std::string> folders = read_folders(file);
  std::erase(folders, path);
  folders.insert(folders.begin(), std::move(path));
  folders.resize(std::min(folders.size(), kMostRecent));
  return write_folders(file, folders);
}

Result<void> forget_recent(const std::filesystem::path& file, const std::filesystem::path& folder) {
  std::vector<std::string> folders = read_folders(file);
  if (std::erase(folders, remembered_path(folder).string()) == 0) return {};
  return write_folders(file, folders);
}

}  // namespace candid::campaign
