#include "media/av.h"

#include <cstdio>
#include <mutex>

#include <fmt/format.h>

#include "core/log.h"

namespace candid::media {

Error av_error(int code, std::string_view doing) {
  if (code == AVERROR(ENOENT) || code == AVERROR(EACCES) || code == AVERROR(ENOSPC) || code == AVERROR(EPERM)) {
    return system_error(AVUNERROR(code), doing);
  }
  char words[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, words, sizeof words);
  ErrorKind kind = code == AVERROR_INVALIDDATA || code == AVERROR_EOF ? ErrorKind::Corrupt : ErrorKind::Io;
  return {kind, fmt::format("{} ({})", doing, words)};
}

void route_log() {
  static std::once_flag once;
  std::call_once(once, [] {
    av_log_set_callback([](void* context, int level, const char* format, va_list arguments) {
      if (level > AV_LOG_WARNING) return;
      char line[1024];
      int print_prefix = 1;
      av_log_format_line2(context, level, format, arguments, line, sizeof line, &print_prefix);
      std::string_view text = line;
      while (text.ends_with('\n')) text.remove_suffix(1);
      log::debug("libav", text);
    });
  });
}

}  // namespace candid::media
