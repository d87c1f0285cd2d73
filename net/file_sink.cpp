#include "net/file_sink.h"

#include <charconv>

#include <fmt/format.h>

namespace candid::net {
namespace {

Result<void> check_room(const HttpResponse& head, const std::filesystem::path& file) {
  const std::string text = head.header("content-length");
  uint64_t length = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || code != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorKind::Network,
                fmt::format("the server does not say how long what it sends for {} is", file.string()),
                "have it, or the proxy in front of it, answer GET with Content-Length");
  }
  std::error_code unknown;
  auto space = std::filesystem::space(file.has_parent_path() ? file.parent_path() : ".", unknown);
  // What a file system does not tell is found out by writing.
  if (unknown || length <= space.available) return {};
  return fail(
      ErrorKind::NoSpace,
      fmt::format("{} does not fit: it has {} bytes, and there is room for {}", file.string(), length, space.available),
      "free space on that disk");
}

}  // namespace

FileSink::FileSink(std::filesystem::path path, FileMode mode) : path_(std::move(path)), mode_(mode) {
  restart();
}

void FileSink::restart() {
  writer_.reset();
  auto created = FileWriter::create(path_, mode_);
  if (created) {
    writer_.emplace(std::move(*created));
  } else {
    failure_ = created.error();
  }
}

bool FileSink::has_room(const HttpResponse& head) {
  auto room = check_room(head, path_);
  if (!room) failure_ = room.error();
  return room.has_value();
}

bool FileSink::take(std::span<const uint8_t> bytes) {
  if (failure_) return false;
  auto written = writer_->write(bytes);
  if (!written) failure_ = written.error();
  return written.has_value();
}

Result<void> FileSink::commit() {
  if (failure_) return tl::unexpected(*failure_);
  return writer_->commit();
}

}  // namespace candid::net
