#include "cli/live_display.h"

#include <cwchar>
#include <iostream>
#include <sstream>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/text.h"

namespace candid::cli {
namespace {

int cells(const std::string& word) {
  int width = 0;
  std::mbstate_t state{};
  const char* at = word.data();
  const char* end = at + word.size();
  while (at < end) {
    wchar_t character = 0;
    size_t length = std::mbrtowc(&character, at, static_cast<size_t>(end - at), &state);
    if (length == 0 || length > word.size()) return width + static_cast<int>(end - at);
    width += std::max(0, ::wcwidth(character));
    at += length;
  }
  return width;
}

}  // namespace

int LiveDisplay::columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

int LiveDisplay::rows() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1) return size.ws_row;
  return 24;
}

void LiveDisplay::show(const std::vector<std::string>& all) {
  const size_t fitting = std::min(all.size(), static_cast<size_t>(rows() - 1));
  const std::vector<std::string> lines(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(fitting));
  std::string text;
  for (const std::string& line : lines) text += fmt::format("{}\033[K\n", line);
  if (text == shown_) return;
  std::string up = lines_shown_ > 0 ? fmt::format("\033[{}A", lines_shown_) : "";
  // Lines that are no longer there are wiped.
  std::cerr << up << '\r' << text << "\033[J" << std::flush;
  shown_ = std::move(text);
  lines_shown_ = lines.size();
}

void LiveDisplay::clear() {
  if (lines_shown_ == 0) return;
  std::cerr << fmt::format("\033[{}A\r\033[J", lines_shown_) << std::flush;
  lines_shown_ = 0;
  shown_.clear();
}

std::vector<std::string> wrapped(const std::string& text, int columns) {
  std::vector<std::string> lines;
  std::istringstream words(single_line(text));
  int width = 0;
  for (std::string word; words >> word;) {
    int own = cells(word);
    if (lines.empty() || width + 1 + own > columns) {
      lines.push_back(word);
      width = own;
    } else {
      lines.back() += ' ';
      lines.back() += word;
      width += 1 + own;
    }
  }
  return lines;
}

}  // namespace candid::cli
