#include "campaign/ranges.h"

#include <algorithm>

namespace candid::campaign {
namespace {

constexpr int64_t kLeastFrames = 2;
constexpr int64_t kMostKeyframeIntervals = 4;  // in a piece

std::vector<FrameSpan> merge_overlapping(std::vector<FrameSpan> spans) {
  std::sort(spans.begin(), spans.end(), [](const FrameSpan& a, const FrameSpan& b) { return a.first < b.first; });
  std::vector<FrameSpan> merged;
  for (const FrameSpan& span : spans) {
    if (span.first >= span.end) continue;
    if (!merged.empty() && span.first < merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

// Personal spans grow over shared gaps that are too short: the span before takes them, at the start the one after.
void take_short_gaps(std::vector<FrameSpan>& spans, int64_t frames, int64_t least) {
  if (spans.front().first < least) spans.front().first = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    int64_t next = i + 1 < spans.size() ? spans[i + 1].first : frames;
    if (next - spans[i].end < least) spans[i].end = next;
  }
}

bool is_short(const FrameSpan& span) {
  return span.end - span.first < kLeastFrames;
}

// A span of a single frame becomes one with the personal span that follows it, takes a frame from a shared neighbour,
// or becomes one with the personal span before it.
std::vector<FrameSpan> lengthen(const std::vector<FrameSpan>& spans, int64_t frames) {
  std::vector<FrameSpan> longer;
  for (size_t i = 0; i < spans.size(); ++i) {
    if (!longer.empty() && is_short(longer.back()) && longer.back().end == spans[i].first) {
      longer.back().end = spans[i].end;
    } else {
      longer.push_back(spans[i]);
    }
    FrameSpan& span = longer.back();
    int64_t next = i + 1 < spans.size() ? spans[i + 1].first : frames;
    bool followed = i + 1 < spans.size() && next == span.end;
    if (!is_short(span) || followed) continue;
    int64_t before = longer.size() > 1 ? longer[longer.size() - 2].end : 0;
    if (span.end < next) {
      ++span.end;
    } else if (span.first > before) {
      --span.first;
    } else {
      longer[longer.size() - 2].end = span.end;
      longer.pop_back();
    }
  }
  return longer;
}

void add_pieces(std::vector<FrameRange>& ranges, FrameSpan span, bool is_personal, int64_t interval) {
  int64_t count = span.end - span.first;
  int64_t intervals = (count + interval - 1) / interval;
  int64_t pieces = (intervals + kMostKeyframeIntervals - 1) / kMostKeyframeIntervals;
  for (int64_t piece = 0; piece < pieces; ++piece) {
    int64_t begin = span.first + intervals * piece / pieces * interval;
    int64_t end = std::min(span.end, span.first + intervals * (piece + 1) / pieces * interval);
    ranges.push_back({begin, end - begin, is_personal});
  }
}

// Those parts of the spans, counted from its first frame.
std::vector<FrameSpan> within(const std::vector<FrameSpan>& spans, FrameSpan part) {
  std::vector<FrameSpan> inside;
  for (const FrameSpan& span : spans) {
    inside.push_back({std::max(span.first, part.first) - part.first, std::min(span.end, part.end) - part.first});
  }
  return inside;
}

std::vector<FrameRange> split(int64_t frames, std::vector<FrameSpan> personal, const CutRules& rules) {
  std::vector<FrameSpan> spans = merge_overlapping(std::move(personal));
  if (!spans.empty()) {
    // Both neighbours may still take a frame of a gap.
    take_short_gaps(spans, frames, std::max(kLeastFrames + 2, rules.least_shared));
    spans = lengthen(spans, frames);
  }
  std::vector<FrameRange> ranges;
  int64_t done = 0;
  for (const FrameSpan& span : spans) {
    if (done < span.first) add_pieces(ranges, {done, span.first}, false, rules.keyframe_interval);
    add_pieces(ranges, span, true, rules.keyframe_interval);
    done = span.end;
  }
  if (done < frames) add_pieces(ranges, {done, frames}, false, rules.keyframe_interval);
  return ranges;
}

}  // namespace

std::vector<FrameRange> split_timeline(int64_t frames, std::vector<FrameSpan> personal, const CutRules& rules) {
  if (rules.opening == 0) return split(frames, std::move(personal), rules);
  std::vector<FrameRange> ranges = split(rules.opening, within(personal, {0, rules.opening}), rules);
  for (FrameRange range : split(frames - rules.opening, within(personal, {rules.opening, frames}), rules)) {
    range.first_frame += rules.opening;
    ranges.push_back(range);
  }
  return ranges;
}

}  // namespace candid::campaign
