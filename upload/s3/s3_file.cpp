#include "upload/s3/s3_file.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "core/encoding.h"
#include "upload/s3/s3_multipart.h"

namespace candid::upload {
namespace {

constexpr uint64_t kMiB = 1 << 20;
// A part that arrived changed is sent again so often; the signed SHA-256 makes that rare.
constexpr int kPartTries = 3;

Error changed_on_its_way(const std::string& name, int number) {
  return Error(ErrorKind::Corrupt, fmt::format("part {} of {} is not in the store as it was sent", number, name),
               "run the same command again: it resumes")
      .retry_may_help();
}

}  // namespace

Result<uint64_t> s3_part_size(uint64_t size) {
  if (size > kLargestObject)
    return fail(ErrorKind::InvalidInput, fmt::format("{} bytes are more than S3 holds in one object", size));
  uint64_t smallest = (size + kMostParts - 1) / kMostParts;
  return std::max(kLargestPut, (smallest + kMiB - 1) / kMiB * kMiB);
}

S3FileParts::S3FileParts(S3Client& client, LineSpeed& line, std::string name, std::filesystem::path file, uint64_t size,
                         uint64_t part_size)
    : client_(client),
      line_(line),
      name_(std::move(name)),
      file_(std::move(file)),
      size_(size),
      part_size_(part_size),
      digests_((size + part_size - 1) / part_size) {}

net::FileRange S3FileParts::range(size_t index) const {
  uint64_t offset = index * part_size_;
  return {file_, offset, std::min(part_size_, size_ - offset)};
}

uint64_t S3FileParts::size_of(size_t index) const {
  return range(index).length;
}

Result<StretchDigests> S3FileParts::digests(size_t index) {
  {
    std::lock_guard lock(mutex_);
    if (digests_[index]) return *digests_[index];
  }
  net::FileRange stretch = range(index);
  StretchDigests found = TRY(digest_stretch(stretch.file, stretch.offset, stretch.length));
  std::lock_guard lock(mutex_);
  digests_[index] = found;
  return found;
}

Result<std::optional<S3Part>> S3FileParts::send(size_t index, const std::string& id,
                                                const std::function<void(uint64_t)>& on_sent,
                                                const std::stop_token& stop) {
  StretchDigests expected = TRY(digests(index));
  int number = static_cast<int>(index) + 1;
  for (int tries = 0; tries < kPartTries; ++tries) {
    auto began = line_.now();
    auto tag = TRY(client_.put_part(name_, id, number, S3Body{range(index), expected.sha256, on_sent}, stop));
    if (!tag) return std::optional<S3Part>();
    line_.learn(size_of(index), began);
    auto stored = tag->md5();
    // A tag that cannot be the content's says nothing; the finished object is read back then.
    bool is_same = !stored || *stored == expected.md5;
    if (is_same && !tag->text.empty()) return std::optional(S3Part{number, std::move(tag->text), size_of(index)});
  }
  return tl::unexpected(changed_on_its_way(name_, number));
}

Result<bool> S3FileParts::is_same(size_t index, const S3Part& there) {
  StretchDigests expected = TRY(digests(index));
  return there.size == size_of(index) && there.etag == to_hex(expected.md5);
}

Result<Sha256> S3FileParts::sha256(const std::stop_token& stop) {
  std::ifstream file(file_, std::ios::binary);
  Sha256Hasher whole;
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < count(); ++i) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, fmt::format("storing {} was stopped", name_));
    bytes.resize(size_of(i));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!file) return fail(ErrorKind::Corrupt, fmt::format("{} cannot be read as a whole", file_.string()));
    whole.update(bytes);
    std::lock_guard lock(mutex_);
    digests_[i] = {candid::sha256(bytes), md5(bytes)};
  }
  return whole.finish();
}

Result<std::string> S3FileParts::etag() {
  std::vector<Md5> parts;
  for (size_t i = 0; i < count(); ++i) parts.push_back(TRY(digests(i)).md5);
  return multipart_etag(parts);
}

}  // namespace candid::upload
