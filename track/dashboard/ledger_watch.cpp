#include "track/dashboard/ledger_watch.h"

#include <utility>

#include <fmt/format.h>

namespace candid::track {

LedgerWatch::LedgerWatch(const Ledger& ledger, const ReplyVideos* replies)
    : ledger_(ledger), replies_(replies), known_(look()) {}

// Empty where the ledger cannot tell; nothing while it does not answer, of which whoever reads it is told.
std::optional<std::string> LedgerWatch::look() const {
  auto mark = ledger_.change_mark();
  if (!mark) return std::nullopt;
  if (mark->empty()) return "";
  return fmt::format("{} {}", *mark, replies_ == nullptr ? "" : replies_->change_mark());
}

bool LedgerWatch::has_changed() {
  std::lock_guard lock(mutex_);
  auto now = look();
  if (!now) return false;
  return std::exchange(known_, now) != now || now->empty();
}

}  // namespace candid::track
