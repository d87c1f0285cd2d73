#include "campaign/message_maker.h"

#include <cmath>

#include <fmt/format.h>

#include "encode/whole_encoder.h"
#include "media/audio_reader.h"
#include "media/cues.h"
#include "media/loudness.h"

namespace candid::campaign {

Result<MessageMaker> MessageMaker::create(const Job& job, const Workspace& workspace, const SegmentMaker& segments,
                                          const PosterMaker& poster) {
  MessageMaker maker(job, workspace, segments, poster);
  const Timeline& timeline = job.timeline;
  const VideoChoice& video = job.campaign.video;
  auto samples = std::llround(static_cast<double>(timeline.frames) / timeline.rate.value() * media::kSampleRate);
  media::SoundTreatment treatment{.denoise = video.denoise};
  if (video.even_loudness) {
    treatment = TRY(media::treatment_for(job.campaign.take, timeline.take_start, samples, video.denoise));
  }
  media::AudioReader sound = TRY(media::AudioReader::open(job.campaign.take, timeline.take_start, samples, treatment));
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
  encode::Recipe recipe;
  recipe.message_id = message.id;
  recipe.file = message.file_name;
  recipe.key = message.key;
  recipe.duration = job_.timeline.duration();
  bool joins = job_.campaign.video.codec == encode::Codec::H264;
  TRY_VOID(joins ? join_segments(message, recipe) : render_whole(message, recipe));
  std::vector<uint8_t> poster = TRY(poster_.poster(job_.roster.candidates[message.candidate]));
  recipe.poster = TRY(workspace_.add_part(poster));
  recipe.captions = captions_part_;
  if (job_.campaign.video.previews) TRY_VOID(write_previews(message));
  TRY_VOID(write_mp4(workspace_, recipe, workspace_.folder() / message.file_name));
  TRY_VOID(workspace_.save_recipe(recipe));
  // A changed name is a changed file name; the old one must not stay beside the new.
  if (earlier && earlier->file != recipe.file) return workspace_.remove_files(earlier->file);
  return {};
}

encode::Mp4Metadata MessageMaker::metadata(const PlannedMessage& message) const {
  return {job_.roster.candidates[message.candidate].name, "candid message " + message.id};
}

Result<void> MessageMaker::join_segments(const PlannedMessage& message, encode::Recipe& recipe) const {
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
  tracks.metadata = metadata(message);
  encode::Mp4Layout layout = TRY(encode::lay_out_mp4(tracks));

  recipe.size = layout.size;
  recipe.ranges.push_back({TRY(workspace_.add_part(layout.head)), 0, layout.head.size()});
  for (const encode::MediaSlice& slice : layout.slices) {
    const std::string& part =
        slice.source == encode::MediaSlice::kAudio ? audio_part_ : segments[static_cast<size_t>(slice.source)].part;
    recipe.ranges.push_back({part, slice.offset, slice.length});
  }
  return {};
}

Result<void> MessageMaker::render_whole(const PlannedMessage& message, encode::Recipe& recipe) const {
  // The file that is to be, so that its name on the disk is a writer's: what a run that died left of it is tidied up.
  FileWriter file = TRY(FileWriter::create(workspace_.scratch_folder() / message.file_name));
  encode::WholeSettings settings{job_.campaign.video.codec, job_.encoding()};
  auto encoder = TRY(encode::WholeEncoder::create(settings, audio_, metadata(message), file.temporary_path()));
  constexpr size_t kWholeVideo = 0;
  TRY_VOID(segments_.draw(kWholeVideo, job_.roster.candidates[message.candidate], encoder));
  recipe.ranges.push_back({TRY(workspace_.add_part_file(file.temporary_path())), 0, 0});
  std::error_code code;
  recipe.size = std::filesystem::file_size(file.temporary_path(), code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot read the video that was just made"));
  recipe.ranges.back().length = recipe.size;
  return {};
}

Result<void> MessageMaker::write_previews(const PlannedMessage& message) const {
  auto previews = TRY(poster_.previews(job_.roster.candidates[message.candidate]));
  std::filesystem::path path = workspace_.folder() / message.file_name;
  TRY_VOID(write_file(path.replace_extension(".gif"), previews.gif));
  return write_file(path.replace_extension(".webp"), previews.webp);
}

}  // namespace candid::campaign
