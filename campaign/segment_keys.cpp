#include "campaign/segment_keys.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "encode/segment_encoder.h"
#include "overlay/fonts.h"

namespace candid::campaign {
namespace {

// Raised whenever the same input gives other bytes than before: drawing, encoding, muxing.
constexpr int kEngineVersion = 3;

bool overlaps(const Job& job, const FrameRange& range, Microseconds start, Microseconds end) {
  return start < job.timeline.time_of(range.first_frame + range.frame_count) &&
         end > job.timeline.time_of(range.first_frame);
}

}  // namespace

FrameSpan span_of(const Job& job, const overlay::Layer& layer) {
  const Timeline& timeline = job.timeline;
  return {timeline.first_frame_from(layer.start.at(timeline.duration())),
          timeline.first_frame_from(layer.end.at(timeline.duration()))};
}

bool shows(const Job& job, const overlay::Layer& layer, const FrameRange& range) {
  FrameSpan span = span_of(job, layer);
  if (span.first >= range.first_frame + range.frame_count || span.end <= range.first_frame) return false;
  return layer.kind != overlay::LayerKind::Captions ||
         std::any_of(layer.cues.begin(), layer.cues.end(),
                     [&](const media::Cue& cue) { return overlaps(job, range, cue.start, cue.end); });
}

Result<SegmentKeys> SegmentKeys::create(const Job& job) {
  SegmentKeys keys(job);
  const Campaign& campaign = job.campaign;
  const Timeline& t = job.timeline;
  std::string take = to_hex(TRY(sha256_file(campaign.take)));
  encode::VideoSettings encoding = job.encoding();

  std::string engine = fmt::format("engine {}, {}", kEngineVersion, TRY(encode::encoder_identity()));

  Sha256Hasher common;
  common.update_field(engine);
  common.update_field(take);
  common.update_field(fmt::format("{}x{} {}/{} from {} fit {}", t.size.width, t.size.height, t.rate.num, t.rate.den,
                                  t.take_start.count(), static_cast<int>(campaign.video.fit)));
  common.update_field(fmt::format("{} {} {} {}", encoding.preset, encoding.crf, encoding.keyframe_interval(),
                                  encode::to_string(campaign.video.codec)));
  common.update_field(overlay::font_identity(campaign.look.font));
  common.update_field(campaign.look.language);
  if (!campaign.brand.font_file.empty()) common.update_field(to_hex(TRY(sha256_file(campaign.brand.font_file))));
  // Captions keep the bottom of the picture for themselves, all the time.
  bool has_captions = std::any_of(campaign.look.layers.begin(), campaign.look.layers.end(),
                                  [](const auto& layer) { return layer.kind == overlay::LayerKind::Captions; });
  common.update_field(has_captions ? "captions" : "");
  keys.common_ = to_hex(common.finish());

  Sha256Hasher sound;
  sound.update_field(fmt::format("{} from {} for {}", engine, t.take_start.count(), t.duration().count()));
  sound.update_field(take);
  sound.update_field(fmt::format("{} {}", campaign.video.even_loudness, campaign.video.denoise));
  for (const overlay::Layer& layer : campaign.look.layers) {
    for (const media::Cue& cue : layer.cues) {
      sound.update_field(fmt::format("{} {} {}", cue.start.count(), cue.end.count(), cue.text));
    }
    keys.fonts_.push_back(layer.font.empty() ? "" : overlay::font_identity(layer.font));
    keys.images_.push_back(layer.image.empty() ? "" : to_hex(TRY(sha256_file(layer.image))));
  }
  keys.sound_ = to_hex(sound.finish());
  return keys;
}

std::string SegmentKeys::layer(size_t index, const FrameRange& range) const {
  const overlay::Layer& layer = job_.campaign.look.layers[index];
  Microseconds duration = job_.timeline.duration();
  Microseconds start = std::max(Microseconds{0}, layer.start.at(duration));
  Microseconds end = std::min(duration, layer.end.at(duration));
  Sha256Hasher hasher;
  hasher.update_field(layer.text.source());
  hasher.update_field(layer.subtext.source());
  hasher.update_field(images_[index]);
  hasher.update_field(fonts_[index]);
  for (const media::Cue& cue : layer.cues) {
    if (overlaps(job_, range, cue.start, cue.end))
      hasher.update_field(fmt::format("{} {} {}", cue.start.count(), cue.end.count(), cue.text));
  }
  hasher.update_field(fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(layer.kind),
                                  static_cast<int>(layer.place), start.count(), end.count(), end == duration,
                                  static_cast<int>(layer.motion), layer.width, layer.font_size, layer.opacity,
                                  to_string(layer.text_color), to_string(layer.background), to_string(layer.accent)));
  return to_hex(hasher.finish());
}

std::string SegmentKeys::frames(const FrameRange& range, const std::vector<size_t>& layers) const {
  Sha256Hasher hasher;
  hasher.update_field(common_);
  hasher.update_field(fmt::format("{}+{}", range.first_frame, range.frame_count));
  for (size_t index : layers) hasher.update_field(layer(index, range));
  return to_hex(hasher.finish());
}

Result<std::string> SegmentKeys::words(const Candidate& candidate, const std::vector<size_t>& layers) const {
  Sha256Hasher hasher;
  bool is_personal = false;
  for (size_t index : layers) {
    const overlay::Layer& layer = job_.campaign.look.layers[index];
    if (!layer.is_personal()) continue;
    is_personal = true;
    hasher.update_field(TRY(layer.text.expand(candidate.fields)));
    hasher.update_field(TRY(layer.subtext.expand(candidate.fields)));
  }
  return is_personal ? to_hex(hasher.finish()) : std::string();
}

Result<std::string> SegmentKeys::greeting(const Greeting& greeting, const std::vector<size_t>& layers) const {
  Sha256Hasher hasher;
  hasher.update_field(frames({0, greeting.frames, true}, layers));
  hasher.update_field(to_hex(TRY(sha256_file(greeting.file))));
  return to_hex(hasher.finish());
}

}  // namespace candid::campaign
