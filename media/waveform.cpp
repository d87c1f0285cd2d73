#include "media/waveform.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "media/audio_reader.h"
#include "media/probe.h"

namespace candid::media {
namespace {

constexpr int kBlockSamples = 8192;  // a channel, between two looks at the stop token

// Puts samples into bars as they come.
class BarFiller {
 public:
  BarFiller(std::vector<WaveformBar>& bars, int64_t sample_count) : bars_(bars), sample_count_(sample_count) {
    begin_bar();
  }

  void add(const Samples& samples) {
    for (size_t i = 0; i < samples.size(); i += kChannels) {
      if (at_ == end_) next_bar();
      for (size_t channel = 0; channel < kChannels; ++channel) {
        float sample = std::clamp(samples[i + channel], -1.0F, 1.0F);
        lowest_ = std::min(lowest_, sample);
        highest_ = std::max(highest_, sample);
        squares_ += static_cast<double>(sample) * sample;
      }
      ++at_;
    }
  }

  void finish() { end_bar(); }

 private:
  // Of few samples and many bars, some have none: those show the silence that they were made with.
  void next_bar() {
    end_bar();
    while (at_ == end_ && number_ + 1 < bars_.size()) {
      ++number_;
      begin_bar();
    }
  }

  void begin_bar() {
    begin_ = at_;
    end_ = static_cast<int64_t>(number_ + 1) * sample_count_ / static_cast<int64_t>(bars_.size());
    lowest_ = 1;
    highest_ = -1;
    squares_ = 0;
  }

  void end_bar() {
    if (at_ == begin_) return;
    double rms = std::sqrt(squares_ / (static_cast<double>(at_ - begin_) * kChannels));
    bars_[number_] = {lowest_, highest_, static_cast<float>(rms)};
  }

  std::vector<WaveformBar>& bars_;
  int64_t sample_count_;
  size_t number_ = 0;  // the bar that is being filled
  int64_t at_ = 0;     // samples a channel so far
  int64_t begin_ = 0;  // of the bar
  int64_t end_ = 0;
  float lowest_ = 0;
  float highest_ = 0;
  double squares_ = 0;
};

}  // namespace

Result<Waveform> read_waveform(const std::filesystem::path& path, size_t bars, std::stop_token stop) {
  const RecordingFacts facts = TRY(probe(path));
  Waveform waveform{facts.duration, facts.audio.has_value(), std::vector<WaveformBar>(std::max<size_t>(bars, 1))};
  if (!waveform.has_sound) return waveform;
  const int64_t sample_count = facts.duration.count() * kSampleRate / 1'000'000;
  AudioReader reader = TRY(AudioReader::open(path, Microseconds{0}, sample_count));
  BarFiller filler(waveform.bars, sample_count);
  while (true) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, fmt::format("stopped reading {}", path.string()));
    Samples samples = TRY(reader.next(kBlockSamples));
    if (samples.empty()) break;
    filler.add(samples);
  }
  filler.finish();
  return waveform;
}

}  // namespace candid::media
