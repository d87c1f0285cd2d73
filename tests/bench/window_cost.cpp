// What a window asks of the floors below it costs, in milliseconds of one thread: a frame for the screen, a seek, a
// candidate's picture, a waveform, a campaign's summary. The median of many counts.
//
// usage: candid_bench_window CAMPAIGN      exit 0: done; 1: failed; 2: wrong use

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "campaign/campaign_summary.h"
#include "campaign/job.h"
#include "campaign/preview.h"
#include "core/random.h"
#include "media/screen_picture.h"
#include "media/video_reader.h"
#include "media/waveform.h"

namespace candid {
namespace {

constexpr int kRounds = 200;

template <typename Work>
Result<double> median_ms(int rounds, const Work& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    auto begin = std::chrono::steady_clock::now();
    TRY_VOID(work(i));
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[static_cast<size_t>(rounds / 2)];
}

template <typename T>
Result<void> done(Result<T> result) {
  if (!result) return tl::unexpected(std::move(result).error());
  return {};
}

void tell(const char* what, double ms) {
  std::printf("%-58s %8.2f ms\n", what, ms);
}

Result<void> measure_screen() {
  struct Way {
    const char* what;
    media::FrameSize from, to;
    media::Mirror mirror;
  };
  for (const Way& way :
       {Way{"a frame for the screen, 1920x1080 to 960x540", {1920, 1080}, {960, 540}, media::Mirror::No},
        Way{"the same, mirrored", {1920, 1080}, {960, 540}, media::Mirror::Yes},
        Way{"a frame for the screen, 1920x1080 to 854x480", {1920, 1080}, {854, 480}, media::Mirror::No},
        Way{"a frame for the screen, 1280x720 as it is", {1280, 720}, {1280, 720}, media::Mirror::No},
        Way{"a frame for the screen, 1280x720 to 960x540", {1280, 720}, {960, 540}, media::Mirror::No}}) {
    media::Frame frame = TRY(media::Frame::allocate(way.from));
    for (int number = 0; number < 3; ++number) {
      media::Plane plane = frame.mutable_plane(number);
      for (int y = 0; y < plane.height; ++y) {
        const std::vector<uint8_t> noise = random_bytes(static_cast<size_t>(plane.width));
        std::copy(noise.begin(), noise.end(), plane.data + static_cast<ptrdiff_t>(y) * plane.stride);
      }
    }
    media::ScreenPicture picture;
    tell(way.what, TRY(median_ms(kRounds, [&](int) { return done(picture.convert(frame, way.to, way.mirror)); })));
  }
  return {};
}

Result<void> measure_take(const campaign::Job& job) {
  constexpr int64_t kStride = 37;  // frames, so that all distances from a key frame are met
  auto seek = [&](int i) -> Result<void> {
    media::VideoRequest request = job.pictures(i * kStride % job.timeline.frames, 1);
    request.size = job.take.video.shown;
    media::VideoReader reader = TRY(media::VideoReader::open(job.campaign.take, request));
    return done(reader.next());
  };
  tell("one frame of the take at its own size, anywhere", TRY(median_ms(kRounds, seek)));
  double seconds = to_seconds(job.take.duration);
  double waveform = TRY(median_ms(5, [&](int) { return done(media::read_waveform(job.campaign.take, 1000, {})); }));
  tell("the waveform of a minute", waveform * 60 / seconds);
  return {};
}

Result<void> run(const std::filesystem::path& folder) {
  TRY_VOID(measure_screen());
  Findings findings;
  auto job = campaign::load_job(folder, findings);
  for (const Finding& finding : findings) std::fprintf(stderr, "%s\n", finding.describe().c_str());
  if (!job) return tl::unexpected(job.error());
  TRY_VOID(measure_take(*job));
  tell("loading the campaign", TRY(median_ms(3, [&](int) {
         Findings again;
         return done(campaign::load_job(folder, again));
       })));
  const campaign::Job& loaded = *job;
  const size_t candidates = loaded.roster.candidates.size();
  const Microseconds moment = loaded.timeline.duration() / 3;
  campaign::Preview preview(loaded);
  tell("a candidate's picture, another moment", TRY(median_ms(30, [&](int i) {
         return done(preview.picture(0, loaded.timeline.time_of(i * 37 % loaded.timeline.frames)));
       })));
  tell("a candidate's picture, another candidate", TRY(median_ms(kRounds, [&](int i) {
         return done(preview.picture(static_cast<size_t>(i) % candidates, moment));
       })));
  tell("a candidate's picture, another look", TRY(median_ms(30, [&](int) {
         preview.change(loaded);
         return done(preview.picture(0, moment));
       })));
  tell("the campaign's summary", TRY(median_ms(5, [&](int) { return done(campaign::summarize_campaign(folder)); })));
  return {};
}

}  // namespace
}  // namespace candid

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: candid_bench_window CAMPAIGN\n");
    return 2;
  }
  auto result = candid::run(argv[1]);
  if (result) return 0;
  std::fprintf(stderr, "error: %s\n", result.error().describe().c_str());
  return 1;
}
