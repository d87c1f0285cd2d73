#include "campaign/segment_maker.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "encode/segment_encoder.h"
#include "media/video_reader.h"
#include "overlay/crossfade.h"

namespace candid::campaign {
namespace {

// A candidate that does not exist, with words of common length: what a first pass sees in the place of everyone's.
Fields typical_fields(const overlay::Template& look) {
  Fields fields;
  for (const overlay::Layer& layer : look.layers) {
    auto add = [&](const FieldText& text) {
      for (const std::string& field : text.fields()) fields[field] = "Common Words";
    };
    for (const FieldText* text : {&layer.text, &layer.subtext, &layer.action}) add(*text);
    for (const overlay::CaptionLine& line : layer.lines) add(line.text);
  }
  return fields;
}

Result<void> check_drawn(const overlay::Composition& composition) {
  for (const Finding& finding : composition.findings()) {
    if (finding.severity == Severity::Error) return fail(ErrorKind::InvalidInput, finding.message, finding.hint);
  }
  return {};
}

double bitrate_of(const encode::Segment& segment, Rational rate) {
  return static_cast<double>(segment.bytes.size()) * 8 * rate.value() / static_cast<double>(segment.frames.size());
}

// Which bitrate to ask x264 for, so that what comes out is the one that is wanted. Over few frames it comes out as
// another, and more for more.
class BitrateSearch {
 public:
  explicit BitrateSearch(double wanted) : wanted_(wanted) {}

  // What to ask for after `asked` gave `got`; nothing once that is near enough, or as near as it gets.
  std::optional<double> next(double asked, double got) {
    constexpr int kMostTries = 6;
    constexpr double kTolerance = 0.012;
    constexpr double kNoMore = 0.005;
    Try latest{asked, got / wanted_};
    double miss = std::abs(latest.ratio - 1);
    is_nearest_ = miss < smallest_miss_;
    smallest_miss_ = std::min(miss, smallest_miss_);
    std::optional<Try>& side = latest.ratio < 1 ? below_ : above_;
    // A picture that has no more to tell takes no more bits.
    bool is_full = latest.ratio < 1 && side && !above_ && latest.ratio < side->ratio * (1 + kNoMore);
    side = latest;
    if (++tries_ == kMostTries || miss <= kTolerance || is_full) return std::nullopt;
    if (!below_ || !above_) return asked / latest.ratio;
    double part = std::log(1 / below_->ratio) / std::log(above_->ratio / below_->ratio);
    return below_->asked * std::pow(above_->asked / below_->asked, part);
  }
  // Whether no earlier try came nearer than the last one.
  bool is_nearest() const { return is_nearest_; }

