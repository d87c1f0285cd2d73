#include "campaign/moment.h"

#include <vector>

#include "media/video_reader.h"

namespace candid::campaign {
namespace {

// The layers that show words of the candidate's, or all others, as they stand at a moment.
Result<overlay::Composition> layers_at(const Job& job, bool is_personal, const Fields& fields, Microseconds time) {
  const overlay::Template& look = job.campaign.look;
  std::vector<size_t> layers;
  for (size_t i = 0; i < look.layers.size(); ++i) {
    if (look.layers[i].is_personal() == is_personal) layers.push_back(i);
  }
  return overlay::Composition::create(look, fields, job.timeline.size, job.timeline.duration(),
                                      {layers, time, time + Microseconds{1}});
}

}  // namespace

Result<media::Frame> take_frame(const Job& job, int64_t number) {
  media::VideoReader reader = TRY(media::VideoReader::open(job.campaign.take, job.pictures(number, 1)));
  return std::move(*TRY(reader.next()));
}

Result<overlay::Composition> shared_layers(const Job& job, Microseconds time) {
  return layers_at(job, false, {}, time);
}

Result<DrawnMoment> draw_moment(const Job& job, const Moment& moment, const Candidate& candidate) {
  overlay::Composition own = TRY(layers_at(job, true, candidate.fields, moment.time));
  DrawnMoment drawn{moment.frame.share(), own.findings()};
  for (Finding& finding : drawn.findings) {
    finding.file = job.campaign.roster.string();
    finding.line = candidate.line;
  }
  TRY_VOID(overlay::Composition::merged(moment.shared, own).apply(drawn.frame, moment.time));
  return drawn;
}

}  // namespace candid::campaign
