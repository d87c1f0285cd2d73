#include "track/evidence/source_labels.h"

#include <span>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/random.h"
#include "track/evidence/networks.h"
#include "track/evidence/shared_signs.h"

namespace candid::track {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kKnownNetworks = 10'000;
constexpr size_t kLabelBytes = 8;  // of some hundred thousand sources in a span, hardly two share one

}  // namespace

std::vector<std::string> SourceLabels::of(std::string_view network, UtcTime at) {
  if (network.empty()) return {};
  const int64_t span = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()) / kSourceWindow;
  std::lock_guard lock(mutex_);
  if (span != span_ || known_.size() >= kKnownNetworks) known_.clear();
  span_ = span;
  keys_.erase(keys_.begin(), keys_.lower_bound(span - 1));
  auto [place, is_new] = known_.try_emplace(std::string(network));
  if (is_new && !is_shared_by_people(network)) place->second = {label(span - 1, network), label(span, network)};
  return place->second;
}

std::string SourceLabels::label(int64_t span, std::string_view network) {
  std::vector<uint8_t>& key = keys_[span];
  if (key.empty()) key = random_bytes(kKeyBytes);
  const Sha256 mac = hmac_sha256(key, network);
  return to_hex(std::span(mac).first(kLabelBytes));
}

}  // namespace candid::track
