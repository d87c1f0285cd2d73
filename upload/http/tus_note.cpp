#include "upload/http/tus_note.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/encoding.h"

namespace candid::upload {
namespace {

std::string_view take_word(std::string_view& line) {
  size_t space = std::min(line.find(' '), line.size());
  std::string_view word = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  return word;
}

bool is_below(std::string_view url, std::string_view origin) {
  return url.starts_with(origin) && url.substr(origin.size()).starts_with('/');
}

std::optional<TusUpload> read_upload(std::string_view line, std::string_view origin) {
  TusUpload upload;
  std::string_view size = take_word(line);
  auto [end, code] = std::from_chars(size.data(), size.data() + size.size(), upload.size);
  auto digest = from_hex(take_word(line));
  if (code != std::errc() || end != size.data() + size.size() || !digest || digest->size() != upload.sha256.size() ||
      !is_below(line, origin)) {
    return std::nullopt;
  }
  std::copy(digest->begin(), digest->end(), upload.sha256.begin());
  upload.url = line;
  return upload;
}

}  // namespace

std::string write_tus_note(const TusNote& note) {
  std::string text;
  auto add = [&](std::string_view kind, const std::optional<TusUpload>& upload) {
    if (upload) text += fmt::format("{} {} {} {}\n", kind, upload->size, to_hex(upload->sha256), upload->url);
  };
  add("object", note.object);
  add("sending", note.sending);
  if (note.sending) text += fmt::format("since {}\n", format_utc(note.sending_since));
  for (const std::string& url : note.obsolete) text += fmt::format("obsolete {}\n", url);
  return text;
}

TusNote read_tus_note(std::string_view text, std::string_view origin) {
  TusNote note;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string_view kind = take_word(line);
    if (kind == "object") note.object = read_upload(line, origin);
    if (kind == "sending") note.sending = read_upload(line, origin);
    if (kind == "since") note.sending_since = parse_utc(line).value_or(UtcTime{});
    if (kind == "obsolete" && is_below(line, origin)) note.obsolete.emplace_back(line);
  }
  return note;
}

}  // namespace candid::upload
