#include "capture/live/sound_aligner.h"

extern "C" {
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <cmath>
#include <utility>

#include "capture/live/sound_clock.h"
#include "media/av.h"

namespace candid::capture {
namespace {

using media::av_fail;
using SwrContextPtr = std::unique_ptr<SwrContext, media::FreeByAddress<swr_free>>;

// A deviation is made good within about a second, by no more than half a percent of pitch (a twelfth of a semitone).
constexpr int kCorrectionSamples = media::kSampleRate;
constexpr double kLargestCorrection = 0.005 * kCorrectionSamples;
// Beyond, sound is cut or silence put in. After a jump of the clock less is let stand: there is a gap to be filled.
constexpr double kTornSamples = 0.060 * media::kSampleRate;
constexpr double kTornAfterJump = 0.005 * media::kSampleRate;

}  // namespace

struct SoundAligner::State {
  Microseconds origin{0};
  SoundClock clock;
  SwrContextPtr resampler{};
  media::Samples ready{};
  size_t taken = 0;      // of ready, values
  int64_t produced = 0;  // samples a channel since the origin, with silence and without what was cut
  int64_t to_cut = 0;    // of what comes next, samples a channel
  int64_t missing = 0;   // samples a channel
  bool started = false;

  explicit State(int rate) : clock(rate) {}

  int64_t available() const { return static_cast<int64_t>((ready.size() - taken) / media::kChannels); }
  void put_silence(int64_t count) {
    ready.resize(ready.size() + static_cast<size_t>(count * media::kChannels), 0.0F);
    produced += count;
  }
  // Lets go of what was taken, now and then.
  void compact() {
    if (taken < ready.size() / 2) return;
    ready.erase(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(taken));
    taken = 0;
  }
  Result<void> resample(const media::Samples& samples);
  Result<void> steer(const SoundClock::Block& block);
};

Result<std::unique_ptr<SoundAligner>> SoundAligner::create(int rate, Microseconds origin) {
  auto state = std::make_unique<State>(rate);
  state->origin = origin;
  AVChannelLayout stereo;
  av_channel_layout_default(&stereo, media::kChannels);
  SwrContext* context = nullptr;
  int code = swr_alloc_set_opts2(&context, &stereo, AV_SAMPLE_FMT_FLT, media::kSampleRate, &stereo, AV_SAMPLE_FMT_FLT,
                                 rate, 0, nullptr);
  state->resampler.reset(context);
  // Also at equal rates: the correction comes later.
  if (code >= 0) code = av_opt_set_int(context, "flags", SWR_FLAG_RESAMPLE, 0);
  if (code >= 0) code = swr_init(context);
  if (code < 0) return av_fail(code, "cannot set up the resampling of sound");
  return std::unique_ptr<SoundAligner>(new SoundAligner(std::move(state)));
}

SoundAligner::SoundAligner(std::unique_ptr<State> state) : state_(std::move(state)) {}
SoundAligner::~SoundAligner() = default;

Result<void> SoundAligner::State::resample(const media::Samples& samples) {
  const auto count = static_cast<int>(samples.size() / media::kChannels);
  const int room = swr_get_out_samples(resampler.get(), count);
  const size_t before = ready.size();
  ready.resize(before + static_cast<size_t>(room * media::kChannels));
  auto* out = reinterpret_cast<uint8_t*>(ready.data() + before);
  const auto* in = reinterpret_cast<const uint8_t*>(samples.data());
  int made = swr_convert(resampler.get(), &out, room, &in, count);
  if (made < 0) return av_fail(made, "cannot resample sound");
  const auto cut = static_cast<int>(std::min<int64_t>(to_cut, made));
  if (cut > 0) {
    auto first = ready.begin() + static_cast<std::ptrdiff_t>(before);
    ready.erase(first, first + cut * media::kChannels);
    to_cut -= cut;
  }
  ready.resize(before + static_cast<size_t>((made - cut) * media::kChannels));
  produced += made - cut;
  return {};
}

// Compares where the block's end lies with where it should lie, and bends the resampling towards it.
Result<void> SoundAligner::State::steer(const SoundClock::Block& block) {
  const double wanted = (block.end_us - static_cast<double>(origin.count())) * media::kSampleRate / 1e6;
  const double there = static_cast<double>(produced - to_cut + swr_get_delay(resampler.get(), media::kSampleRate));
  const double error = wanted - there;
  // The first block lies exactly where it belongs.
  const double torn = !started ? 0.5 : block.jumped ? kTornAfterJump : kTornSamples;
  const bool is_first = !std::exchange(started, true);
  if (std::abs(error) > torn) {
    auto whole = std::llround(error);
    if (whole > 0) put_silence(whole);
    if (whole > 0 && !is_first) missing += whole;
    if (whole < 0) to_cut -= whole;
    return {};
  }
  auto correction = static_cast<int>(std::lround(std::clamp(error, -kLargestCorrection, kLargestCorrection)));
  int code = swr_set_compensation(resampler.get(), correction, kCorrectionSamples);
  if (code < 0) return av_fail(code, "cannot resample sound");
  return {};
}

Result<void> SoundAligner::push(const CapturedSound& block) {
  if (block.samples.empty()) return {};
  State& state = *state_;
  state.compact();
  SoundClock::Block times =
      state.clock.update(block.time, static_cast<int64_t>(block.samples.size() / media::kChannels));
  // A gap lies before the block that tells of it.
  if (!state.started || times.jumped) {
    SoundClock::Block before{times.start_us, times.start_us, times.jumped};
    TRY_VOID(state.steer(before));
  }
  TRY_VOID(state.resample(block.samples));
  return state.steer(times);
}

int64_t SoundAligner::available() const {
  return state_->available();
}

media::Samples SoundAligner::take(int64_t count) {
  State& state = *state_;
  if (int64_t lacking = count - state.available(); lacking > 0) {
    if (state.started) state.missing += lacking;
    state.put_silence(lacking);
  }
  auto first = state.ready.begin() + static_cast<std::ptrdiff_t>(state.taken);
  auto length = static_cast<std::ptrdiff_t>(count * media::kChannels);
  media::Samples samples(first, first + length);
  state.taken += static_cast<size_t>(length);
  return samples;
}

double SoundAligner::drift_ppm() const {
  return state_->clock.drift_ppm();
}

Microseconds SoundAligner::missing() const {
  return Microseconds(state_->missing * 1'000'000 / media::kSampleRate);
}

}  // namespace candid::capture
