#include "campaign/poster.h"

#include <algorithm>
#include <cmath>

#include "campaign/layer_spans.h"
#include "capture/picture_score.h"
#include "core/log.h"
#include "encode/animation.h"
#include "encode/still.h"
#include "media/key_frames.h"
#include "media/video_reader.h"
#include "overlay/blend.h"
#include "overlay/play_mark.h"

namespace candid::campaign {
namespace {

constexpr int kLongSide = 1280;      // px, of the poster
constexpr int kJudgedSide = 640;     // px, longer side of the pictures that are judged
constexpr int kJudgedPictures = 12;  // evenly over the time that is searched
constexpr size_t kEnoughKeyFrames = 4;
constexpr double kSearchSeconds = 8;  // of the time in which the name is on the picture
constexpr double kFadeSeconds = 0.4;  // in which it is not yet, or no longer, wholly there
constexpr int kPreviewSide = 480;     // px, longer side
constexpr Rational kPreviewRate{10, 1};
constexpr int kPreviewPictures = 30;

media::FrameSize fitted(media::FrameSize size, int long_side) {
  double scale = std::min(1.0, static_cast<double>(long_side) / std::max(size.width, size.height));
  return {std::max(2, static_cast<int>(size.width * scale) / 2 * 2),
          std::max(2, static_cast<int>(size.height * scale) / 2 * 2)};
}

// Where to look for the poster: while the first personal layer is wholly there, else everywhere.
FrameSpan search_span(const Job& job) {
  const Timeline& timeline = job.timeline;
  FrameSpan span{0, timeline.frames};
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    std::vector<FrameSpan> personal = personal_spans(job, layer);
    if (personal.empty()) continue;
    const FrameSpan& shown = personal.front();
    auto fade = std::min<int64_t>(std::llround(kFadeSeconds * timeline.rate.value()), (shown.end - shown.first) / 3);
    span = {shown.first + fade, std::max(shown.first + fade + 1, shown.end - fade)};
    break;
  }
  span.end =
      std::min(span.end, span.first + std::max<int64_t>(1, std::llround(kSearchSeconds * timeline.rate.value())));
  return span;
}

// The best of some frames in the span. Judged on the take's own picture: black bars around it would make faces small.
Result<int64_t> best_frame(const Job& job, FrameSpan span) {
  auto judge = capture::PictureJudge::create();
  if (!judge) {
    log::info("campaign", "posters are not chosen by their faces: " + judge.error().describe());
    return span.first + (span.end - span.first) / 2;
  }
  const Timeline& timeline = job.timeline;
  const media::FrameSize size = fitted(job.take.video.shown, kJudgedSide);
  Microseconds from = timeline.take_start + timeline.time_of(span.first);
  Microseconds to = timeline.take_start + timeline.time_of(span.end);
  // Key frames alone, where there are enough of them: then the others need no decoding.
  auto keys = TRY(media::read_key_frames(job.campaign.take, size, from, to, (to - from) / kJudgedPictures));
  if (keys.size() >= kEnoughKeyFrames) {
    std::vector<double> scores;
    for (const media::KeyFrame& key : keys) scores.push_back(judge->judge(key.picture).total);
    auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    std::chrono::duration<double> time = keys[static_cast<size_t>(best)].time - timeline.take_start;
    // By the rule of VideoReader.
    return std::clamp<int64_t>(std::llround(time.count() * timeline.rate.value()), span.first, span.end - 1);
  }
  // A reader at the rate of the pictures wanted converts no others.
  int64_t count = std::min<int64_t>(kJudgedPictures, span.end - span.first);
  int64_t step = (span.end - span.first) / count;
  media::VideoRequest request{size,  {timeline.rate.num, static_cast<int>(timeline.rate.den * step)},
                              {},    timeline.take_start + timeline.time_of(span.first + step / 2),
                              count, 0};
  media::VideoReader reader = TRY(media::VideoReader::open(job.campaign.take, request));
  int64_t best = span.first;
  double best_score = -1;
  for (int64_t i = 0; std::optional<media::Frame> frame = TRY(reader.next()); ++i) {
    double score = judge->judge(*frame).total;
    if (score > best_score) best = span.first + step / 2 + i * step;
    best_score = std::max(best_score, score);
  }
  return best;
}

}  // namespace

Result<PosterMaker> PosterMaker::create(const Job& job, const Plan& plan, const SegmentMaker& segments) {
  PosterMaker maker(job, plan, segments);
  FrameSpan span = search_span(job);
  int64_t frame = TRY(best_frame(job, span));
  maker.poster_ = TRY(maker.read(frame, 1, 1));
  if (!job.campaign.video.previews) return maker;
  // It begins shortly before the poster's moment, but not before the name is wholly there: mails show its first picture
  // where they do not move it.
  double step = job.timeline.rate.value() / kPreviewRate.value();
  auto length = static_cast<int64_t>(step * kPreviewPictures);
  int64_t latest = std::max<int64_t>(0, job.timeline.frames - length);
  int64_t first = std::min(std::max(frame - length / 3, span.first), latest);
  maker.preview_ = TRY(maker.read(first, step, kPreviewPictures));
  return maker;
}

Result<std::vector<PosterMaker::Moment>> PosterMaker::read(int64_t first, double step, int count) const {
  const Timeline& timeline = job_.timeline;
  auto length = std::min<int64_t>(timeline.frames - first, std::llround(step * (count - 1)) + 1);
  media::VideoReader reader = TRY(media::VideoReader::open(job_.campaign.take, job_.pictures(first, length)));
  std::vector<Moment> moments;
  size_t range = 0;
  for (int64_t at = first; std::optional<media::Frame> frame = TRY(reader.next()); ++at) {
    while (range + 1 < plan_.ranges.size() && plan_.ranges[range + 1].first_frame <= at) ++range;
    if (at - first == std::llround(step * static_cast<double>(moments.size())))
      moments.push_back({at, range, std::move(*frame)});
  }
  return moments;
}

Result<media::Frame> PosterMaker::branded(const Moment& moment, const Candidate& candidate) const {
  Microseconds time = job_.timeline.time_of(moment.frame);
  overlay::Composition composition = TRY(segments_.composition(moment.range, candidate.fields, time));
  media::Frame frame = moment.bare.share();
  TRY_VOID(composition.apply(frame, time));
  return frame;
}

Result<std::vector<uint8_t>> PosterMaker::poster(const Candidate& candidate) const {
  media::Frame frame = TRY(branded(poster_.front(), candidate));
  return encode::to_jpeg(frame, fitted(job_.timeline.size, kLongSide));
}

Result<PosterMaker::Previews> PosterMaker::previews(const Candidate& candidate) const {
  media::FrameSize size = fitted(job_.timeline.size, kPreviewSide);
  overlay::Patch mark = overlay::draw_play_mark(size);
  std::vector<media::Frame> frames;
  for (const Moment& moment : preview_) {
    media::Frame frame = TRY(branded(moment, candidate));
    media::Frame small = TRY(encode::scaled(frame, size));
    overlay::blend(small, mark);
    frames.push_back(std::move(small));
  }
  return Previews{TRY(encode::to_gif(frames, kPreviewRate)), TRY(encode::to_webp(frames, kPreviewRate))};
}

}  // namespace candid::campaign
