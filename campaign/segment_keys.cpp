#include "campaign/segment_keys.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/layer_spans.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "encode/segment_encoder.h"
#include "overlay/fonts.h"

namespace candid::campaign {
namespace {

// Raised whenever the same input gives other bytes than before: drawing, encoding, muxing.
constexpr int kEngineVersion = 5;

}  // namespace

Result<SegmentKeys> SegmentKeys::create(const Job& job) {
  SegmentKeys keys(job);
  const Campaign& campaign = job.campaign;
  const Timeline& t = job.timeline;
  encode::VideoSettings encoding = job.encoding();

  std::string engine = fmt::format("engine {}, {}", kEngineVersion, TRY(encode::encoder_identity()));

  Sha256Hasher common;
  common.update_field(engine);
  common.update_field(job.take_digest);
  common.update_field(fmt::format("{}x{} {}/{} from {} fit {} {} {}", t.size.width, t.size.height, t.rate.num,
                                  t.rate.den, t.take_start.count(), static_cast<int>(campaign.video.fit), t.focus_x,
                                  t.focus_y));
  common.update_field(fmt::format("{} {} {} {}", encoding.preset, encoding.crf, encoding.keyframe_interval(),
                                  encode::to_string(campaign.video.codec)));
  common.update_field(overlay::font_identity(campaign.look.font, campaign.look.language));
  common.update_field(campaign.look.language);
  if (!campaign.brand.font_file.empty()) common.update_field(to_hex(TRY(sha256_file(campaign.brand.font_file))));
  common.update_field(fmt::format("{} {}", campaign.look.safe_area, static_cast<int>(campaign.look.blending)));
  // Captions keep an edge of the picture for themselves, all the time.
  for (const overlay::Layer& layer : campaign.look.layers) {
    if (layer.kind == overlay::LayerKind::Captions && layer.is_burned_in)
      common.update_field(fmt::format("captions {}", static_cast<int>(layer.place)));
  }
  keys.common_ = to_hex(common.finish());

  Sha256Hasher sound;
  sound.update_field(fmt::format("{} from {} for {}", engine, t.take_start.count(), t.duration().count()));
  sound.update_field(job.take_digest);
  sound.update_field(fmt::format("{} {}", campaign.video.even_loudness, campaign.video.denoise));
  for (const overlay::Layer& layer : campaign.look.layers) {
    const std::string& font = layer.style.font;
    keys.fonts_.push_back(font.empty() ? "" : overlay::font_identity(font, campaign.look.language));
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
  hasher.update_field(layer.action.source());
  hasher.update_field(images_[index]);
  hasher.update_field(fonts_[index]);
  for (const overlay::CaptionLine* line : lines_in(job_, layer, range))
    hasher.update_field(fmt::format("{} {} {}", line->start.count(), line->end.count(), line->text.source()));
  hasher.update_field(fmt::format("{} {} {} {} {}", static_cast<int>(layer.kind), start.count(), end.count(),
                                  end == duration, layer.opacity));
  hasher.update_field(fmt::format("{} {} {} {} {} {} {}", static_cast<int>(layer.place), layer.offset_x, layer.offset_y,
                                  layer.width, layer.font_size, layer.min_font_size, layer.thickness));
  hasher.update_field(fmt::format("{} {} {}", static_cast<int>(layer.motion), static_cast<int>(layer.easing),
                                  layer.motion_time.count()));
  hasher.update_field(fmt::format("{} {} {} {} {} {} {}", static_cast<int>(layer.shape), layer.radius, layer.style.bold,
                                  layer.style.upper, layer.style.outline, to_string(layer.style.outline_color),
                                  layer.style.shadow));
  hasher.update_field(
      fmt::format("{} {} {}", to_string(layer.text_color), to_string(layer.background), to_string(layer.accent)));
  hasher.update_field(faces(layer, range));
  return to_hex(hasher.finish());
}

// The faces that the layer keeps off wherever it shows in the range: of all its time, as it stands still.
std::string SegmentKeys::faces(const overlay::Layer& layer, const FrameRange& range) const {
  if (!layer.keeps_off_faces || layer.kind == overlay::LayerKind::Card || layer.kind == overlay::LayerKind::Progress)
    return {};
  Sha256Hasher hasher;
  auto add = [&](Microseconds start, Microseconds end) {
    for (const overlay::FaceArea& face : job_.campaign.look.faces) {
      if (face.start < end && face.end > start)
        hasher.update_field(fmt::format("{} {} {} {}", face.left, face.top, face.right, face.bottom));
    }
  };
  if (layer.kind == overlay::LayerKind::Captions) {
    for (const overlay::CaptionLine* line : lines_in(job_, layer, range)) add(line->start, line->end);
  } else {
    Microseconds duration = job_.timeline.duration();
    add(layer.start.at(duration), layer.end.at(duration));
  }
  return to_hex(hasher.finish());
}

std::string SegmentKeys::frames(const FrameRange& range, const std::vector<size_t>& layers) const {
  Sha256Hasher hasher;
  hasher.update_field(common_);
  hasher.update_field(fmt::format("{}+{}", range.first_frame, range.frame_count));
  for (size_t index : layers) hasher.update_field(layer(index, range));
  return to_hex(hasher.finish());
}

Result<std::string> SegmentKeys::words(const Candidate& candidate, const FrameRange& range,
                                       const std::vector<size_t>& layers) const {
  Sha256Hasher hasher;
  bool is_personal = false;
  auto add = [&](const FieldText& text) -> Result<void> {
    is_personal = is_personal || text.is_personal();
    hasher.update_field(TRY(text.expand(candidate.fields, Isolation::OfForeignDirection)));
    return {};
  };
  for (size_t index : layers) {
    const overlay::Layer& layer = job_.campaign.look.layers[index];
    if (!layer.is_personal()) continue;
    for (const FieldText* text : {&layer.text, &layer.subtext, &layer.action}) TRY_VOID(add(*text));
    for (const overlay::CaptionLine* line : lines_in(job_, layer, range)) TRY_VOID(add(line->text));
  }
  return is_personal ? to_hex(hasher.finish()) : std::string();
}

Result<std::string> SegmentKeys::captions(const Candidate& candidate) const {
  Sha256Hasher hasher;
  for (const overlay::Layer& layer : job_.campaign.look.layers) {
    if (!layer.has_track) continue;
    for (const overlay::CaptionLine& line : layer.lines) {
      hasher.update_field(
          fmt::format("{} {} {}", line.start.count(), line.end.count(), TRY(line.text.expand(candidate.fields))));
    }
  }
  return to_hex(hasher.finish());
}

Result<std::string> SegmentKeys::greeting(const Greeting& greeting, const std::vector<size_t>& layers,
                                          const std::string& opening) const {
  Sha256Hasher hasher;
  hasher.update_field(frames({0, greeting.frames, true}, layers));
  hasher.update_field(to_hex(TRY(sha256_file(greeting.file))));
  if (!opening.empty()) hasher.update_field(fmt::format("{} frames into {}", job_.crossfade_frames, opening));
  return to_hex(hasher.finish());
}

}  // namespace candid::campaign
