#include "campaign/render.h"

#include <atomic>
#include <cmath>
#include <mutex>

#include <fmt/format.h>

#include "campaign/parallel.h"
#include "core/log.h"
#include "core/suggest.h"
#include "encode/audio_encoder.h"
#include "encode/mp4_head.h"
#include "encode/segment_encoder.h"
#include "encode/still.h"
#include "media/audio_reader.h"
#include "media/cues.h"
#include "media/video_reader.h"
#include "overlay/composition.h"

namespace candid::campaign {
namespace {

constexpr auto kProgressInterval = std::chrono::milliseconds(200);
constexpr int kPosterSide = 1280;  // px, of the longer side

// Counts frames over all workers and passes the count on, not too often.
class ProgressMeter {
 public:
  ProgressMeter(const std::function<void(const RenderProgress&)>& report, size_t messages, int64_t frames)
      : report_(report), messages_(messages), frames_(std::max<int64_t>(frames, 1)) {}

  void frame_done() {
    ++frames_done_;
    tell(false);
  }
  void message_done() {
    ++messages_done_;
    tell(true);
  }

 private:
  void tell(bool always) {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (always) {
      lock.lock();
    } else if (!lock.try_lock()) {
      return;
    }
    auto now = std::chrono::steady_clock::now();
    if (!always && now - last_ < kProgressInterval) return;
    last_ = now;
    if (report_) report_({messages_done_, messages_, static_cast<double>(frames_done_) / static_cast<double>(frames_)});
  }

  const std::function<void(const RenderProgress&)>& report_;
  size_t messages_;
  int64_t frames_;
  std::atomic<int64_t> frames_done_ = 0;
  std::atomic<size_t> messages_done_ = 0;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_{};
};

// What all messages of a run have in common.
struct SharedParts {
  encode::VideoSettings video;
  encode::AudioTrack audio;
  std::string audio_part;
  std::string captions_part;  // empty: no captions
};

Result<SharedParts> make_shared_parts(const Job& job, const Workspace& workspace) {
  const Timeline& timeline = job.timeline;
  SharedParts shared;
  shared.video = {timeline.size, timeline.rate, job.campaign.video.preset, job.campaign.video.crf};
  auto samples = std::llround(static_cast<double>(timeline.frames) / timeline.rate.value() * media::kSampleRate);
  media::AudioReader sound = TRY(media::AudioReader::open(job.campaign.take, timeline.take_start, samples));
  shared.audio = TRY(encode::encode_audio(sound));
  shared.audio_part = TRY(workspace.add_part(shared.audio.bytes));
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    if (layer.kind != overlay::LayerKind::Captions || layer.cues.empty()) continue;
    std::string vtt = media::to_webvtt(layer.cues);
    shared.captions_part = TRY(workspace.add_part({reinterpret_cast<const uint8_t*>(vtt.data()), vtt.size()}));
  }
  return shared;
}

media::FrameSize poster_size(media::FrameSize size) {
  double scale = std::min(1.0, static_cast<double>(kPosterSide) / std::max(size.width, size.height));
  return {static_cast<int>(size.width * scale) / 2 * 2, static_cast<int>(size.height * scale) / 2 * 2};
}

// Makes one message: frames → overlay → segments → recipe → out/NAME.mp4.
class MessageRenderer {
 public:
  MessageRenderer(const Job& job, const Workspace& workspace, const SharedParts& shared, const PlannedMessage& message,
                  ProgressMeter& meter, std::stop_token stop)
      : job_(job), workspace_(workspace), shared_(shared), message_(message), meter_(meter), stop_(std::move(stop)) {}

  Result<void> run() {
    const Candidate& candidate = job_.roster.candidates[message_.candidate];
    overlay::Composition composition = TRY(overlay::Composition::create(job_.campaign.look, candidate.fields,
                                                                        job_.timeline.size, job_.timeline.duration()));
    for (const Finding& finding : composition.findings()) {
      // A name of empty boxes must not go out.
      if (finding.severity == Severity::Error) return fail(ErrorKind::InvalidInput, finding.message, finding.hint);
    }
    std::vector<encode::Segment> segments;
    for (const PlannedSegment& planned : message_.segments)
      segments.push_back(TRY(encode_segment(planned, composition)));
    encode::Recipe recipe = TRY(make_recipe(segments, candidate));
    std::optional<encode::Recipe> earlier = workspace_.find_recipe(message_.id);
    TRY_VOID(write_mp4(workspace_, recipe, workspace_.folder() / message_.file_name));
    TRY_VOID(workspace_.save_recipe(recipe));  // last: a recipe that is there means a message that is whole
    // A changed name is a changed file name; the old one must not stay beside the new.
    std::error_code code;
    if (earlier && !earlier->file.empty() && earlier->file != recipe.file) {
      std::filesystem::remove(workspace_.folder() / earlier->file, code);
      if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot remove {}", earlier->file)));
    }
    return {};
  }

