#include "upload/s3/s3_composer.h"

#include <fmt/format.h>

namespace candid::upload {

Result<std::string> read_part(const ComposedPart& part, const ReadRange& read) {
  std::string bytes;
  for (const ObjectRange& range : part.ranges) {
    std::vector<uint8_t> piece = TRY(read(range));
    if (piece.size() != range.length) {
      return fail(ErrorKind::Corrupt,
                  fmt::format("{} bytes of {} were read instead of {}", piece.size(), range.name, range.length),
                  "render again");
    }
    bytes.append(piece.begin(), piece.end());
  }
  return bytes;
}

Result<std::optional<S3Part>> S3ComposedParts::send(size_t index, const std::string& id,
                                                    const std::function<void(uint64_t)>& on_sent,
                                                    const std::stop_token& stop) {
  const ComposedPart& part = parts_[index];
  if (!part.is_copied) return send_bytes(index, id, on_sent, stop);
  int number = static_cast<int>(index) + 1;
  auto tag = TRY(client_.copy_part(name_, id, number, part.ranges.front(), stop));
  if (!tag) return std::optional<S3Part>();
  return std::optional(S3Part{number, std::move(tag->text), part.size()});
}

Result<std::optional<S3Part>> S3ComposedParts::send_bytes(size_t index, const std::string& id,
                                                          const std::function<void(uint64_t)>& on_sent,
                                                          const std::stop_token& stop) {
  int number = static_cast<int>(index) + 1;
  std::string bytes = TRY(read_part(parts_[index], read_));
  Sha256 digest = sha256(bytes);
  Md5 expected = md5({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  auto tag = TRY(client_.put_part(name_, id, number, S3Body{std::move(bytes), digest, on_sent}, stop));
  if (!tag) return std::optional<S3Part>();
  auto stored = tag->md5();
  if ((stored && *stored != expected) || tag->text.empty()) {
    return tl::unexpected(Error(ErrorKind::Corrupt,
                                fmt::format("part {} of {} is not in the store as it was sent", number, name_),
                                "run the same command again")
                              .retry_may_help());
  }
  return std::optional(S3Part{number, std::move(tag->text), size_of(index)});
}

}  // namespace candid::upload
