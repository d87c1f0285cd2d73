#include "campaign/plan.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "campaign/layer_spans.h"
#include "campaign/ranges.h"
#include "campaign/segment_keys.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

// Passes over fewer frames have nothing to share.
constexpr int64_t kLeastForTwoPasses = 12;
constexpr double kLeastSharedSeconds = 0.5;

std::string hash_of(std::initializer_list<std::string_view> fields) {
  Sha256Hasher hasher;
  for (std::string_view field : fields) hasher.update_field(field);
  return to_hex(hasher.finish());
}

std::vector<FrameRange> cut(const Job& job) {
  if (job.campaign.video.codec != encode::Codec::H264) return {{0, job.timeline.frames, true}};
  std::vector<FrameSpan> personal;
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    for (const FrameSpan& span : personal_spans(job, layer)) personal.push_back(span);
  }
  CutRules rules;
  rules.keyframe_interval = job.encoding().keyframe_interval();
  rules.least_shared = std::llround(kLeastSharedSeconds * job.timeline.rate.value());
  rules.opening = job.crossfade_frames;
  return split_timeline(job.timeline.frames, std::move(personal), rules);
}

std::vector<size_t> layers_in(const Job& job, const FrameRange& range) {
  std::vector<size_t> layers;
  for (size_t i = 0; i < job.campaign.look.layers.size(); ++i) {
    if (shows(job, job.campaign.look.layers[i], range)) layers.push_back(i);
  }
  return layers;
}

// Whether a message has the range's frames in its greeting's segment.
bool is_in_greeting(const Job& job, const FrameRange& range, const PlannedMessage& message) {
  return range.first_frame < job.crossfade_frames && job.greetings.contains(message.candidate);
}

// What a greeting fades into: the take's first frames with this candidate's words. Empty where it ends with a cut.
Result<std::string> opening_key(const Job& job, const SegmentKeys& keys, const std::vector<PlannedRange>& ranges,
                                const Candidate& candidate) {
  if (job.crossfade_frames == 0) return std::string();
  Sha256Hasher hasher;
  for (const PlannedRange& planned : ranges) {
    if (planned.first_frame >= job.crossfade_frames) break;
    FrameRange range{planned.first_frame, planned.frame_count, planned.is_personal};
    hasher.update_field(keys.frames(range, planned.layers));
    hasher.update_field(TRY(keys.words(candidate, range, planned.layers)));
  }
  return to_hex(hasher.finish());
}

// Plans one range, and adds its segment to every message.
Result<PlannedRange> plan_range(const Job& job, const SegmentKeys& keys, const FrameRange& range,
                                std::vector<PlannedMessage>& messages) {
  PlannedRange planned{range.first_frame, range.frame_count, range.is_personal, layers_in(job, range), {}};
  std::string frames = keys.frames(range, planned.layers);
  std::vector<std::string> words;  // of each message
  std::set<std::string> wordings;
  for (const PlannedMessage& message : messages) {
    words.push_back(TRY(keys.words(job.roster.candidates[message.candidate], range, planned.layers)));
    if (!is_in_greeting(job, range, message)) wordings.insert(words.back());
  }
  bool differs = wordings.size() > 1;
  bool is_joined = job.campaign.video.codec == encode::Codec::H264;
  bool counts_bytes = job.campaign.video.max_megabytes.has_value();
  if (is_joined && (counts_bytes || (differs && range.frame_count >= kLeastForTwoPasses)))
    planned.statistics = hash_of({"first pass", frames});
  for (size_t i = 0; i < messages.size(); ++i) {
    bool is_own = !is_in_greeting(job, range, messages[i]);
    messages[i].segments.push_back(
        is_own ? hash_of({planned.statistics.empty() ? "constant quality" : "second pass", frames, words[i]}) : "");
  }
  return planned;
}

