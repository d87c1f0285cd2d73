#include "encode/segment_record.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "core/encoding.h"
#include "encode/recipe.h"

namespace candid::encode {
namespace {

constexpr int kRecordVersion = 1;

std::vector<uint8_t> bytes_from(const nlohmann::json& hex) {
  auto bytes = from_hex(hex.get<std::string>());
  if (!bytes || bytes->size() < 4) throw std::invalid_argument("a parameter set is not one");
  return std::move(*bytes);
}

}  // namespace

uint64_t SegmentRecord::size() const {
  uint64_t total = 0;
  for (const EncodedFrame& frame : index.frames) total += frame.size;
  return total;
}

std::string to_json(const SegmentRecord& record) {
  // A frame is [bytes, presentation index], an IDR has a third value.
  nlohmann::json frames = nlohmann::json::array();
  for (const EncodedFrame& frame : record.index.frames) {
    nlohmann::json row = {frame.size, frame.presentation};
    if (frame.is_key) row.push_back(1);
    frames.push_back(std::move(row));
  }
  nlohmann::json json = {{"version", kRecordVersion},
                         {"key", record.key},
                         {"part", record.part},
                         {"sps", to_hex(record.index.parameter_sets.sps)},
                         {"pps", to_hex(record.index.parameter_sets.pps)},
                         {"frames", std::move(frames)}};
  return json.dump() + "\n";
}

Result<SegmentRecord> parse_segment_record(std::string_view text) {
  auto corrupt = [](const char* why) {
    return fail(ErrorKind::Corrupt, std::string("not a segment's record: ") + why, "render again");
  };
  try {
    nlohmann::json json = nlohmann::json::parse(text);
    if (json.at("version").get<int>() != kRecordVersion) return corrupt("it is of another version");
    SegmentRecord record;
    record.key = json.at("key").get<std::string>();
    record.part = json.at("part").get<std::string>();
    if (!is_part_name(record.part)) return corrupt("its part is not named by a SHA-256");
    record.index.parameter_sets = {bytes_from(json.at("sps")), bytes_from(json.at("pps"))};
    const nlohmann::json& frames = json.at("frames");
    std::vector<bool> shown(frames.size());
    for (const nlohmann::json& row : frames) {
      EncodedFrame frame{row.at(0).get<uint32_t>(), row.at(1).get<int32_t>(), row.size() > 2};
      if (frame.size == 0 || frame.presentation < 0 || static_cast<size_t>(frame.presentation) >= shown.size() ||
          shown[static_cast<size_t>(frame.presentation)]) {
        return corrupt("its frames are not in order");
      }
      shown[static_cast<size_t>(frame.presentation)] = true;
      record.index.frames.push_back(frame);
    }
    if (record.index.frames.empty() || !record.index.frames.front().is_key) return corrupt("it begins without an IDR");
    return record;
  } catch (const std::exception& error) {
    return corrupt(error.what());
  }
}

}  // namespace candid::encode
