// What drawing a candidate's overlays costs beside encoding the same frames: CPU seconds of one thread, side by side.
//
// usage: candid_bench_overlays CAMPAIGN ID [ROUNDS]      exit 0: done; 1: failed; 2: wrong use
//
// For every range of the plan that shows anything: the frames are decoded first; then, ROUNDS times in turn, the
// overlays are drawn and laid over copies of them, and the frames with overlays are encoded as the renderer does it.
// The best round of each counts.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <vector>

#include "campaign/faces.h"
#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/workspace.h"
#include "encode/segment_encoder.h"
#include "media/video_reader.h"
#include "overlay/composition.h"

namespace candid {
namespace {

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Cost {
  double draw = std::numeric_limits<double>::infinity();  // once a candidate: shaping, painting
  double lay = std::numeric_limits<double>::infinity();   // once a frame
  double encode = std::numeric_limits<double>::infinity();
};

Result<std::vector<media::Frame>> read_frames(const campaign::Job& job, const campaign::PlannedRange& range) {
  media::VideoReader reader =
      TRY(media::VideoReader::open(job.campaign.take, job.pictures(range.first_frame, range.frame_count)));
  std::vector<media::Frame> frames;
  while (std::optional<media::Frame> frame = TRY(reader.next())) {
    TRY_VOID(frame->make_writable());  // or copies would be paid for below
    frames.push_back(std::move(*frame));
  }
  return frames;
}

Result<Cost> measure(const campaign::Job& job, const campaign::PlannedRange& range, const Fields& fields, int rounds) {
  const campaign::Timeline& timeline = job.timeline;
  std::vector<media::Frame> bare = TRY(read_frames(job, range));
  Microseconds from = timeline.time_of(range.first_frame);
  Microseconds to = timeline.time_of(range.first_frame + range.frame_count);
  Cost cost;
  for (int round = 0; round < rounds; ++round) {
    std::vector<media::Frame> frames;
    for (const media::Frame& frame : bare) {
      frames.push_back(frame.share());
      TRY_VOID(frames.back().make_writable());
    }
    double begin = thread_seconds();
    auto composition = TRY(overlay::Composition::create(job.campaign.look, fields, timeline.size, timeline.duration(),
                                                        {range.layers, from, to}));
    double drawn = thread_seconds();
    for (size_t i = 0; i < frames.size(); ++i)
      TRY_VOID(composition.apply(frames[i], timeline.time_of(range.first_frame + static_cast<int64_t>(i))));
    double laid = thread_seconds();
    auto encoder = TRY(encode::SegmentEncoder::create(job.encoding()));
    for (media::Frame& frame : frames) TRY_VOID(encoder.push(std::move(frame)));
    TRY_VOID(encoder.finish());
    encoder.take();
    double encoded = thread_seconds();
    cost = {std::min(cost.draw, drawn - begin), std::min(cost.lay, laid - drawn),
            std::min(cost.encode, encoded - laid)};
  }
  return cost;
}

Result<void> run(const std::string& folder, const std::string& id, int rounds) {
  Findings findings;
  auto job = campaign::load_job(folder, findings);
  for (const Finding& finding : findings) std::fprintf(stderr, "%s\n", finding.describe().c_str());
  if (!job) return tl::unexpected(job.error());
  TRY_VOID(campaign::find_faces(*job, TRY(campaign::Workspace::open(folder)), {}));
  auto plan = TRY(campaign::make_plan(*job));
  auto candidate = std::find_if(job->roster.candidates.begin(), job->roster.candidates.end(),
                                [&](const campaign::Candidate& one) { return one.id == id; });
  if (candidate == job->roster.candidates.end()) return fail(ErrorKind::NotFound, "no candidate has that id");
  Cost all{0, 0, 0};
  std::printf("frames          draw ms   lay ms  encode ms   overlays of encoding\n");
  for (const campaign::PlannedRange& range : plan.ranges) {
    if (range.layers.empty()) continue;
    Cost cost = TRY(measure(*job, range, candidate->fields, rounds));
    std::printf("%5lld..%-5lld %9.1f %9.1f %9.1f   %5.2f %%\n", static_cast<long long>(range.first_frame),
                static_cast<long long>(range.first_frame + range.frame_count), cost.draw * 1e3, cost.lay * 1e3,
                cost.encode * 1e3, 100 * (cost.draw + cost.lay) / cost.encode);
    all = {all.draw + cost.draw, all.lay + cost.lay, all.encode + cost.encode};
  }
  std::printf("all          %9.1f %9.1f %9.1f   %5.2f %%\n", all.draw * 1e3, all.lay * 1e3, all.encode * 1e3,
              100 * (all.draw + all.lay) / all.encode);
  return {};
}

}  // namespace
}  // namespace candid

int main(int argc, char** argv) {
  int rounds = argc == 4 ? std::atoi(argv[3]) : 3;
  if (argc < 3 || argc > 4 || rounds < 1) {
    std::fprintf(stderr, "usage: candid_bench_overlays CAMPAIGN ID [ROUNDS]\n");
    return 2;
  }
  auto done = candid::run(argv[1], argv[2], rounds);
  if (done) return 0;
  std::fprintf(stderr, "error: %s\n", done.error().describe().c_str());
  return 1;
}