// How many bytes a segment may take depends on what all others take.
void bind_to_budget(Plan& plan, const SegmentKeys& keys, double megabytes) {
  Sha256Hasher hasher;
  hasher.update_field(fmt::format("at most {} MB", megabytes));
  hasher.update_field(keys.sound());
  for (const PlannedRange& range : plan.ranges) hasher.update_field(range.statistics);
  std::string budget = to_hex(hasher.finish());
  for (PlannedMessage& message : plan.messages) {
    for (std::string& segment : message.segments) segment = hash_of({budget, segment});
  }
}

}  // namespace

std::vector<size_t> layers_over_greetings(const Job& job) {
  std::vector<size_t> layers;
  for (size_t i = 0; i < job.campaign.look.layers.size(); ++i) {
    const overlay::Layer& layer = job.campaign.look.layers[i];
    FrameSpan span = span_of(job, layer);
    bool is_throughout = span.first == 0 && span.end == job.timeline.frames;
    bool follows_the_take = layer.kind == overlay::LayerKind::Captions || layer.kind == overlay::LayerKind::Progress;
    if (is_throughout && !layer.is_personal() && !follows_the_take) layers.push_back(i);
  }
  return layers;
}

std::string message_id(const std::string& campaign_id, const std::string& candidate_id) {
  Sha256Hasher hasher;
  hasher.update_field(campaign_id);
  hasher.update_field(candidate_id);
  return "m" + to_hex(hasher.finish()).substr(0, 20);
}

std::vector<Microseconds> personal_moments(const Job& job) {
  std::vector<Microseconds> moments;
  Microseconds duration = job.timeline.duration();
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    for (const FrameSpan& span : personal_spans(job, layer))
      moments.push_back(job.timeline.time_of(span.first + (span.end - span.first) / 2));
  }
  if (moments.empty()) moments.push_back(job.timeline.time_of(job.timeline.frame_at(duration / 3)));
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  return moments;
}

Result<Plan> make_plan(const Job& job) {
  SegmentKeys keys = TRY(SegmentKeys::create(job));
  Plan plan;
  std::set<std::string> file_names;
  for (size_t i = 0; i < job.roster.candidates.size(); ++i) {
    const Candidate& candidate = job.roster.candidates[i];
    PlannedMessage message;
    message.id = message_id(job.campaign.id, candidate.id);
    message.candidate = i;
    std::string stem = file_stem(candidate.name.empty() ? candidate.id : candidate.name);
    message.file_name = fmt::format("{}-{}.mp4", stem, message.id.substr(message.id.size() - 6));
    // Of thousands with one stem, two may share the short end.
    if (!file_names.insert(message.file_name).second) message.file_name = fmt::format("{}-{}.mp4", stem, message.id);
    plan.messages.push_back(std::move(message));
  }
  for (const FrameRange& range : cut(job)) plan.ranges.push_back(TRY(plan_range(job, keys, range, plan.messages)));
  if (job.campaign.video.max_megabytes) bind_to_budget(plan, keys, *job.campaign.video.max_megabytes);
  for (const auto& [candidate, greeting] : job.greetings) {
    std::string opening = TRY(opening_key(job, keys, plan.ranges, job.roster.candidates[candidate]));
    // Messages stand in the roster's order, one a candidate.
    plan.messages[candidate].greeting = TRY(keys.greeting(greeting, layers_over_greetings(job), opening));
  }
  for (PlannedMessage& message : plan.messages) {
    Sha256Hasher hasher;
    hasher.update_field(message.greeting);
    for (const std::string& segment : message.segments) hasher.update_field(segment);
    hasher.update_field(keys.sound());
    hasher.update_field(TRY(keys.captions(job.roster.candidates[message.candidate])));
    hasher.update_field(job.campaign.video.previews ? "previews" : "");
    hasher.update_field(message.id);
    hasher.update_field(job.roster.candidates[message.candidate].name);
    message.key = to_hex(hasher.finish());
    if (job.campaign.video.codec != encode::Codec::H264) message.segments.clear();
  }
  return plan;
}

}  // namespace candid::campaign
