#include "upload/s3/s3_reader.h"

#include <fmt/format.h>

#include "core/encoding.h"
#include "core/log.h"
#include "net/file_sink.h"

namespace candid::upload {
namespace {

constexpr int kReadTries = 4;
constexpr uint64_t kLargestInMemory = 1 << 30;

// What came in one reading.
struct Received {
  uint64_t size = 0;
  StretchDigests digests{};
};

bool is_what_is_there(std::string_view name, const S3Facts& facts, const Received& received) {
  if (received.size != facts.size) return false;
  // A success without an ETag is no object's: proxies make such answers.
  if (facts.tag.text.empty()) return false;
  auto md5 = facts.tag.md5();
  if (md5 && *md5 != received.digests.md5) return false;
  return !is_part_object(name) || name.ends_with(to_hex(received.digests.sha256));
}

// `sink` and `restart` keep what comes, if `accept` wants it; `finish` says what did.
Result<void> receive(S3Client& client, std::string_view name, const std::function<bool(std::span<const uint8_t>)>& sink,
                     const std::function<void()>& restart, const std::function<Result<Received>()>& finish,
                     const std::function<bool(const net::HttpResponse&)>& accept = {}) {
  for (int tries = 0; tries < kReadTries; ++tries) {
    restart();
    auto facts = TRY(client.get(name, sink, restart, {}, accept));
    if (!facts)
      return fail(ErrorKind::NotFound, fmt::format("there is no {} in bucket {}", name, client.place().bucket));
    Received received = TRY(finish());
    if (is_what_is_there(name, *facts, received)) return {};
    log::warning("upload", fmt::format("{} came otherwise than it is stored", name));
  }
  return tl::unexpected(Error(ErrorKind::Corrupt, fmt::format("{} does not arrive as it is stored", name),
                              "run the same command again; if it fails again, publish the object anew")
                            .retry_may_help());
}

Result<Sha256> read_back(S3Client& client, std::string_view name, const std::stop_token& stop) {
  Sha256Hasher hasher;
  auto sink = [&](std::span<const uint8_t> bytes) {
    hasher.update(bytes);
    return true;
  };
  auto facts = TRY(client.get(
      name, sink, [&] { hasher = Sha256Hasher(); }, stop));
  if (!facts) return fail(ErrorKind::NotFound, fmt::format("there is no {}", name));
  return hasher.finish();
}

}  // namespace

Result<std::vector<uint8_t>> s3_read(S3Client& client, std::string_view name) {
  std::vector<uint8_t> bytes;
  auto sink = [&](std::span<const uint8_t> more) {
    if (bytes.size() + more.size() > kLargestInMemory) return false;
    bytes.insert(bytes.end(), more.begin(), more.end());
    return true;
  };
  auto finish = [&]() -> Result<Received> { return Received{bytes.size(), {sha256(bytes), md5(bytes)}}; };
  TRY_VOID(receive(
      client, name, sink, [&] { bytes.clear(); }, finish));
  return bytes;
}

Result<void> s3_read_to_file(S3Client& client, std::string_view name, const std::filesystem::path& file) {
  net::FileSink sink(file);
  auto finish = [&]() -> Result<Received> {
    if (sink.failure()) return tl::unexpected(*sink.failure());
    return Received{sink.size(), TRY(digest_stretch(sink.temporary_path(), 0, sink.size()))};
  };
  auto received = receive(
      client, name, [&](std::span<const uint8_t> bytes) { return sink.take(bytes); }, [&] { sink.restart(); }, finish,
      [&](const net::HttpResponse& head) { return sink.has_room(head); });
  if (sink.failure()) return tl::unexpected(*sink.failure());
  TRY_VOID(received);
  return sink.commit();
}

Result<S3State> s3_compare(S3Client& client, std::string_view name, const S3Expected& expected,
                           const std::stop_token& stop) {
  auto facts = TRY(client.head(name, stop));
  if (!facts) return S3State::Missing;
  if (facts->size != expected.size) return S3State::Other;
  if (facts->tag.is_of_content && facts->tag.text == expected.etag) return S3State::Same;
  Sha256 sent = TRY(expected.sha256());
  // A change on the way back is not one in the store: what differs is read twice.
  for (int tries = 0; tries < 2; ++tries) {
    if (TRY(read_back(client, name, stop)) == sent) return S3State::Same;
  }
  return S3State::Other;
}

}  // namespace candid::upload
