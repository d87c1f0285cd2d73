#include "upload/store.h"

#include <algorithm>

namespace candid::upload {

bool is_object_name(std::string_view name) {
  if (name.empty() || name.size() > 512 || name.front() == '/' || name.back() == '/') return false;
  if (name.find("..") != std::string_view::npos || name.find("//") != std::string_view::npos) return false;
  // "a/./b" would be a second spelling of "a/b".
  if (name == "." || name.starts_with("./") || name.ends_with("/.") || name.find("/./") != std::string_view::npos)
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '/';
  });
}

std::string part_object(std::string_view sha256) {
  std::string name = "parts/";
  name += sha256.substr(0, 2);
  name += '/';
  name += sha256;
  return name;
}

bool is_part_object(std::string_view name) {
  constexpr size_t kDigits = 64;
  if (name.size() < kDigits) return false;
  std::string_view digest = name.substr(name.size() - kDigits);
  return digest.find_first_not_of("0123456789abcdef") == std::string_view::npos && name == part_object(digest);
}

bool is_name_of_publishing(std::string_view name) {
  // Without a folder more.
  auto is_file_of = [name](std::string_view folder, std::string_view ending) {
    return name.starts_with(folder) && name.ends_with(ending) && name.size() > folder.size() + ending.size() &&
           name.find('/', folder.size()) == std::string_view::npos;
  };
  return name == kStoreIdentity || is_part_object(name) || is_file_of("recipes/", ".json") ||
         is_file_of("videos/", ".mp4");
}

Result<int> Store::abandon_unfinished(const std::function<bool(std::string_view name)>& /*wanted*/,
                                      UtcTime /*before*/) {
  return 0;  // a store where nothing is ever half-sent, or nobody else can see it
}

}  // namespace candid::upload