 private:
  Result<encode::Segment> encode_segment(const PlannedSegment& planned, const overlay::Composition& composition) {
    const Timeline& timeline = job_.timeline;
    media::VideoRequest request{timeline.size, timeline.rate, job_.campaign.video.fit,
                                timeline.take_start + timeline.time_of(planned.first_frame), planned.frame_count};
    media::VideoReader reader = TRY(media::VideoReader::open(job_.campaign.take, request));
    encode::SegmentEncoder encoder = TRY(encode::SegmentEncoder::create(shared_.video));
    for (int64_t index = planned.first_frame; std::optional<media::Frame> frame = TRY(reader.next()); ++index) {
      if (stop_.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
      TRY_VOID(composition.apply(*frame, timeline.time_of(index)));
      if (index == message_.poster_frame) poster_ = TRY(encode::to_jpeg(*frame, poster_size(timeline.size)));
      TRY_VOID(encoder.push(std::move(*frame)));
      meter_.frame_done();
    }
    TRY_VOID(encoder.finish());
    return encoder.take();
  }

  Result<encode::Recipe> make_recipe(const std::vector<encode::Segment>& segments, const Candidate& candidate) {
    encode::Mp4Tracks tracks;
    tracks.video = shared_.video;
    std::vector<std::string> segment_parts;
    for (const encode::Segment& segment : segments) {
      tracks.segments.push_back(&segment);
      segment_parts.push_back(TRY(workspace_.add_part(segment.bytes)));
    }
    tracks.audio = &shared_.audio;
    tracks.metadata = {candidate.name, "candid message " + message_.id};
    encode::Mp4Layout layout = TRY(encode::lay_out_mp4(tracks));
    encode::Recipe recipe;
    recipe.message_id = message_.id;
    recipe.file = message_.file_name;
    recipe.key = message_.key;
    recipe.duration = job_.timeline.duration();
    recipe.size = layout.size;
    recipe.ranges.push_back({TRY(workspace_.add_part(layout.head)), 0, layout.head.size()});
    for (const encode::MediaSlice& slice : layout.slices) {
      const std::string& part = slice.source == encode::MediaSlice::kAudio
                                    ? shared_.audio_part
                                    : segment_parts[static_cast<size_t>(slice.source)];
      recipe.ranges.push_back({part, slice.offset, slice.length});
    }
    recipe.poster = TRY(workspace_.add_part(poster_));
    recipe.captions = shared_.captions_part;
    return recipe;
  }

  const Job& job_;
  const Workspace& workspace_;
  const SharedParts& shared_;
  const PlannedMessage& message_;
  ProgressMeter& meter_;
  std::stop_token stop_;
  std::vector<uint8_t> poster_;
};

bool is_up_to_date(const Workspace& workspace, const PlannedMessage& message) {
  std::optional<encode::Recipe> recipe = workspace.find_recipe(message.id);
  std::error_code code;
  return recipe && recipe->key == message.key && workspace.has_parts(*recipe) &&
         std::filesystem::file_size(workspace.folder() / message.file_name, code) == recipe->size;
}

Result<std::vector<const PlannedMessage*>> choose(const Job& job, const Plan& plan,
                                                  const std::optional<std::string>& only) {
  std::vector<const PlannedMessage*> chosen;
  std::vector<std::string> ids;
  for (const PlannedMessage& message : plan.messages) {
    const std::string& id = job.roster.candidates[message.candidate].id;
    ids.push_back(id);
    if (!only || *only == id) chosen.push_back(&message);
  }
  if (only && chosen.empty()) {
    std::string near = closest(*only, ids);
    return fail(ErrorKind::InvalidInput, fmt::format("no candidate has the id \"{}\"", *only),
                near.empty() ? "candid proof lists the ids" : fmt::format("did you mean \"{}\"?", near));
  }
  return chosen;
}

}  // namespace

Result<std::vector<RenderOutcome>> render(const Job& job, const Plan& plan, const Workspace& workspace,
                                          const RenderOptions& options,
                                          const std::function<void(const RenderProgress&)>& progress,
                                          std::stop_token stop) {
  std::vector<const PlannedMessage*> chosen = TRY(choose(job, plan, options.only));
  std::vector<RenderOutcome> outcomes;
  std::vector<size_t> pending;  // indices into outcomes
  for (const PlannedMessage* message : chosen) {
    outcomes.push_back(
        {message->candidate, message->id, workspace.folder() / message->file_name, RenderState::Unchanged, {}});
    if (!is_up_to_date(workspace, *message)) pending.push_back(outcomes.size() - 1);
  }
  if (!pending.empty()) {
    SharedParts shared = TRY(make_shared_parts(job, workspace));
    ProgressMeter meter(progress, pending.size(), static_cast<int64_t>(pending.size()) * job.timeline.frames);
    // A stop asked for from outside and a full disk end the run the same way.
    std::stop_source halt;
    std::stop_callback forward(stop, [&] { halt.request_stop(); });
    auto work = [&](size_t i) {
      RenderOutcome& outcome = outcomes[pending[i]];
      outcome.state = RenderState::Cancelled;
      if (halt.stop_requested()) return;
      auto result = MessageRenderer(job, workspace, shared, *chosen[pending[i]], meter, halt.get_token()).run();
      if (result) {
        outcome.state = RenderState::Rendered;
        log::info("campaign", fmt::format("rendered message {}", outcome.message_id));
      } else if (result.error().kind() != ErrorKind::Cancelled) {
        outcome.state = RenderState::Failed;
        outcome.error = result.error();
        if (result.error().kind() == ErrorKind::NoSpace) halt.request_stop();
      }
      meter.message_done();
    };
    run_in_parallel(pending.size(), options.jobs, work);
  }
  // A rejected row may come back tomorrow, and its video with it.
  bool complete = !options.only && job.roster.rejected.empty() &&
                  std::all_of(outcomes.begin(), outcomes.end(), [](const RenderOutcome& outcome) {
                    return outcome.state == RenderState::Rendered || outcome.state == RenderState::Unchanged;
                  });
  if (complete) {
    std::vector<std::string> ids;
    for (const PlannedMessage& message : plan.messages) ids.push_back(message.id);
    TRY_VOID(workspace.prune(ids));
  }
  return outcomes;
}

}  // namespace candid::campaign
