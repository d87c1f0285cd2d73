#include "capture/presenter/speech.h"

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>

#include <fmt/format.h>

#include "core/text.h"
#include "media/av.h"

namespace candid::capture {
namespace {

using media::av_fail;
using Mono = std::vector<float>;

constexpr char kVoice[] = "slt";
constexpr auto kLeadIn = std::chrono::milliseconds(600);
constexpr auto kPause = std::chrono::milliseconds(550);
constexpr auto kTail = std::chrono::seconds(1);

// Set so that the default script measures -17 LUFS.
constexpr double kSpeechRms = 0.113;
// Peaks bend from the knee on and stay below the ceiling.
constexpr float kKnee = 0.5F;
constexpr float kCeiling = 0.8F;
// What is quieter than this share of a line's peak is the synthesiser's silence around it.
constexpr float kAudibleShare = 0.01F;

size_t samples_in(Microseconds duration) {
  return static_cast<size_t>(duration.count() * media::kSampleRate / 1'000'000);
}

Microseconds time_of(size_t sample) {
  return Microseconds(static_cast<int64_t>(sample) * 1'000'000 / media::kSampleRate);
}

// Options are set one by one and never through a filter string, which the text of a line could break out of.
Result<AVFilterContext*> add_filter(AVFilterGraph& graph, const char* name,
                                    std::initializer_list<std::pair<const char*, const char*>> options) {
  const AVFilter* filter = avfilter_get_by_name(name);
  if (filter == nullptr) {
    return fail(ErrorKind::Unsupported, fmt::format("this build of FFmpeg has no \"{}\" filter", name),
                "the test presenter speaks through it: install an FFmpeg built with --enable-libflite, as Debian's is");
  }
  AVFilterContext* context = avfilter_graph_alloc_filter(&graph, filter, name);
  for (auto [key, value] : options) {
    if (int code = av_opt_set(context, key, value, AV_OPT_SEARCH_CHILDREN); code < 0) {
      return av_fail(code, fmt::format("cannot set up the filter \"{}\"", name));
    }
  }
  if (int code = avfilter_init_str(context, nullptr); code < 0) {
    return av_fail(code, fmt::format("cannot set up the filter \"{}\"", name));
  }
  return context;
}

Result<Mono> synthesise(const std::string& line) {
  // flite 2.2 takes the noise in its consonants from rand(); nothing of ours does.
  std::srand(1);
  media::FilterGraphPtr graph(avfilter_graph_alloc());
  AVFilterContext* voice = TRY(add_filter(*graph, "flite", {{"text", line.c_str()}, {"voice", kVoice}}));
  static_assert(media::kSampleRate == 48000);
  AVFilterContext* format = TRY(
      add_filter(*graph, "aformat", {{"sample_fmts", "flt"}, {"sample_rates", "48000"}, {"channel_layouts", "mono"}}));
  AVFilterContext* exit = TRY(add_filter(*graph, "abuffersink", {}));
  int code = avfilter_link(voice, 0, format, 0);
  if (code >= 0) code = avfilter_link(format, 0, exit, 0);
  if (code >= 0) code = avfilter_graph_config(graph.get(), nullptr);
  if (code < 0) return av_fail(code, "cannot set up the test presenter's voice");

  Mono samples;
  media::FramePtr frame(av_frame_alloc());
  while ((code = av_buffersink_get_frame(exit, frame.get())) >= 0) {
    const auto* data = reinterpret_cast<const float*>(frame->data[0]);
    samples.insert(samples.end(), data, data + frame->nb_samples);
    av_frame_unref(frame.get());
  }
  if (code != AVERROR_EOF) return av_fail(code, fmt::format("cannot speak \"{}\"", line));
  return samples;
}

float peak_of(const Mono& samples) {
  float peak = 0;
  for (float sample : samples) peak = std::max(peak, std::abs(sample));
  return peak;
}

Mono without_silence_around(Mono samples) {
  float threshold = peak_of(samples) * kAudibleShare;
  auto audible = [&](float sample) { return std::abs(sample) > threshold; };
  samples.erase(std::find_if(samples.rbegin(), samples.rend(), audible).base(), samples.end());
  samples.erase(samples.begin(), std::find_if(samples.begin(), samples.end(), audible));
  return samples;
}

float limited(float sample) {
  float size = std::abs(sample);
  if (size <= kKnee) return sample;
  constexpr float kRoom = kCeiling - kKnee;
  return std::copysign(kKnee + kRoom * std::tanh((size - kKnee) / kRoom), sample);
}

void level(Mono& samples) {
  double energy = 0;
  for (float sample : samples) energy += static_cast<double>(sample) * sample;
  double rms = std::sqrt(energy / static_cast<double>(samples.size()));
  auto gain = static_cast<float>(kSpeechRms / rms);
  for (float& sample : samples) sample = limited(sample * gain);
}

void append(media::Samples& stereo, const Mono& mono) {
  stereo.reserve(stereo.size() + mono.size() * media::kChannels);
  for (float sample : mono) stereo.insert(stereo.end(), media::kChannels, sample);
}

}  // namespace

Result<Speech> speak(const Script& lines) {
  media::route_log();
  Speech speech;
  auto position = [&] { return speech.samples.size() / media::kChannels; };
  auto be_silent = [&](Microseconds duration) {
    speech.samples.resize(speech.samples.size() + samples_in(duration) * media::kChannels);
  };
  be_silent(kLeadIn);
  for (const std::string& line : lines) {
    std::string text = single_line(trim(line));
    if (text.empty()) continue;
    Mono spoken = without_silence_around(TRY(synthesise(text)));
    if (spoken.empty()) continue;
    level(spoken);
    if (!speech.marks.empty()) be_silent(kPause);
    size_t start = position();
    append(speech.samples, spoken);
    speech.marks.push_back({text, time_of(start), time_of(position())});
  }
  if (speech.marks.empty()) {
    return fail(ErrorKind::InvalidInput, "the script holds nothing that the test presenter could say",
                "write at least one line of words, or leave the script out for the built-in one");
  }
  be_silent(kTail);
  return speech;
}

}  // namespace candid::capture
