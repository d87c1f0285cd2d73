#pragma once
// The pages' words that were read lately, by the JSON that the ledger has of them: reading it takes longer than finding
// it. Internal to track.

#include <string>
#include <unordered_map>

#include "core/error.h"
#include "track/message.h"

namespace candid::track {

// Used under a mutex of its owner.
class PageCache {
 public:
  Result<PageContent> parse(const std::string& json) {
    auto found = pages_.find(json);
    if (found != pages_.end()) return found->second;
    PageContent page = TRY(page_from_json(json));
    if (pages_.size() >= kPages) pages_.clear();
    pages_.emplace(json, page);
    return page;
  }
  void forget() { pages_.clear(); }

 private:
  static constexpr size_t kPages = 500;
  std::unordered_map<std::string, PageContent> pages_;
};

}  // namespace candid::track
