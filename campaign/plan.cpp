#include "campaign/plan.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

// Raised whenever the same input gives other bytes than before: drawing, encoding, muxing.
constexpr int kEngineVersion = 2;

class KeyMaker {
 public:
  static Result<KeyMaker> create(const Job& job) {
    KeyMaker maker(job);
    Sha256Hasher common;
    common.update_field(fmt::format("engine {}", kEngineVersion));
    const Campaign& campaign = job.campaign;
    common.update_field(to_hex(TRY(sha256_file(campaign.take))));
    const Timeline& t = job.timeline;
    common.update_field(fmt::format("{}x{} {}/{} {} from {}", t.size.width, t.size.height, t.rate.num, t.rate.den,
                                    t.frames, t.take_start.count()));
    common.update_field(fmt::format("{} {} {} {}", campaign.video.preset, campaign.video.crf,
                                    static_cast<int>(campaign.video.fit), campaign.name));
    common.update_field(campaign.look.font);
    common.update_field(campaign.look.language);
    if (!campaign.brand.font_file.empty()) common.update_field(to_hex(TRY(sha256_file(campaign.brand.font_file))));
    for (const overlay::Layer& layer : campaign.look.layers) TRY_VOID(add_layer(common, layer));
    maker.common_ = to_hex(common.finish());
    return maker;
  }

  // The key of frames that show the fields in this candidate's words.
  std::string key(const Candidate& candidate, int64_t first_frame, int64_t frame_count) const {
    Sha256Hasher hasher;
    hasher.update_field(common_);
    hasher.update_field(fmt::format("{}+{}", first_frame, frame_count));
    for (const overlay::Layer& layer : job_.campaign.look.layers) {
      for (const FieldText* text : {&layer.text, &layer.subtext}) {
        for (const std::string& field : text->fields()) hasher.update_field(candidate.fields.at(field));
      }
    }
    return to_hex(hasher.finish());
  }

 private:
  explicit KeyMaker(const Job& job) : job_(job) {}

  static Result<void> add_layer(Sha256Hasher& hasher, const overlay::Layer& layer) {
    hasher.update_field(layer.text.source());
    hasher.update_field(layer.subtext.source());
    if (!layer.image.empty()) hasher.update_field(to_hex(TRY(sha256_file(layer.image))));
    for (const media::Cue& cue : layer.cues) {
      hasher.update_field(fmt::format("{} {} {}", cue.start.count(), cue.end.count(), cue.text));
    }
    hasher.update_field(layer.font);
    hasher.update_field(fmt::format("{} {} {}{} {}{} {} {} {} {} {} {} {}", static_cast<int>(layer.kind),
                                    static_cast<int>(layer.place), layer.start.offset.count(), layer.start.from_end,
                                    layer.end.offset.count(), layer.end.from_end, static_cast<int>(layer.motion),
                                    layer.width, layer.font_size, layer.opacity, to_string(layer.text_color),
                                    to_string(layer.background), to_string(layer.accent)));
    return {};
  }

  const Job& job_;
  std::string common_;
};

}  // namespace

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
    if (!layer.is_personal()) continue;
    Microseconds start = std::max(Microseconds{0}, layer.start.at(duration));
    Microseconds end = std::min(duration, layer.end.at(duration));
    moments.push_back(job.timeline.time_of(job.timeline.frame_at(start + (end - start) / 2)));
  }
  if (moments.empty()) moments.push_back(job.timeline.time_of(job.timeline.frame_at(duration / 3)));
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  return moments;
}

Result<Plan> make_plan(const Job& job) {
  KeyMaker keys = TRY(KeyMaker::create(job));
  int64_t poster_frame = job.timeline.frame_at(personal_moments(job).front());
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
    message.poster_frame = poster_frame;
    // Every frame is encoded for this message alone: one personal segment.
    PlannedSegment whole{0, job.timeline.frames, true, keys.key(candidate, 0, job.timeline.frames)};
    Sha256Hasher hasher;
    hasher.update_field(whole.key);
    hasher.update_field(message.id);
    hasher.update_field(candidate.name);
    message.key = to_hex(hasher.finish());
    message.segments.push_back(std::move(whole));
    plan.messages.push_back(std::move(message));
  }
  return plan;
}

}  // namespace candid::campaign
