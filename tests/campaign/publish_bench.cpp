#include "tests/campaign/publish_bench.h"

#include "core/digest.h"

namespace candid::test {

std::optional<track::LinkRecord> PublishBench::record_of(const std::string& url) const {
  return must(ledger()->find_link(sha256(campaign::token_of(url))));
}

}  // namespace candid::test
