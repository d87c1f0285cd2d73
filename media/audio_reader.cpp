#include "media/audio_reader.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
}

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "media/av_input.h"
#include "media/limiter.h"

namespace candid::media {
namespace {

// afftdn of FFmpeg 5.1 answers a window of three steps late, each an eightieth of a second, tells nobody, and keeps the
// rest at the end.
constexpr int kDenoiseDelay = 2 * kSampleRate / 80;
// Takes away this much at most: more would leave a voice in holes of silence, and chirping remains.
constexpr double kDenoiseDb = 12;
// The filter's floor means each band's, and noise swings about its mean; measured with white, pink and brown noise.
constexpr double kNoiseSwingDb = 7;

// Rooms hum more than they hiss: "shellac" is the filter's profile that rises towards the lows.
std::string denoise_filters(double noise_floor_dbfs) {
  return fmt::format(
      "apad=pad_len={0},afftdn=noise_type=shellac:noise_reduction={1}:noise_floor={2:.1f},"
      "atrim=start_sample={0},asetpts=PTS-{0},",
      kDenoiseDelay, kDenoiseDb, std::clamp(noise_floor_dbfs + kNoiseSwingDb, -80.0, -20.0));
}

// Resamples and mixes to the house's format; stretches timestamps' small wander away and fills gaps (async).
struct SoundConverter {
  FilterGraphPtr graph;
  AVFilterContext* entry = nullptr;
  AVFilterContext* exit = nullptr;

  static Result<SoundConverter> create(const AVFrame& first, AVRational time_base, const SoundTreatment& treatment) {
    SoundConverter made;
    made.graph.reset(avfilter_graph_alloc());
    made.graph->nb_threads = 1;
    char layout[64] = {};
    AVChannelLayout channels{};
    if (first.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
      av_channel_layout_default(&channels, first.ch_layout.nb_channels);
    } else {
      av_channel_layout_copy(&channels, &first.ch_layout);
    }
    av_channel_layout_describe(&channels, layout, sizeof layout);
    av_channel_layout_uninit(&channels);
    std::string arguments = fmt::format("time_base={}/{}:sample_rate={}:sample_fmt={}:channel_layout={}", time_base.num,
                                        time_base.den, first.sample_rate, first.format, layout);
    int status = avfilter_graph_create_filter(&made.entry, avfilter_get_by_name("abuffer"), "in", arguments.c_str(),
                                              nullptr, made.graph.get());
    if (status >= 0) {
      status = avfilter_graph_create_filter(&made.exit, avfilter_get_by_name("abuffersink"), "out", nullptr, nullptr,
                                            made.graph.get());
    }
    if (status >= 0) {
      AVFilterInOut* outputs = avfilter_inout_alloc();
      AVFilterInOut* inputs = avfilter_inout_alloc();
      outputs->name = av_strdup("in");
      outputs->filter_ctx = made.entry;
      inputs->name = av_strdup("out");
      inputs->filter_ctx = made.exit;
      // One channel goes to both sides as it is; the resampler's own rule would take 3 dB off.
      const char* spread = first.ch_layout.nb_channels == 1 ? "pan=stereo|c0=c0|c1=c0," : "";
      std::string filters = fmt::format("aresample={}:async=1000:min_hard_comp=0.05,", kSampleRate);
      // One channel is cheaper to denoise than two of the same.
      filters = treatment.denoise ? filters + denoise_filters(treatment.noise_floor_dbfs) + spread : spread + filters;
      filters += "aformat=sample_fmts=flt:channel_layouts=stereo";
      status = avfilter_graph_parse_ptr(made.graph.get(), filters.c_str(), &inputs, &outputs, nullptr);
      avfilter_inout_free(&outputs);
      avfilter_inout_free(&inputs);
    }
    if (status >= 0) status = avfilter_graph_config(made.graph.get(), nullptr);
    if (status < 0) return av_fail(status, "cannot set up the sound conversion");
    return made;
  }
};

}  // namespace

struct AudioReader::State {
  std::optional<StreamDecoder> decoder;  // nothing: no sound track
  std::optional<SoundConverter> converter;
  std::filesystem::path path;
  Microseconds start{0};
  SoundTreatment treatment;
  std::optional<Limiter> limiter;
  int64_t remaining = 0;       // samples a channel still to give
  int64_t unread = 0;          // samples a channel still to convert; less than `remaining`, as the limiter looks ahead
  int64_t silence = 0;         // samples a channel before what is pending
  std::vector<float> pending;  // converted, interleaved, from `pending_at` on
  size_t pending_at = 0;
  bool placed = false;  // the first sample's place on the timeline is known
  bool ended = false;

