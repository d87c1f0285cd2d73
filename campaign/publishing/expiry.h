#pragma once
// How long something given out stays good, as people write it: "30d", or the last day, "2026-12-31".

#include <optional>
#include <string_view>

#include "core/error.h"
#include "core/time.h"

namespace candid::campaign {

// One of the two.
struct Expiry {
  std::optional<int> days{};        // from when it was given out
  std::optional<UtcTime> moment{};  // the same for all
  UtcTime after(UtcTime given_out) const;
};

// 1 to 3650 days, or a date, which counts to its end (UTC). InvalidInput names the forms.
Result<Expiry> parse_expiry(std::string_view text);

}  // namespace candid::campaign
