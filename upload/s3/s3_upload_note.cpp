#include "upload/s3/s3_upload_note.h"

#include <nlohmann/json.hpp>

namespace candid::upload {
namespace {
constexpr char kKind[] = "s3";
}  // namespace

std::string to_text(const S3UploadNote& note) {
  nlohmann::json json = {{"kind", kKind},
                         {"store", note.store},
                         {"id", note.id},
                         {"size", note.size},
                         {"part_size", note.part_size},
                         {"content", note.content},
                         {"has_strays", note.has_strays}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<S3UploadNote> parse_s3_upload_note(std::string_view text) {
  try {
    nlohmann::json json = nlohmann::json::parse(text);
    if (json.at("kind").get<std::string>() != kKind) return std::nullopt;
    return S3UploadNote{json.at("store").get<std::string>(),   json.at("id").get<std::string>(),
                        json.at("size").get<uint64_t>(),       json.at("part_size").get<uint64_t>(),
                        json.at("content").get<std::string>(), json.at("has_strays").get<bool>()};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace candid::upload
