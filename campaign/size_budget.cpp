#include "campaign/size_budget.h"

#include <fmt/format.h>

namespace candid::campaign {
namespace {

// What is aimed at lies below the limit by the most that second passes miss it by, on either side.
constexpr double kAim = 0.978;
// The head takes about so much.
constexpr double kHeadBytes = 6000;
constexpr double kHeadBytesAFrame = 16;
// Less of the natural bytes is no picture.
constexpr double kLeastShare = 0.12;

// What the pictures take at constant quality.
double natural_bytes(const Plan& plan, const Workspace& workspace, Rational rate) {
  double sum = 0;
  for (const PlannedRange& range : plan.ranges) {
    auto pass = workspace.find_statistics(range.statistics);
    if (pass) sum += pass->bitrate / 8 * static_cast<double>(range.frame_count) / rate.value();
  }
  return sum;
}

}  // namespace

Result<SizeBudget> share_out(const Job& job, const Plan& plan, const Workspace& workspace, uint64_t sound_bytes) {
  const Timeline& timeline = job.timeline;
  const double megabytes = *job.campaign.video.max_megabytes;
  const double aim = megabytes * 1e6 * kAim;
  const double natural = natural_bytes(plan, workspace, timeline.rate);
  const double beside =
      kHeadBytes + kHeadBytesAFrame * static_cast<double>(timeline.frames) + static_cast<double>(sound_bytes);
  const double pictures = aim - beside;
  if (pictures < natural * kLeastShare) {
    double least = (natural * kLeastShare + beside) / kAim / 1e6;
    return fail(ErrorKind::InvalidInput,
                fmt::format("max_mb = {} is too little for {:.0f} s at {}x{}: the picture would fall apart", megabytes,
                            static_cast<double>(timeline.frames) / timeline.rate.value(), timeline.size.width,
                            timeline.size.height),
                fmt::format("max_mb = {:.1f} or more, or size = \"480p\"", least + 0.05));
  }
  return SizeBudget{natural > 0 ? pictures / natural : 1, static_cast<uint64_t>(aim)};
}

}  // namespace candid::campaign
