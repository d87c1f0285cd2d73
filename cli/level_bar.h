#pragma once
// A level in a line of text.

#include <string>

namespace candid::cli {

// LevelMeter::peak_dbfs() as "▕████████····▏ -14 dB", `width` cells between the marks.
std::string level_bar(double peak_dbfs, int width);

}  // namespace candid::cli
