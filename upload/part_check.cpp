#include "upload/part_check.h"

#include <fmt/format.h>

#include "core/encoding.h"
#include "upload/store.h"

namespace candid::upload {

Result<void> check_part(std::string_view name, const Sha256& content, std::string_view source) {
  if (!is_part_object(name) || name == part_object(to_hex(content))) return {};
  return fail(ErrorKind::Corrupt,
              fmt::format("{} does not hold the part {} any more, and was not stored", source, name),
              "remove that file and render again; if it happens again, check this machine's disk and memory");
}

}  // namespace candid::upload
