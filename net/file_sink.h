#pragma once
// The body of an answer on its way into a file, which appears whole or not at all; for on_head, on_body and on_restart
// of a request (net/http.h).

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "core/error.h"
#include "core/files.h"
#include "net/http.h"

namespace candid::net {

// Not thread-safe. After a failure it takes nothing more, and tells: a full disk here is not the network's failure.
class FileSink {
 public:
  explicit FileSink(std::filesystem::path path, FileMode mode = FileMode::Shared);

  // Begins the file anew, as every attempt does.
  void restart();
  // Whether this disk has room for what follows `head`: a server that is not to be trusted must not fill it. More than
  // its Content-Length never comes; where there is none, that is a failure as well.
  bool has_room(const HttpResponse& head);
  bool take(std::span<const uint8_t> bytes);

  const std::optional<Error>& failure() const { return failure_; }
  // What came so far, under the name that it has until commit(). Only without a failure.
  uint64_t size() const { return writer_->size(); }
  const std::filesystem::path& temporary_path() const { return writer_->temporary_path(); }
  Result<void> commit();

 private:
  const std::filesystem::path path_;
  const FileMode mode_;
  std::optional<FileWriter> writer_;
  std::optional<Error> failure_;
};

}  // namespace candid::net
