#include "upload/http/object_content.h"

#include <fmt/format.h>
#include <unistd.h>

#include "upload/part_check.h"
#include "upload/store.h"

namespace candid::upload {

Result<ObjectContent> ObjectContent::of_file(const std::filesystem::path& file) {
  std::error_code code;
  uint64_t size = std::filesystem::file_size(file, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", file.string())));
  // Now, rather than after a connection was made.
  if (::access(file.c_str(), R_OK) != 0) {
    return tl::unexpected(system_error(errno, fmt::format("cannot read {}", file.string())));
  }
  return ObjectContent(file, size);
}

std::variant<std::string, net::FileRange> ObjectContent::stretch(uint64_t offset, uint64_t length) const {
  if (const auto* file = std::get_if<std::filesystem::path>(&source_)) return net::FileRange{*file, offset, length};
  auto bytes = std::get<std::span<const uint8_t>>(source_).subspan(offset, length);
  return std::string(bytes.begin(), bytes.end());
}

Result<Sha256> ObjectContent::sha256_of(uint64_t offset, uint64_t length) const {
  if (const auto* file = std::get_if<std::filesystem::path>(&source_)) {
    return TRY(digest_stretch(*file, offset, length)).sha256;
  }
  return candid::sha256(std::get<std::span<const uint8_t>>(source_).subspan(offset, length));
}

Result<Sha256> ObjectContent::sha256() const {
  if (!sha256_) sha256_ = TRY(sha256_of(0, size_));
  return *sha256_;
}

Result<void> ObjectContent::check_for(std::string_view name) const {
  if (file() == nullptr || !is_part_object(name)) return {};
  Sha256 digest = TRY(sha256());
  return check_part(name, digest, file()->string());
}

}  // namespace candid::upload
