#pragma once
// The body of a request as a stream that can be read again from its start. Internal to net; one thread at a time.

#include "net/http.h"

namespace candid::net {

class BodyReader {
 public:
  // The request outlives it. A file is opened with the first read.
  explicit BodyReader(const HttpRequest& request) : request_(request), size_(body_size(request)) {}
  ~BodyReader();
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  // How many bytes it put there; 0 only at the end. Corrupt when the file has become shorter.
  Result<size_t> read(std::span<char> into);
  void seek(uint64_t position) { at_ = position; }
  uint64_t size() const { return size_; }
  uint64_t left() const { return size_ - std::min(at_, size_); }

 private:
  Result<size_t> read_file(const FileRange& range, std::span<char> into);

  const HttpRequest& request_;
  const uint64_t size_;
  uint64_t at_ = 0;
  int file_ = -1;
};

}  // namespace candid::net
