#include "core/secret.h"

#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/text.h"

namespace candid {
namespace {

constexpr uint64_t kMostBytes = 1 << 20;

Result<void> check_owner_only(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return tl::unexpected(system_error(errno, fmt::format("cannot look at {}", path.string())));
  }
  if ((status.st_mode & 077) == 0) return {};
  return fail(ErrorKind::PermissionDenied, fmt::format("others may read {}, which holds secrets", path.string()),
              fmt::format("chmod 600 {}", path.string()));
}

// The value of the line NAME=value; nothing when it is empty, as for the environment.
Result<std::optional<Secret>> find_line(std::string_view text, std::string_view name,
                                        const std::filesystem::path& path) {
  int number = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    Secret line(trim(text.substr(at, end - at)));
    at = end + 1;
    ++number;
    std::string_view whole = line.reveal();
    if (whole.empty() || whole.front() == '#') continue;
    size_t equals = whole.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return fail(ErrorKind::InvalidInput, fmt::format("{}:{} is not NAME=value", path.string(), number),
                  "write one secret a line, and \"#\" before a comment");
    }
    if (trim(whole.substr(0, equals)) != name) continue;
    Secret value(trim(whole.substr(equals + 1)));
    if (value.empty()) return std::nullopt;
    return std::optional<Secret>(std::move(value));
  }
  return std::nullopt;
}

}  // namespace

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
  OPENSSL_cleanse(other.text_.data(), other.text_.size());
  other.text_.clear();
}

Secret& Secret::operator=(Secret other) noexcept {
  text_.swap(other.text_);
  return *this;
}

Secret::~Secret() {
  OPENSSL_cleanse(text_.data(), text_.size());
}

std::filesystem::path secrets_file() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config == '/') {
    return std::filesystem::path(config) / "candid" / "secrets";
  }
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : "/") / ".config" / "candid" / "secrets";
}

Result<std::optional<Secret>> find_secret(const std::string& name) {
  if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') {
    return std::optional<Secret>(std::in_place, value);
  }
  std::filesystem::path path = secrets_file();
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return std::nullopt;
  TRY_VOID(check_owner_only(path));
  Secret contents(TRY(read_text_file(path, kMostBytes)));
  return find_line(contents.reveal(), name, path);
}

}  // namespace candid