 private:
  struct Try {
    double asked;
    double ratio;  // of what came out to what is wanted
  };
  double wanted_;
  std::optional<Try> below_;
  std::optional<Try> above_;
  double smallest_miss_ = std::numeric_limits<double>::infinity();
  bool is_nearest_ = false;
  int tries_ = 0;
};

}  // namespace

Result<SegmentMaker> SegmentMaker::create(const Job& job, const Plan& plan, const Workspace& workspace,
                                          media::MemoryBudget& budget, ProgressMeter& meter, std::stop_token stop) {
  SegmentMaker maker(job, plan, workspace, budget, meter, std::move(stop));
  std::vector<size_t> layers;
  for (size_t i = 0; i < job.campaign.look.layers.size(); ++i) {
    if (!maker.is_drawn_by_range(job.campaign.look.layers[i])) layers.push_back(i);
  }
  maker.shared_ =
      TRY(overlay::Composition::create(job.campaign.look, {}, job.timeline.size, job.timeline.duration(), {layers}));
  TRY_VOID(check_drawn(maker.shared_));
  TRY_VOID(maker.check_captions());
  return maker;
}

// What differs from candidate to candidate, and captions: all those of a long video would fill the memory. A video that
// is rendered whole is one range, and needs them all anyway.
bool SegmentMaker::is_drawn_by_range(const overlay::Layer& layer) const {
  bool is_cut = job_.campaign.video.codec == encode::Codec::H264;
  return layer.is_personal() || (is_cut && layer.kind == overlay::LayerKind::Captions);
}

// Whether each caption can be drawn, before any work.
Result<void> SegmentMaker::check_captions() const {
  const overlay::Template& look = job_.campaign.look;
  const Fields anybody = typical_fields(look);
  for (size_t i = 0; i < look.layers.size(); ++i) {
    const overlay::Layer& layer = look.layers[i];
    if (layer.kind != overlay::LayerKind::Captions || !is_drawn_by_range(layer)) continue;
    for (const overlay::CaptionLine& line : layer.lines) {
      overlay::DrawnPart part{std::span(&i, 1), line.start, line.start + Microseconds{1}};
      TRY_VOID(check_drawn(
          TRY(overlay::Composition::create(look, anybody, job_.timeline.size, job_.timeline.duration(), part))));
    }
  }
  return {};
}

size_t SegmentMaker::first_personal_layer(const PlannedRange& range) const {
  const auto& layers = job_.campaign.look.layers;
  auto first =
      std::find_if(range.layers.begin(), range.layers.end(), [&](size_t i) { return layers[i].is_personal(); });
  return first == range.layers.end() ? layers.size() : *first;
}

Result<media::VideoReader> SegmentMaker::open_reader(const PlannedRange& range) const {
  return media::VideoReader::open(job_.campaign.take, job_.pictures(range.first_frame, range.frame_count));
}

Result<overlay::Composition> SegmentMaker::composition(size_t index, const Fields& fields,
                                                       std::optional<Microseconds> moment) const {
  const PlannedRange& range = plan_.ranges[index];
  const overlay::Template& look = job_.campaign.look;
  Microseconds from = moment.value_or(job_.timeline.time_of(range.first_frame));
  Microseconds to = moment ? *moment + Microseconds{1} : job_.timeline.time_of(range.first_frame + range.frame_count);
  std::vector<size_t> drawn_here;
  for (size_t i : range.layers) {
    if (is_drawn_by_range(look.layers[i])) drawn_here.push_back(i);
  }
  overlay::Composition own = TRY(
      overlay::Composition::create(look, fields, job_.timeline.size, job_.timeline.duration(), {drawn_here, from, to}));
  TRY_VOID(check_drawn(own));
  return overlay::Composition::merged(shared_, own);
}

Result<void> SegmentMaker::prepare(size_t index, bool keep_frames) {
  const PlannedRange& range = plan_.ranges[index];
  bool takes_notes = !range.statistics.empty() && !workspace_.find_statistics(range.statistics);
  if (!takes_notes && !keep_frames) return {};
  size_t split = first_personal_layer(range);
  overlay::Composition all = TRY(composition(index, typical_fields(job_.campaign.look)));
  overlay::Composition below = all.below(split);
  overlay::Composition above = all.from(split);
  std::optional<encode::SegmentEncoder> notes;
  if (takes_notes) {
    encode::FirstPass first{workspace_.statistics_path(range.statistics)};
    notes.emplace(TRY(encode::SegmentEncoder::create(job_.encoding(), first)));
  }
  if (keep_frames) {
    stores_[index] = std::make_unique<media::FrameStore>(job_.timeline.size, budget_, workspace_.scratch_folder());
  }

  media::VideoReader reader = TRY(open_reader(range));
  for (int64_t at = range.first_frame; std::optional<media::Frame> frame = TRY(reader.next()); ++at) {
    if (stop_.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
    Microseconds time = job_.timeline.time_of(at);
    TRY_VOID(below.apply(*frame, time));
    if (keep_frames) TRY_VOID(stores_[index]->add(frame->share()));
    if (notes) {
      TRY_VOID(above.apply(*frame, time));
      TRY_VOID(notes->push(std::move(*frame)));
    }
    meter_.frame_done(notes ? 1 : kKeepWeight);
  }
  if (!notes) return {};
  TRY_VOID(notes->finish());
  return workspace_.keep_statistics(range.statistics, bitrate_of(notes->take(), job_.timeline.rate));
}

Result<void> SegmentMaker::draw(size_t index, const Candidate& candidate, media::FrameSink& sink) const {
  const PlannedRange& range = plan_.ranges[index];
  overlay::Composition all = TRY(composition(index, candidate.fields));
  const media::FrameStore* store = stores_[index].get();
  std::optional<media::VideoReader> reader;
  if (store == nullptr) reader.emplace(TRY(open_reader(range)));
  // What is drawn on kept frames must not be drawn again.
  overlay::Composition drawn = store == nullptr ? all : all.from(first_personal_layer(range));
  double weight = range.statistics.empty() ? 1 : kSecondPassWeight;
  for (int64_t i = 0; i < range.frame_count; ++i) {
    if (stop_.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
    media::Frame frame = store != nullptr ? TRY(store->at(i)) : std::move(*TRY(reader->next()));
    TRY_VOID(drawn.apply(frame, job_.timeline.time_of(range.first_frame + i)));
    TRY_VOID(sink.push(std::move(frame)));
    meter_.frame_done(weight);
  }
  return sink.finish();
}

Result<void> SegmentMaker::make(size_t index, const std::string& key, const Candidate& candidate) {
  const PlannedRange& range = plan_.ranges[index];
  if (range.statistics.empty()) {
    auto encoder = TRY(encode::SegmentEncoder::create(job_.encoding()));
    TRY_VOID(draw(index, candidate, encoder));
    return workspace_.save_segment(key, encoder.take());
  }
  auto second = workspace_.find_statistics(range.statistics);
  if (!second) return fail(ErrorKind::Internal, "a first pass is missing");
  return workspace_.save_segment(key, TRY(encode_second(index, candidate, *second)));
}

// Where bytes are counted, a segment that misses its share by too much is tried again; the nearest try stays.
Result<encode::Segment> SegmentMaker::encode_second(size_t index, const Candidate& candidate,
                                                    encode::SecondPass pass) const {
  const double wanted = pass.bitrate * share_.value_or(1);
  pass.bitrate = wanted;
  BitrateSearch search(wanted);
  encode::Segment nearest;
  while (true) {
    auto encoder = TRY(encode::SegmentEncoder::create(job_.encoding(), pass));
    TRY_VOID(draw(index, candidate, encoder));
    encode::Segment segment = encoder.take();
    std::optional<double> next = search.next(pass.bitrate, bitrate_of(segment, job_.timeline.rate));
    if (search.is_nearest()) nearest = std::move(segment);
    if (!share_ || !next) return nearest;
    pass.bitrate = *next;
  }
}

// The body's frames with one candidate's words, from the first on.
class SegmentMaker::Body {
 public:
  // Both are borrowed.
  Body(const SegmentMaker& maker, const Candidate& candidate) : maker_(maker), candidate_(candidate) {}

  // To be called at most once a frame of the body.
  Result<media::Frame> next() {
    if (left_ == 0) TRY_VOID(open_range());
    media::Frame frame = std::move(*TRY(reader_->next()));
    TRY_VOID(composition_.apply(frame, maker_.job_.timeline.time_of(at_)));
    ++at_;
    --left_;
    return frame;
  }

 private:
  Result<void> open_range() {
    const PlannedRange& range = maker_.plan_.ranges[next_range_];
    reader_.emplace(TRY(maker_.open_reader(range)));
    composition_ = TRY(maker_.composition(next_range_, candidate_.fields));
    left_ = range.frame_count;
    ++next_range_;
    return {};
  }

  const SegmentMaker& maker_;
  const Candidate& candidate_;
  size_t next_range_ = 0;
  int64_t at_ = 0;
  int64_t left_ = 0;  // frames of the open range
  std::optional<media::VideoReader> reader_;
  overlay::Composition composition_;
};

Result<void> SegmentMaker::make_greeting(size_t candidate, const std::string& key) {
  const Greeting& greeting = job_.greetings.at(candidate);
  const Timeline& timeline = job_.timeline;
  const int64_t body_start = greeting.frames - job_.crossfade_frames;
  Body body(*this, job_.roster.candidates[candidate]);
  std::vector<size_t> layers = layers_over_greetings(job_);
  overlay::Template look = job_.campaign.look;
  look.faces.clear();  // they are the take's
  auto composition =
      TRY(overlay::Composition::create(look, {}, timeline.size, timeline.time_of(greeting.frames), {layers}));
  media::VideoRequest request{timeline.size, timeline.rate, job_.campaign.video.fit, {}, greeting.frames, 0};
  media::VideoReader reader = TRY(media::VideoReader::open(greeting.file, request));
  encode::SegmentEncoder encoder = TRY(encode::SegmentEncoder::create(job_.encoding()));
  for (int64_t at = 0; std::optional<media::Frame> frame = TRY(reader.next()); ++at) {
    if (stop_.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
    TRY_VOID(composition.apply(*frame, timeline.time_of(at)));
    if (at >= body_start) {
      TRY_VOID(overlay::crossfade(*frame, TRY(body.next()), at - body_start, job_.crossfade_frames));
      meter_.frame_done(kKeepWeight);
    }
    TRY_VOID(encoder.push(std::move(*frame)));
    meter_.frame_done(1);
  }
  TRY_VOID(encoder.finish());
  return workspace_.save_segment(key, encoder.take());
}

}  // namespace candid::campaign
