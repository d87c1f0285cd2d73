#include "cli/console.h"

#include <cmath>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace candid::cli {
namespace {

constexpr int kProgressWidth = 28;

std::string time_left(double fraction, std::chrono::steady_clock::duration elapsed) {
  double seconds = std::chrono::duration<double>(elapsed).count();
  if (fraction <= 0.02 || seconds < 1) return "";
  long left = std::lround(seconds * (1 - fraction) / fraction);
  return left >= 60 ? fmt::format("{} min {} s left", left / 60, left % 60) : fmt::format("{} s left", left);
}

}  // namespace

Console::Console() : out_is_terminal_(::isatty(1) != 0), err_is_terminal_(::isatty(2) != 0) {
  const char* no_color = std::getenv("NO_COLOR");  // no-color.org: any value but an empty one
  color_ = no_color == nullptr || *no_color == '\0';
}

void Console::say(std::string_view line) const {
  if (!json) std::cout << line << '\n' << std::flush;
}

void Console::note(std::string_view line) const {
  if (!json) std::cerr << line << '\n';
}

void Console::error(const Error& error) const {
  bool color = color_ && err_is_terminal_;
  std::cerr << (color ? "\033[31;1merror:\033[0m " : "error: ") << error.describe() << '\n';
  if (!error.hint().empty()) std::cerr << "  try: " << error.hint() << '\n';
}

void Console::findings(const Findings& findings) const {
  bool color = color_ && err_is_terminal_;
  for (const Finding& finding : findings) {
    const char* paint = !color ? "" : finding.severity == Severity::Error ? "\033[31;1m" : "\033[33;1m";
    std::cerr << paint << to_string(finding.severity) << ':' << (color ? "\033[0m " : " ") << finding.describe()
              << '\n';
    if (!finding.hint.empty()) std::cerr << "  try: " << finding.hint << '\n';
  }
}

void Console::print_json(const nlohmann::json& value) const {
  // Bytes that are no UTF-8 (a file name can hold any) must not end the program.
  std::cout << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n' << std::flush;
}

std::string Console::strong(std::string_view text) const {
  return color_ && out_is_terminal_ ? fmt::format("\033[1m{}\033[0m", text) : std::string(text);
}

std::string Console::quiet(std::string_view text) const {
  return color_ && out_is_terminal_ ? fmt::format("\033[2m{}\033[0m", text) : std::string(text);
}

nlohmann::json to_json(const Findings& findings) {
  nlohmann::json list = nlohmann::json::array();
  for (const Finding& f : findings) {
    list.push_back({{"severity", to_string(f.severity)},
                    {"file", f.file},
                    {"line", f.line},
                    {"column", f.column},
                    {"message", f.message},
                    {"hint", f.hint}});
  }
  return list;
}

nlohmann::json to_json(const Error& error) {
  return {{"kind", to_string(error.kind())}, {"message", error.describe()}, {"hint", error.hint()}};
}

ProgressLine::ProgressLine(const Console& console, std::string what)
    : console_(console), what_(std::move(what)), began_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  if (drawn_) std::cerr << "\r\033[K" << std::flush;
}

void ProgressLine::update(double fraction, std::string_view detail) {
  if (console_.json) return;
  fraction = std::clamp(fraction, 0.0, 1.0);
  std::string left = time_left(fraction, std::chrono::steady_clock::now() - began_);
  std::string tail = fmt::format("{:3.0f} %  {}{}{}", fraction * 100, detail, left.empty() ? "" : ", ", left);
  if (console_.err_is_terminal()) {
    int full = static_cast<int>(fraction * kProgressWidth);
    std::string bar;
    for (int i = 0; i < kProgressWidth; ++i) bar += i < full ? "━" : "─";
    std::cerr << fmt::format("\r\033[K{} {} {}", what_, bar, tail) << std::flush;
    drawn_ = true;
    return;
  }
  int tenths = static_cast<int>(fraction * 10);
  if (tenths <= tenths_shown_) return;
  tenths_shown_ = tenths;
  std::cerr << fmt::format("{} {}\n", what_, tail);
}

}  // namespace candid::cli
