#include "campaign/poster.h"

#include <algorithm>

#include "encode/still.h"
#include "media/video_reader.h"

namespace candid::campaign {
namespace {

constexpr int kLongSide = 1280;  // px

media::FrameSize poster_size(media::FrameSize size) {
  double scale = std::min(1.0, static_cast<double>(kLongSide) / std::max(size.width, size.height));
  return {static_cast<int>(size.width * scale) / 2 * 2, static_cast<int>(size.height * scale) / 2 * 2};
}

}  // namespace

Result<PosterMaker> PosterMaker::create(const Job& job, const Plan& plan, const SegmentMaker& segments) {
  const Timeline& timeline = job.timeline;
  int64_t index = timeline.frame_at(personal_moments(job).front());
  media::VideoRequest request{timeline.size, timeline.rate, job.campaign.video.fit, timeline.take_start, 1, index};
  media::VideoReader reader = TRY(media::VideoReader::open(job.campaign.take, request));
  PosterMaker maker(job, segments, std::move(*TRY(reader.next())));
  maker.frame_ = index;
  auto after = std::find_if(plan.ranges.begin(), plan.ranges.end(),
                            [&](const PlannedRange& range) { return range.first_frame > index; });
  maker.range_ = static_cast<size_t>(after - plan.ranges.begin()) - 1;
  return maker;
}

Result<std::vector<uint8_t>> PosterMaker::make(const Candidate& candidate) const {
  overlay::Composition composition = TRY(segments_.composition(range_, candidate.fields));
  media::Frame frame = bare_.share();
  TRY_VOID(composition.apply(frame, job_.timeline.time_of(frame_)));
  return encode::to_jpeg(frame, poster_size(job_.timeline.size));
}

}  // namespace candid::campaign
