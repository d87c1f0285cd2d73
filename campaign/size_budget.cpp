#include "campaign/size_budget.h"

#include <algorithm>

#include <fmt/format.h>

namespace candid::campaign {
namespace {

// What is aimed at lies below the limit by the most that second passes miss it by, on either side.
constexpr double kAim = 0.978;
// The head takes about so much: sizes and order of frames, and sizes of sound packets.
constexpr double kHeadBytes = 1500;
constexpr double kHeadBytesAFrame = 12.6;
constexpr double kHeadBytesASecond = 190;
// Less of the natural bytes is no picture; more, which is about crf 5 in the place of 23, is not to be seen.
constexpr double kLeastShare = 0.12;
constexpr double kMostShare = 8;

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
  const double frames = static_cast<double>(timeline.frames);
  const double seconds = frames / timeline.rate.value();
  const double beside =
      kHeadBytes + kHeadBytesAFrame * frames + kHeadBytesASecond * seconds + static_cast<double>(sound_bytes);
  const double pictures = aim - beside;
  if (pictures < natural * kLeastShare) {
    double least = (natural * kLeastShare + beside) / kAim / 1e6;
    return fail(ErrorKind::OutOfReach,
                fmt::format("max_mb = {} is too little for {:.0f} s at {}x{}: the picture would fall apart", megabytes,
                            seconds, timeline.size.width, timeline.size.height),
                fmt::format("max_mb = {:.1f} or more, or size = \"480p\"", least + 0.05));
  }
  double share = natural > 0 ? std::min(pictures / natural, kMostShare) : 1;
  return SizeBudget{share, static_cast<uint64_t>(beside + share * natural)};
}

}  // namespace candid::campaign
