#include "tests/campaign/publish_bench.h"

#include <fmt/format.h>

#include "core/digest.h"

namespace candid::test {

void PublishBench::render_many(size_t candidates) {
  std::string rows = "id,name,role\n";
  for (size_t i = 0; i < candidates; ++i) rows += fmt::format("{},Sample {},r\n", i, i);
  write("candidates.csv", rows);
  write("campaign.toml", "name = \"Test campaign\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n");
  record(
      "-f lavfi -i color=gray:size=128x128:rate=10:duration=0.5 -f lavfi -i sine=440:duration=0.5:sample_rate=48000 "
      "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
  render();
}

std::optional<track::LinkRecord> PublishBench::record_of(const std::string& url) const {
  return must(ledger()->find_link(sha256(campaign::token_of(url))));
}

}  // namespace candid::test
