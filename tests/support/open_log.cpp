// Preloaded into a program under test (LD_PRELOAD), writes the absolute path of every file that it, or a library of
// its, asks to open to the file that CANDID_OPEN_LOG names: one after the other, each ended by a NUL, as a path may
// hold anything else. Paths are told as they were asked for, whether or not the file could be opened.
//
// What a call of the C library opens on its own behalf (time zones, the dynamic linker's libraries) is not seen.

#include <climits>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

// Nothing here allocates, and system calls are made directly: a wrapper that were called from within malloc, or that
// called itself, would not return.
class Record {
 public:
  void add(const char* text) {
    for (; *text != 0 && size_ + 1 < sizeof bytes_; ++text) bytes_[size_++] = *text;
  }
  // Where paths begin that are relative to this folder.
  void add_folder(int folder) {
    char link[64];
    if (folder == AT_FDCWD) {
      std::snprintf(link, sizeof link, "/proc/self/cwd");
    } else {
      std::snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    }
    long length = ::syscall(SYS_readlink, link, bytes_, sizeof bytes_ - 2);
    size_ = length > 0 ? static_cast<size_t>(length) : 0;
    bytes_[size_++] = '/';
  }
  // In one call, so that threads do not write into each other's lines.
  void write_to(const char* log) {
    bytes_[size_++] = 0;
    long file = ::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) return;
    ::syscall(SYS_write, file, bytes_, size_);
    ::syscall(SYS_close, file);
  }

 private:
  char bytes_[2 * PATH_MAX];
  size_t size_ = 0;
};

void log_open(int folder, const char* path) {
  const char* log = std::getenv("CANDID_OPEN_LOG");
  if (log == nullptr || path == nullptr) return;
  int kept = errno;
  Record record;
  if (path[0] != '/') record.add_folder(folder);
  record.add(path);
  record.write_to(log);
  errno = kept;
}

int open_at(int folder, const char* path, int flags, mode_t mode) {
  log_open(folder, path);
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
}

bool takes_mode(int flags) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

// Streams belong to the C library; these find its own functions.
FILE* stream_of(const char* function, const char* path, const char* mode) {
  log_open(AT_FDCWD, path);
  using Open = FILE* (*)(const char*, const char*);
  return reinterpret_cast<Open>(::dlsym(RTLD_NEXT, function))(path, mode);
}

}  // namespace

// The two-digit ones are what open() and openat() become in programs that are built with -D_FORTIFY_SOURCE.
#define OPEN_LOG_MODE(flags)                                 \
  mode_t mode = 0;                                           \
  if (takes_mode(flags)) {                                   \
    va_list arguments;                                       \
    va_start(arguments, flags);                              \
    mode = static_cast<mode_t>(va_arg(arguments, unsigned)); \
    va_end(arguments);                                       \
  }

extern "C" {

int open(const char* path, int flags, ...) {
  OPEN_LOG_MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  OPEN_LOG_MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  OPEN_LOG_MODE(flags)
  return open_at(folder, path, flags, mode);
}
int openat64(int folder, const char* path, int flags, ...) {
  OPEN_LOG_MODE(flags)
  return open_at(folder, path, flags, mode);
}
int __open_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
int __open64_2(const char* path, int flags) {
  return open_at(AT_FDCWD, path, flags, 0);
}
int __openat_2(int folder, const char* path, int flags) {
  return open_at(folder, path, flags, 0);
}
int __openat64_2(int folder, const char* path, int flags) {
  return open_at(folder, path, flags, 0);
}
int creat(const char* path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
int creat64(const char* path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}
FILE* fopen(const char* path, const char* mode) {
  return stream_of("fopen", path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  return stream_of("fopen64", path, mode);
}
FILE* freopen(const char* path, const char* mode, FILE* stream) {
  log_open(AT_FDCWD, path);
  using Reopen = FILE* (*)(const char*, const char*, FILE*);
  return reinterpret_cast<Reopen>(::dlsym(RTLD_NEXT, "freopen"))(path, mode, stream);
}

}  // extern "C"
