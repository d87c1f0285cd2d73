#include "campaign/message_maker.h"

#include <cmath>

#include <fmt/format.h>

#include "encode/mp4_head.h"
#include "media/audio_reader.h"
#include "media/cues.h"

namespace candid::campaign {

Result<MessageMaker> MessageMaker::create(const Job& job, const Plan& plan, const Workspace& workspace,
                                          const PosterMaker& poster) {
  MessageMaker maker(job, plan, workspace, poster);
  const Timeline& timeline = job.timeline;
  auto samples = std::llround(static_cast<double>(timeline.frames) / timeline.rate.value() * media::kSampleRate);
  media::AudioReader sound = TRY(media::AudioReader::open(job.campaign.take, timeline.take_start, samples));
  maker.audio_ = TRY(encode::encode_audio(sound));
  maker.audio_part_ = TRY(workspace.add_part(maker.audio_.bytes));
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    if (layer.kind != overlay::LayerKind::Captions || layer.cues.empty()) continue;
    std::string vtt = media::to_webvtt(layer.cues);
    maker.captions_part_ = TRY(workspace.add_part({reinterpret_cast<const uint8_t*>(vtt.data()), vtt.size()}));
  }
  return maker;
}

Result<void> MessageMaker::make(const PlannedMessage& message) const {
  std::optional<encode::Recipe> earlier = workspace_.find_recipe(message.id);
  encode::Recipe recipe = TRY(make_recipe(message));
  TRY_VOID(write_mp4(workspace_, recipe, workspace_.folder() / message.file_name));
  TRY_VOID(workspace_.save_recipe(recipe));
  // A changed name is a changed file name; the old one must not stay beside the new.
  std::error_code code;
  if (earlier && !earlier->file.empty() && earlier->file != recipe.file) {
    std::filesystem::remove(workspace_.folder() / earlier->file, code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot remove {}", earlier->file)));
  }
  return {};
}

Result<encode::Recipe> MessageMaker::make_recipe(const PlannedMessage& message) const {
  const Candidate& candidate = job_.roster.candidates[message.candidate];
  std::vector<encode::SegmentRecord> segments;
  for (const std::string& key : message.segments) {
    auto record = workspace_.find_segment(key);
    if (!record) return fail(ErrorKind::Corrupt, "a segment that was just made is gone", "run the same command again");
    segments.push_back(std::move(*record));
  }
  encode::Mp4Tracks tracks;
  tracks.video = job_.encoding();
  for (const encode::SegmentRecord& segment : segments) tracks.segments.push_back(&segment.index);
  tracks.audio = &audio_;
  tracks.metadata = {candidate.name, "candid message " + message.id};
  encode::Mp4Layout layout = TRY(encode::lay_out_mp4(tracks));

  encode::Recipe recipe;
  recipe.message_id = message.id;
  recipe.file = message.file_name;
  recipe.key = message.key;
  recipe.duration = job_.timeline.duration();
  recipe.size = layout.size;
  recipe.ranges.push_back({TRY(workspace_.add_part(layout.head)), 0, layout.head.size()});
  for (const encode::MediaSlice& slice : layout.slices) {
    const std::string& part =
        slice.source == encode::MediaSlice::kAudio ? audio_part_ : segments[static_cast<size_t>(slice.source)].part;
    recipe.ranges.push_back({part, slice.offset, slice.length});
  }
  std::vector<uint8_t> poster = TRY(poster_.make(candidate));
  recipe.poster = TRY(workspace_.add_part(poster));
  recipe.captions = captions_part_;
  return recipe;
}

}  // namespace candid::campaign