  // Puts converted sound behind what is pending; silence or a cut aligns its beginning with `start`.
  void take(const AVFrame& frame) {
    const auto* samples = reinterpret_cast<const float*>(frame.data[0]);
    size_t count = static_cast<size_t>(frame.nb_samples) * kChannels;
    pending.erase(pending.begin(), pending.begin() + static_cast<ptrdiff_t>(pending_at));
    pending_at = 0;
    if (!placed && frame.pts != AV_NOPTS_VALUE) {
      double seconds = static_cast<double>(frame.pts) * av_q2d(av_buffersink_get_time_base(converter->exit)) -
                       std::chrono::duration<double>(decoder->origin() + start).count();
      int64_t offset = std::llround(seconds * kSampleRate);
      if (offset + frame.nb_samples <= 0) return;  // wholly before the start
      silence = std::max<int64_t>(offset, 0);
      if (offset < 0) {
        samples += -offset * kChannels;
        count -= static_cast<size_t>(-offset) * kChannels;
      }
    }
    placed = true;
    // Damaged files decode to what is no number.
    std::transform(samples, samples + count, std::back_inserter(pending),
                   [](float sample) { return std::isfinite(sample) ? sample : 0.0f; });
  }

  Result<void> drain_converter() {
    FramePtr out(av_frame_alloc());
    int status = 0;
    while ((status = av_buffersink_get_frame(converter->exit, out.get())) >= 0) {
      take(*out);
      av_frame_unref(out.get());
    }
    if (status != AVERROR(EAGAIN) && status != AVERROR_EOF)
      return av_fail(status, fmt::format("cannot convert the sound of {}", path.string()));
    return {};
  }

  // Decodes one more source frame.
  Result<void> advance() {
    std::optional<FramePtr> frame = TRY(decoder->next());
    if (!frame) {
      ended = true;
      if (!converter) return {};
      if (int status = av_buffersrc_add_frame(converter->entry, nullptr); status < 0)
        return av_fail(status, "cannot end the sound conversion");
      return drain_converter();
    }
    if (!converter) converter = TRY(SoundConverter::create(**frame, decoder->stream().time_base, treatment));
    if (int status = av_buffersrc_add_frame(converter->entry, frame->get()); status < 0) {
      return av_fail(status, fmt::format("cannot convert the sound of {}", path.string()));
    }
    return drain_converter();
  }

  // The next samples as they were recorded, without noise if so asked; silence beyond the end.
  Result<Samples> read(int64_t frame_count) {
    auto wanted = static_cast<size_t>(std::min(frame_count, unread)) * kChannels;
    while (!placed && !ended) TRY_VOID(advance());  // until it is known how much silence comes first
    auto quiet = static_cast<size_t>(std::min(silence, static_cast<int64_t>(wanted / kChannels))) * kChannels;
    silence -= static_cast<int64_t>(quiet / kChannels);
    while (!ended && pending.size() - pending_at < wanted - quiet) TRY_VOID(advance());
    size_t available = std::min(wanted - quiet, pending.size() - pending_at);
    auto from = pending.begin() + static_cast<ptrdiff_t>(pending_at);
    Samples samples(quiet, 0.0f);
    samples.insert(samples.end(), from, from + static_cast<ptrdiff_t>(available));
    samples.resize(static_cast<size_t>(frame_count) * kChannels, 0.0f);
    pending_at += available;
    unread -= static_cast<int64_t>(wanted / kChannels);
    return samples;
  }

  Result<Samples> read_treated(int64_t frame_count) {
    Samples samples = TRY(read(frame_count));
    if (treatment.gain_db != 0) {
      auto gain = static_cast<float>(std::pow(10, treatment.gain_db / 20));
      for (float& sample : samples) sample *= gain;
    }
    if (limiter) limiter->process(samples);
    return samples;
  }
};

AudioReader::AudioReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
AudioReader::AudioReader(AudioReader&&) noexcept = default;
AudioReader& AudioReader::operator=(AudioReader&&) noexcept = default;
AudioReader::~AudioReader() = default;

Result<AudioReader> AudioReader::open(const std::filesystem::path& path, Microseconds start, int64_t frame_count,
                                      const SoundTreatment& treatment) {
  auto state = std::make_unique<State>();
  InputFormatPtr input = TRY(open_input(path));
  if (best_stream(*input, AVMEDIA_TYPE_AUDIO) >= 0) {
    state->decoder = TRY(StreamDecoder::open(std::move(input), path, AVMEDIA_TYPE_AUDIO));
  } else {
    state->ended = true;
  }
  state->path = path;
  state->start = start;
  state->treatment = treatment;
  state->remaining = state->unread = frame_count;
  if (treatment.ceiling_dbtp) {
    state->limiter.emplace(*treatment.ceiling_dbtp);
    // What comes out of the limiter before the first sample is nobody's; then nothing is moved in time.
    TRY(state->read_treated(Limiter::kDelay));
  }
  return AudioReader(std::move(state));
}

Result<Samples> AudioReader::next(int max_frames) {
  int64_t count = std::min<int64_t>(max_frames, state_->remaining);
  Samples samples = TRY(state_->read_treated(count));
  state_->remaining -= count;
  return samples;
}

}  // namespace candid::media
