#include "track/evidence/software_gpus.h"

#include <cassert>
#include <utility>
#include <vector>

#include "track/evidence/evidence_assets.h"
#include "track/evidence/kept_list.h"

namespace candid::track {
namespace {

constexpr std::string_view kGpusFile = "software_gpus.txt";

// Pattern in lower case, and what it is.
using Renderers = std::vector<std::pair<std::string, std::string>>;

const Renderers& built_in() {
  static const Renderers list = [] {
    auto rows = read_list(kGpusFile, evidence_assets().at(kGpusFile), 2);
    assert(rows && "assets/evidence/software_gpus.txt is part of the program and tested");
    Renderers renderers;
    for (const ListRow& row : *rows) renderers.emplace_back(lower_ascii(row.columns[0]), row.columns[1]);
    return renderers;
  }();
  return list;
}

}  // namespace

std::string software_gpu(std::string_view renderer) {
  const std::string lower = lower_ascii(renderer);
  for (const auto& [pattern, what] : built_in()) {
    if (lower.find(pattern) != std::string::npos) return what;
  }
  return {};
}

}  // namespace candid::track
