#include "campaign/edition.h"

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::campaign {
namespace {

constexpr size_t kDigits = 32;

}  // namespace

std::string edition_of(std::string_view message_id, std::string_view recipe_json) {
  return fmt::format("{}-{}", message_id, to_hex(sha256(recipe_json)).substr(0, kDigits));
}

std::string_view message_of(std::string_view edition) {
  bool has_digest = edition.size() > kDigits + 1 && edition[edition.size() - kDigits - 1] == '-';
  return has_digest ? edition.substr(0, edition.size() - kDigits - 1) : edition;
}

bool is_recipe_of(std::string_view edition, std::string_view recipe_json) {
  std::string_view message = message_of(edition);
  return message == edition || edition_of(message, recipe_json) == edition;
}

}  // namespace candid::campaign
