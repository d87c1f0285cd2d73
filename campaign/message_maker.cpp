#include "campaign/message_maker.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/files.h"
#include "encode/whole_encoder.h"
#include "media/cues.h"

namespace candid::campaign {

Result<MessageMaker> MessageMaker::create(const Job& job, const Workspace& workspace, const SegmentMaker& segments,
                                          const PosterMaker& poster) {
  MessageMaker maker(job, workspace, segments, poster);
  const std::filesystem::path& take = job.campaign.take;
  const VideoChoice& video = job.campaign.video;
  Microseconds start = job.timeline.take_start;
  int64_t samples = maker.samples_of(job.timeline.frames);
  maker.treatment_.denoise = video.denoise;
  if (video.even_loudness) maker.treatment_ = TRY(media::treatment_for(take, start, samples, video.denoise));
  if (!video.even_loudness && !job.greetings.empty()) {
    media::AudioReader sound = TRY(media::AudioReader::open(take, start, samples, maker.treatment_));
    media::Loudness loudness = TRY(media::measure_loudness(sound));
    if (std::isfinite(loudness.integrated_lufs)) maker.greeting_target_.integrated_lufs = loudness.integrated_lufs;
  }
  media::AudioReader sound = TRY(media::AudioReader::open(take, start, samples, maker.treatment_));
  maker.audio_ = TRY(encode::encode_audio(sound));
  maker.audio_part_ = TRY(workspace.add_part(maker.audio_.bytes));
  return maker;
}

int64_t MessageMaker::samples_of(int64_t frames) const {
  return std::llround(static_cast<double>(frames) / job_.timeline.rate.value() * media::kSampleRate);
}

// The message's frame with which the body begins, while a greeting that fades into it still shows.
int64_t MessageMaker::body_start(const PlannedMessage& message) const {
  if (message.greeting.empty()) return 0;
  return job_.greetings.at(message.candidate).frames - job_.crossfade_frames;
}

// The captions that go beside a candidate's video, in order, on its own clock.
Result<std::vector<media::Cue>> MessageMaker::captions_of(const PlannedMessage& message) const {
  const Candidate& candidate = job_.roster.candidates[message.candidate];
  const Microseconds begin = job_.timeline.time_of(body_start(message));
  std::vector<media::Cue> cues;
  for (const overlay::Layer& layer : job_.campaign.look.layers) {
    if (!layer.has_track) continue;
    for (const overlay::CaptionLine& line : layer.lines)
      cues.push_back({line.start + begin, line.end + begin, TRY(line.text.expand(candidate.fields))});
  }
  std::stable_sort(cues.begin(), cues.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  return cues;
}

// As a part, for the page, and as a file beside the video. Empty without captions.
Result<std::string> MessageMaker::add_captions(const PlannedMessage& message) const {
  std::vector<media::Cue> cues = TRY(captions_of(message));
  std::filesystem::path file = (workspace_.folder() / message.file_name).replace_extension(".vtt");
  if (cues.empty()) {
    TRY_VOID(remove_file(file));  // of an earlier run
    return std::string();
  }
  std::string vtt = media::to_webvtt(cues);
  TRY_VOID(write_file(file, vtt));
  return workspace_.add_part({reinterpret_cast<const uint8_t*>(vtt.data()), vtt.size()});
}

// A track within the MP4, which players show by themselves only where the picture does not.
Result<void> MessageMaker::add_caption_track(const PlannedMessage& message, encode::Mp4Tracks& tracks) const {
  for (media::Cue& cue : TRY(captions_of(message)))
    tracks.captions.push_back({cue.start, cue.end, std::move(cue.text)});
  const auto& layers = job_.campaign.look.layers;
  tracks.language = job_.campaign.page.language;
  tracks.shows_captions = std::none_of(layers.begin(), layers.end(), [](const overlay::Layer& layer) {
    return layer.kind == overlay::LayerKind::Captions && layer.is_burned_in;
  });
  return {};
}

Result<encode::AudioSplice> MessageMaker::greeting_sound(const Greeting& greeting) const {
  int64_t samples = samples_of(greeting.frames);
  int64_t overlap = samples - samples_of(greeting.frames - job_.crossfade_frames);
  bool denoise = job_.campaign.video.denoise;
  auto treatment = TRY(media::treatment_for(greeting.file, Microseconds{0}, samples, denoise, greeting_target_));
  auto own = TRY(media::AudioReader::open(greeting.file, Microseconds{0}, samples, treatment));
  auto body = TRY(media::AudioReader::open(job_.campaign.take, job_.timeline.take_start,
                                           samples_of(job_.timeline.frames), treatment_));
  return encode::splice_audio(own, samples, body, audio_, overlap);
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
  recipe.captions = TRY(add_captions(message));
  std::vector<uint8_t> poster = TRY(poster_.poster(job_.roster.candidates[message.candidate]));
  recipe.poster = TRY(workspace_.add_part(poster));
  // Of an earlier run, they would show its words.
  TRY_VOID(job_.campaign.video.previews ? write_previews(message) : workspace_.remove_previews(message.file_name));
  TRY_VOID(write_mp4(workspace_, recipe, workspace_.folder() / message.file_name));
  // A changed name is a changed file name. The old file goes while there still is a recipe that names it.
  if (earlier && earlier->file != recipe.file) TRY_VOID(workspace_.remove_files(earlier->file));
  return workspace_.save_recipe(recipe);
}

encode::Mp4Metadata MessageMaker::metadata(const PlannedMessage& message) const {
  return {job_.roster.candidates[message.candidate].name, "candid message " + message.id};
}

Result<void> MessageMaker::join_segments(const PlannedMessage& message, encode::Recipe& recipe) const {
  std::vector<std::string> keys = message.segments;
  if (!message.greeting.empty()) keys.insert(keys.begin(), message.greeting);
  std::erase(keys, "");  // ranges that the greeting has
  std::vector<encode::SegmentRecord> segments;
  for (const std::string& key : keys) {
    auto record = workspace_.find_segment(key);
    if (!record) return fail(ErrorKind::Corrupt, "a segment that was just made is gone", "run the same command again");
    segments.push_back(std::move(*record));
  }
  encode::Mp4Tracks tracks;
  tracks.video = job_.encoding();
  for (const encode::SegmentRecord& segment : segments) tracks.segments.push_back(&segment.index);
  tracks.audio = &audio_;
  tracks.metadata = metadata(message);
  TRY_VOID(add_caption_track(message, tracks));

  std::optional<encode::AudioSplice> splice;
  std::string own_sound;
  if (!message.greeting.empty()) {
    const Greeting& greeting = job_.greetings.at(message.candidate);
    splice = TRY(greeting_sound(greeting));
    own_sound = TRY(workspace_.add_part(splice->track.bytes));
    tracks.audio = &splice->track;
    recipe.duration = job_.timeline.time_of(body_start(message) + job_.timeline.frames);
  }

  encode::Mp4Layout layout = TRY(encode::lay_out_mp4(tracks));
  recipe.size = layout.size;
  recipe.ranges.push_back({TRY(workspace_.add_part(layout.head)), 0, layout.head.size()});
  for (const encode::MediaSlice& slice : layout.slices) {
    if (slice.source != encode::MediaSlice::kAudio) {
      recipe.ranges.push_back({segments[static_cast<size_t>(slice.source)].part, slice.offset, slice.length});
    } else if (!splice) {
      recipe.ranges.push_back({audio_part_, slice.offset, slice.length});
    } else {
      for (const encode::SoundRange& range : splice->ranges_of(slice.offset, slice.length)) {
        const std::string& part = range.source == encode::SoundSource::Own ? own_sound : audio_part_;
        recipe.ranges.push_back({part, range.offset, range.length});
      }
    }
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
