#include "campaign/layer_spans.h"

#include <algorithm>

namespace candid::campaign {
namespace {

bool overlap(const FrameSpan& span, const FrameRange& range) {
  return span.first < span.end && span.first < range.first_frame + range.frame_count && span.end > range.first_frame;
}

}  // namespace

FrameSpan span_of(const Job& job, const overlay::Layer& layer) {
  const Timeline& timeline = job.timeline;
  return {timeline.first_frame_from(layer.start.at(timeline.duration())),
          timeline.first_frame_from(layer.end.at(timeline.duration()))};
}

FrameSpan span_of(const Job& job, const overlay::Layer& layer, const overlay::CaptionLine& line) {
  FrameSpan whole = span_of(job, layer);
  return {std::max(whole.first, job.timeline.first_frame_from(line.start)),
          std::min(whole.end, job.timeline.first_frame_from(line.end))};
}

bool shows(const Job& job, const overlay::Layer& layer, const FrameRange& range) {
  if (layer.kind != overlay::LayerKind::Captions) return overlap(span_of(job, layer), range);
  return layer.is_burned_in && !lines_in(job, layer, range).empty();
}

std::vector<FrameSpan> personal_spans(const Job& job, const overlay::Layer& layer) {
  if (!layer.is_personal()) return {};
  if (layer.kind != overlay::LayerKind::Captions) return {span_of(job, layer)};
  std::vector<FrameSpan> spans;
  for (const overlay::CaptionLine& line : layer.lines) {
    FrameSpan span = span_of(job, layer, line);
    if (layer.is_burned_in && line.text.is_personal() && span.first < span.end) spans.push_back(span);
  }
  return spans;
}

std::vector<const overlay::CaptionLine*> lines_in(const Job& job, const overlay::Layer& layer,
                                                  const FrameRange& range) {
  std::vector<const overlay::CaptionLine*> lines;
  for (const overlay::CaptionLine& line : layer.lines) {
    if (overlap(span_of(job, layer, line), range)) lines.push_back(&line);
  }
  return lines;
}

}  // namespace candid::campaign
