// One message's picture before it is encoded: the take, decoded and branded with a candidate's layers, as YUV4MPEG2
// (y4m) on stdout. What an encoding of the message is compared with.
//
// usage: candid_bench_composite CAMPAIGN ID      exit 0: done; 1: failed; 2: wrong use

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "campaign/faces.h"
#include "campaign/job.h"
#include "media/video_reader.h"
#include "overlay/composition.h"

namespace candid {
namespace {

Result<const campaign::Candidate*> find_candidate(const campaign::Roster& roster, const std::string& id) {
  auto found = std::find_if(roster.candidates.begin(), roster.candidates.end(),
                            [&](const campaign::Candidate& candidate) { return candidate.id == id; });
  if (found == roster.candidates.end())
    return fail(ErrorKind::NotFound, "no candidate has the id \"" + id + "\"", "candid proof lists the ids");
  return &*found;
}

// Plane after plane, without the bytes that pad its rows.
bool write_frame(const media::Frame& frame, std::FILE* out) {
  bool written = std::fputs("FRAME\n", out) >= 0;
  for (int index = 0; index < 3 && written; ++index) {
    media::ConstPlane plane = frame.plane(index);
    for (int row = 0; row < plane.height && written; ++row) {
      const uint8_t* pixels = plane.data + static_cast<ptrdiff_t>(row) * plane.stride;
      auto width = static_cast<size_t>(plane.width);
      written = std::fwrite(pixels, 1, width, out) == width;
    }
  }
  return written;
}

Result<void> write_composite(const campaign::Job& job, const campaign::Candidate& candidate, std::FILE* out) {
  const campaign::Timeline& timeline = job.timeline;
  overlay::Composition composition =
      TRY(overlay::Composition::create(job.campaign.look, candidate.fields, timeline.size, timeline.duration()));
  media::VideoReader reader = TRY(media::VideoReader::open(job.campaign.take, job.pictures(0, timeline.frames)));
  bool written =
      std::fprintf(out, "YUV4MPEG2 W%d H%d F%d:%d Ip A1:1 C420mpeg2 XCOLORRANGE=LIMITED\n", timeline.size.width,
                   timeline.size.height, static_cast<int>(timeline.rate.num), static_cast<int>(timeline.rate.den)) > 0;
  for (int64_t index = 0; std::optional<media::Frame> frame = TRY(reader.next()); ++index) {
    TRY_VOID(composition.apply(*frame, timeline.time_of(index)));
    written = written && write_frame(*frame, out);
    if (!written) break;
  }
  if (!written || std::fflush(out) != 0) return fail(ErrorKind::Io, "cannot write the picture to stdout");
  return {};
}

Result<void> run(const std::string& folder, const std::string& id) {
  Findings findings;
  auto job = campaign::load_job(folder, findings);
  for (const Finding& finding : findings) std::fprintf(stderr, "%s\n", finding.describe().c_str());
  if (!job) return tl::unexpected(job.error());
  TRY_VOID(campaign::find_faces(*job, TRY(campaign::Workspace::open(folder)), {}));
  return write_composite(*job, *TRY(find_candidate(job->roster, id)), stdout);
}

}  // namespace
}  // namespace candid

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: candid_bench_composite CAMPAIGN ID\n");
    return 2;
  }
  auto done = candid::run(argv[1], argv[2]);
  if (done) return 0;
  std::fprintf(stderr, "error: %s\n", done.error().describe().c_str());
  if (!done.error().hint().empty()) std::fprintf(stderr, "  try: %s\n", done.error().hint().c_str());
  return 1;
}
