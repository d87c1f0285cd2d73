#include "capture/devices/device_users.h"

#include <charconv>
#include <fstream>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/devices/device_names.h"
#include "capture/devices/devices.h"

namespace candid::capture {
namespace {

std::optional<pid_t> as_pid(std::string_view text) {
  pid_t pid = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (problem != std::errc{} || end != text.data() + text.size() || pid <= 0) return std::nullopt;
  return pid;
}

// The process that a thread belongs to.
pid_t process_of(pid_t thread) {
  std::ifstream status(fmt::format("/proc/{}/status", thread));
  constexpr std::string_view kKey = "Tgid:";
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kKey)) continue;
    line.erase(0, line.find_first_not_of(" \t", kKey.size()));
    return as_pid(line).value_or(thread);
  }
  return thread;
}

// Devices by their number: /dev/v4l/by-id/… is the same camera as /dev/video0.
bool is_same_file(const struct stat& a, const struct stat& b) {
  if (S_ISCHR(a.st_mode) || S_ISCHR(b.st_mode)) {
    return S_ISCHR(a.st_mode) && S_ISCHR(b.st_mode) && a.st_rdev == b.st_rdev;
  }
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool has_open(const std::filesystem::path& process, const struct stat& wanted) {
  std::error_code code;
  std::filesystem::directory_iterator descriptors(process / "fd", code);  // another user's cannot be read
  for (; !code && descriptors != std::filesystem::directory_iterator(); descriptors.increment(code)) {
    struct stat facts {};
    if (::stat(descriptors->path().c_str(), &facts) == 0 && is_same_file(facts, wanted)) return true;
  }
  return false;
}

}  // namespace

std::string program_of(pid_t pid) {
  pid_t process = process_of(pid);
  std::ifstream file(fmt::format("/proc/{}/comm", process));
  std::string name;  // may hold line breaks
  if (!std::getline(file, name, '\0') || readable(name).empty()) return fmt::format("process {}", process);
  return fmt::format("{} ({})", readable(name), process);
}

std::vector<std::string> users_of(const std::string& device_path) {
  struct stat wanted {};
  if (::stat(device_path.c_str(), &wanted) != 0) return {};
  std::vector<std::string> users;
  std::error_code code;
  std::filesystem::directory_iterator processes("/proc", code);
  for (; !code && processes != std::filesystem::directory_iterator(); processes.increment(code)) {
    auto pid = as_pid(processes->path().filename().native());
    if (pid && *pid != ::getpid() && has_open(processes->path(), wanted)) users.push_back(program_of(*pid));
  }
  return users;
}

}  // namespace candid::capture
