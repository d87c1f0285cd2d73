#pragma once
// A disk so small that it fills up, for what must hold when there is no space left.

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <sys/mount.h>

namespace candid::test {

// Why a test that needs one is skipped: mount(2) wants CAP_SYS_ADMIN, which an ordinary user has not.
inline constexpr const char* kNoSmallDisk = "only root can mount a small disk";

// A tmpfs over `folder` until destroyed. Nothing when this user may not mount.
class SmallDisk {
 public:
  static std::optional<SmallDisk> mount(const std::filesystem::path& folder, int kilobytes) {
    std::string options = "size=" + std::to_string(kilobytes) + "k";
    if (::mount("candid", folder.c_str(), "tmpfs", 0, options.c_str()) != 0) return std::nullopt;
    return SmallDisk(folder);
  }
  SmallDisk(SmallDisk&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  SmallDisk& operator=(SmallDisk&&) = delete;
  ~SmallDisk() {
    if (!folder_.empty()) ::umount(folder_.c_str());
  }

 private:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

}  // namespace candid::test
