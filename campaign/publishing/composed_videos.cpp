#include "campaign/publishing/composed_videos.h"

#include <cerrno>
#include <fstream>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::campaign {
namespace {

Result<std::vector<uint8_t>> read_range(const std::filesystem::path& path, uint64_t offset, uint64_t length) {
  std::ifstream file(path, std::ios::binary);
  std::vector<uint8_t> bytes(length);
  file.seekg(static_cast<std::streamoff>(offset));
  if (file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(length))) return bytes;
  return fail(ErrorKind::Corrupt, fmt::format("{} is shorter than its recipe says", path.string()), "render again");
}

}  // namespace

std::string composed_object(const std::string& edition) {
  return fmt::format("videos/{}.mp4", edition);
}

Result<void> compose_video(const Workspace& workspace, const encode::Recipe& recipe, const std::string& edition,
                           upload::Bucket& bucket, PublishJournal& journal, bool verify, const std::stop_token& stop) {
  std::vector<upload::ObjectRange> ranges;
  std::map<std::string, std::string> parts;  // by object
  Sha256Hasher hasher;
  for (const encode::PartRange& range : recipe.ranges) {
    std::string object = upload::part_object(range.part);
    hasher.update_field(fmt::format("{} {} {}", range.part, range.offset, range.length));
    parts[object] = range.part;
    ranges.push_back({std::move(object), range.offset, range.length});
  }
  std::string fingerprint = to_hex(hasher.finish());
  std::string name = composed_object(edition);
  if (!verify && journal.has_object(name, fingerprint)) return {};
  auto read = [&](const upload::ObjectRange& range) -> Result<std::vector<uint8_t>> {
    return read_range(TRY(workspace.part_path(parts.at(range.name))), range.offset, range.length);
  };
  upload::PutOptions options;
  options.stop = stop;
  TRY_VOID(bucket.compose(name, ranges, fingerprint, "video/mp4", read, options));
  return journal.add_object(name, fingerprint);
}

}  // namespace candid::campaign
