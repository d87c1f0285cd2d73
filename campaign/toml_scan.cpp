#include "campaign/toml_scan.h"

#include <algorithm>

#include "campaign/toml_document.h"

namespace candid::campaign {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view without_space(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  size_t end = text.find_last_not_of(kSpace) + 1;
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

// A part of a key as it is read. toml++ knows the escapes.
std::string key_part(std::string_view written) {
  if (written.size() < 2 || (written[0] != '"' && written[0] != '\'')) return std::string(written);
  std::string line = "part = ";
  line += written;
  auto parsed = parse_toml(line);
  return parsed ? (*parsed)["part"].value_or(std::string()) : std::string();
}

class TomlScanner {
 public:
  TomlScanner(std::string_view text, size_t at, size_t end) : text_(text.substr(0, end)), at_(at) {}

  std::vector<TomlSection> document() {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    std::vector<TomlSection> sections(1);
    sections[0].header = {at_, at_};
    while (skip_blank()) {
      if (text_[at_] == '[') {
        sections.push_back(header());
      } else {
        TomlEntry line = entry();
        line.whole = {line_begin(text_, line.whole.begin), line_end(text_, line.whole.end)};
        at_ = line.whole.end;
        sections.back().entries.push_back(std::move(line));
      }
    }
    return sections;
  }

  // From after "{" on.
  std::vector<TomlEntry> inline_entries() {
    std::vector<TomlEntry> entries;
    while (skip_blank() && text_[at_] != '}') {
      entries.push_back(entry());
      if (skip_blank() && text_[at_] == ',') ++at_;
    }
    return entries;
  }

 private:
  bool is_at(std::string_view token) const { return text_.substr(at_).starts_with(token); }

  // Spaces, line breaks and comments. False at the end.
  bool skip_blank() {
    constexpr std::string_view kBlank = " \t\r\n";
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = line_end(text_, at_);
      } else if (kBlank.find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return true;
      }
    }
    return false;
  }

  void skip_string() {
    const char quote = text_[at_];
    const std::string triple(3, quote);
    const std::string_view closing = is_at(triple) ? std::string_view(triple) : std::string_view(triple).substr(0, 1);
    at_ += closing.size();
    while (at_ < text_.size() && !is_at(closing)) at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_ + closing.size(), text_.size());
    // Up to two quotes may stand before the closing three, as a part of the text.
    for (int i = 0; i < 2 && closing.size() == 3 && at_ < text_.size() && text_[at_] == quote; ++i) ++at_;
  }

  void skip_brackets() {
    int depth = 0;
    while (skip_blank()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string();
        continue;
      }
      ++at_;
      if (c == '[' || c == '{') ++depth;
      if ((c == ']' || c == '}') && --depth == 0) return;
    }
  }

  TextSpan value() {
    const size_t begin = at_;
    if (at_ >= text_.size()) return {begin, begin};
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      skip_string();
    } else if (c == '[' || c == '{') {
      skip_brackets();
    } else {
      at_ = std::min(text_.find_first_of(",]}#\r\n", at_), text_.size());
      while (at_ > begin && (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t')) --at_;
    }
    return {begin, at_};
  }

  // Up to `end`, which is passed by.
  TomlPath key(char end) {
    TomlPath parts;
    size_t begin = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string();
        continue;
      }
      if (c == '.' || c == end) {
        parts.push_back(key_part(without_space(text_.substr(begin, at_ - begin))));
        begin = at_ + 1;
      }
      ++at_;
      if (c == end) return parts;
    }
    return parts;
  }

  TomlEntry entry() {
    TomlEntry made;
    made.whole.begin = at_;
    made.key = key('=');
    skip_blank();
    made.value = value();
    made.whole.end = made.value.end;
    return made;
  }

  TomlSection header() {
    TomlSection made;
    made.header = {line_begin(text_, at_), line_end(text_, at_)};
    made.is_listed = is_at("[[");
    at_ += made.is_listed ? 2 : 1;
    made.name = key(']');
    at_ = made.header.end;
    return made;
  }

  std::string_view text_;
  size_t at_;
};

}  // namespace

std::vector<TomlSection> scan_toml(std::string_view text) {
  return TomlScanner(text, 0, text.size()).document();
}

std::vector<TomlEntry> scan_inline_table(std::string_view text, TextSpan table) {
  return TomlScanner(text, table.begin + 1, table.end).inline_entries();
}

bool is_comment_line(std::string_view text, size_t begin) {
  size_t first = text.find_first_not_of(" \t", begin);
  return first != std::string_view::npos && text[first] == '#';
}

size_t line_begin(std::string_view text, size_t at) {
  size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  if (before != std::string_view::npos) return before + 1;
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

size_t line_end(std::string_view text, size_t at) {
  size_t end = std::min(text.find('\n', at), text.size());
  return end > at && end < text.size() && text[end - 1] == '\r' ? end - 1 : end;
}

size_t next_line(std::string_view text, size_t at) {
  size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

}  // namespace candid::campaign
