#include "net/body_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace candid::net {

BodyReader::~BodyReader() {
  if (file_ >= 0) ::close(file_);
}

Result<size_t> BodyReader::read(std::span<char> into) {
  into = into.first(std::min<uint64_t>(into.size(), left()));
  if (into.empty()) return size_t{0};
  if (const auto* range = std::get_if<FileRange>(&request_.body)) return read_file(*range, into);
  std::memcpy(into.data(), std::get<std::string>(request_.body).data() + at_, into.size());
  at_ += into.size();
  return into.size();
}

Result<size_t> BodyReader::read_file(const FileRange& range, std::span<char> into) {
  auto cannot_read = [&] {
    return tl::unexpected(system_error(errno, fmt::format("cannot read {}", range.file.string())));
  };
  if (file_ < 0) file_ = ::open(range.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) return cannot_read();
  ssize_t got = -1;
  do {
    got = ::pread(file_, into.data(), into.size(), static_cast<off_t>(range.offset + at_));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return cannot_read();
  if (got == 0) {
    return fail(ErrorKind::Corrupt,
                fmt::format("{} became shorter while it was sent: it ends before byte {}", range.file.string(),
                            range.offset + range.length),
                "let nothing change the file while it is sent, and run this again");
  }
  at_ += static_cast<uint64_t>(got);
  return static_cast<size_t>(got);
}

}  // namespace candid::net
