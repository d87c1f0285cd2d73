#pragma once
// Graphics that are drawn by the processor: the kept list of assets/evidence/software_gpus.txt.

#include <string>
#include <string_view>

namespace candid::track {

// What it is ("Chromium's software renderer"); empty for a graphics card, and for what is not known.
std::string software_gpu(std::string_view renderer);

}  // namespace candid::track
