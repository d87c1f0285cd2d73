#include "cli/upload_display.h"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <fmt/format.h>

#include "core/text.h"

namespace candid::cli {
namespace {

constexpr size_t kFileLines = 4;
constexpr int kUploadBarWidth = 28;
constexpr int kFileBarWidth = 12;
constexpr size_t kLabelLength = 40;
// Lines that are too long are cut off by the terminal rather than wrapped, as they are drawn over.
constexpr char kNoWrap[] = "\033[?7l";
constexpr char kWrap[] = "\033[?7h";

const char* step_name(campaign::PublishStep step) {
  switch (step) {
    case campaign::PublishStep::Checking:
      return "check ";
    case campaign::PublishStep::Sending:
      return "upload";
    case campaign::PublishStep::Composing:
      return "join  ";
    case campaign::PublishStep::Registering:
      break;
  }
  return "links ";
}

double fraction_of(const campaign::PublishProgress& progress) {
  if (progress.bytes_total > 0)
    return static_cast<double>(progress.bytes_done) / static_cast<double>(progress.bytes_total);
  if (progress.items_total == 0) return 1;
  return static_cast<double>(progress.items_done) / static_cast<double>(progress.items_total);
}

std::string bar(double fraction, int width) {
  int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
  std::string drawn;
  for (int i = 0; i < width; ++i) drawn += i < full ? "━" : "─";
  return drawn;
}

std::string whole_in_words(const campaign::PublishProgress& progress) {
  if (progress.bytes_total == 0)
    return fmt::format("{:3.0f} %  {} of {}", fraction_of(progress) * 100, progress.items_done, progress.items_total);
  std::string words = fmt::format("{:3.0f} %  {} of {}", fraction_of(progress) * 100,
                                  bytes_in_words(progress.bytes_done), bytes_in_words(progress.bytes_total));
  if (progress.bytes_per_second < 1) return words;
  double left = static_cast<double>(progress.bytes_total - progress.bytes_done) / progress.bytes_per_second;
  return words + fmt::format(", {}/s, {} left", bytes_in_words(static_cast<uint64_t>(progress.bytes_per_second)),
                             time_in_words(left));
}

}  // namespace

std::string bytes_in_words(uint64_t bytes) {
  auto count = static_cast<double>(bytes);
  if (count >= 1e9) return fmt::format("{:.2f} GB", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.1f} MB", count / 1e6);
  return count >= 1e3 ? fmt::format("{:.0f} kB", count / 1e3) : fmt::format("{} B", bytes);
}

std::string time_in_words(double seconds) {
  long whole = std::lround(std::min(seconds, 1e8));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

UploadDisplay::~UploadDisplay() {
  clear();
}

void UploadDisplay::clear() {
  if (lines_drawn_ > 0) std::cerr << fmt::format("\033[{}A\r\033[J", lines_drawn_) << std::flush;
  lines_drawn_ = 0;
}

void UploadDisplay::update(const campaign::PublishProgress& progress) {
  if (console_.json) return;
  if (console_.err_is_terminal()) return draw(progress);
  if (progress.step != step_) tenths_told_ = -1;
  step_ = progress.step;
  // Only what takes long is worth lines in a log.
  if (step_ != campaign::PublishStep::Sending) return;
  int tenths = static_cast<int>(fraction_of(progress) * 10);
  if (tenths <= tenths_told_) return;
  tenths_told_ = tenths;
  std::cerr << fmt::format("{} {}\n", step_name(step_), whole_in_words(progress));
}

void UploadDisplay::draw(const campaign::PublishProgress& progress) {
  clear();
  std::string text = kNoWrap;
  text += fmt::format("{} {} {}\n", step_name(progress.step), bar(fraction_of(progress), kUploadBarWidth),
                      whole_in_words(progress));
  size_t shown = std::min(progress.files.size(), kFileLines);
  for (size_t i = 0; i < shown; ++i) {
    const campaign::FileUnderWay& file = progress.files[i];
    double fraction = file.size == 0 ? 1 : static_cast<double>(file.sent) / static_cast<double>(file.size);
    text += fmt::format("  {} {:3.0f} % of {:<8} {}\n", bar(fraction, kFileBarWidth), fraction * 100,
                        bytes_in_words(file.size), shorten(single_line(file.label), kLabelLength));
  }
  std::cerr << text << kWrap << std::flush;
  lines_drawn_ = 1 + static_cast<int>(shown);
}

}  // namespace candid::cli
