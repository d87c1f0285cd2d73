#include "track/ledger/erasure.h"

#include <fmt/format.h>

#include "core/random.h"
#include "core/text.h"

namespace candid::track {
namespace {

// Crockford's base 32: without I, L, O and U, which are misread or make words.
constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kGroups = 4;
constexpr size_t kGroupLetters = 4;

}  // namespace

std::string_view to_string(ErasureReason reason) {
  return reason == ErasureReason::Wish ? "wish" : "retention";
}

std::optional<ErasureReason> erasure_reason(std::string_view name) {
  for (ErasureReason reason : {ErasureReason::Wish, ErasureReason::Retention}) {
    if (to_string(reason) == name) return reason;
  }
  return std::nullopt;
}

std::string mail_identity(std::string_view address) {
  std::string normal = to_lower(trim(address));
  return normal.empty() ? std::string() : fmt::format("mail:{}", normal);
}

std::string message_identity(std::string_view message_id) {
  return fmt::format("message:{}", message_id);
}

std::string make_receipt() {
  std::string receipt = "E";
  auto random = random_bytes(kGroups * kGroupLetters);
  for (size_t i = 0; i < random.size(); ++i) {
    if (i % kGroupLetters == 0) receipt += '-';
    receipt += kLetters[random[i] % kLetters.size()];
  }
  return receipt;
}

bool is_receipt(std::string_view text) {
  if (text.size() != 1 + kGroups * (kGroupLetters + 1) || text.front() != 'E') return false;
  for (size_t i = 1; i < text.size(); ++i) {
    bool is_dash = (i - 1) % (kGroupLetters + 1) == 0;
    if (is_dash ? text[i] != '-' : kLetters.find(text[i]) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace candid::track
