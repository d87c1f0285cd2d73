#include "capture/presenter/test_presenter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "capture/presenter/presenter_figure.h"
#include "capture/presenter/speech.h"

namespace candid::capture {
namespace {

// Speech of this RMS opens the mouth fully; the square root lets quiet sounds move the lips too.
constexpr double kFullVoice = 0.2;

double smooth_step(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

// A fixed value in 0..1 for each index, without visible pattern.
double scatter(int index) {
  double x = std::sin(index * 12.9898 + 4.1) * 43758.5453;
  return x - std::floor(x);
}

double wave(double seconds, double period, double phase = 0) {
  return std::sin(2 * std::numbers::pi * (seconds / period + phase));
}

int64_t sample_at(int64_t frame, Rational rate) {
  return frame * media::kSampleRate * rate.den / rate.num;
}

// How far the mouth is open in each frame: follows the sound, opening at once and closing a little slower.
std::vector<double> lips(const media::Samples& samples, Rational rate) {
  auto total = static_cast<int64_t>(samples.size() / media::kChannels);
  std::vector<double> openings;
  double opening = 0;
  for (int64_t frame = 0; sample_at(frame, rate) < total; ++frame) {
    int64_t begin = sample_at(frame, rate);
    int64_t end = std::min(sample_at(frame + 1, rate), total);
    double energy = 0;
    for (int64_t i = begin; i < end; ++i) {
      double sample = samples[static_cast<size_t>(i) * media::kChannels];
      energy += sample * sample;
    }
    double rms = std::sqrt(energy / static_cast<double>(end - begin));
    double wanted = std::min(1.0, std::sqrt(rms / kFullVoice));
    opening += (wanted - opening) * (wanted > opening ? 0.8 : 0.5);
    openings.push_back(opening);
  }
  return openings;
}

// A blink every three to five seconds.
double eyes_open(double seconds) {
  constexpr double kHalfBlink = 0.11;
  double blink = 1.6;
  for (int i = 0; blink < seconds + kHalfBlink; ++i) {
    double away = std::abs(seconds - blink) / kHalfBlink;
    if (away < 1) return smooth_step(away);
    blink += 3 + 2 * scatter(i);
  }
  return 1;
}

// Every other line is underlined by a hand, which rises after the line has begun and sinks before it ends.
double hand_raised(double seconds, const std::vector<ScriptMark>& marks) {
  constexpr double kMove = 0.5;
  for (size_t i = 1; i < marks.size(); i += 2) {
    double start = std::chrono::duration<double>(marks[i].start).count() + 0.2;
    double end = std::chrono::duration<double>(marks[i].end).count();
    if (seconds > start && seconds < end) {
      return std::min(smooth_step((seconds - start) / kMove), smooth_step((end - seconds) / kMove));
    }
  }
  return 0;
}

}  // namespace

struct TestPresenter::State {
  media::FrameSize size;
  Rational rate;
  Speech speech;
  std::vector<double> lips;  // one value a frame
  PresenterFigure figure;
  int64_t next_frame = 0;

  Pose pose(double seconds) const {
    Pose pose;
    pose.mouth_open = lips[static_cast<size_t>(next_frame)];
    pose.eyes_open = eyes_open(seconds);
    pose.hand_raised = hand_raised(seconds, speech.marks);
    pose.hand_turn = 0.12 * wave(seconds, 0.9);
    pose.brows_raised = 0.5 + 0.5 * wave(seconds, 3.7, 0.2);
    pose.head_tilt = 0.028 * wave(seconds, 5.3) + 0.016 * wave(seconds, 2.9, 0.3);
    pose.head_x = 0.022 * wave(seconds, 6.1, 0.1) + 0.01 * wave(seconds, 3.1);
    pose.head_y = 0.008 * wave(seconds, 2.3, 0.4) + 0.012 * pose.mouth_open * wave(seconds, 1.1);
    pose.breath = 0.5 + 0.5 * wave(seconds, 3.9);
    return pose;
  }

  media::Samples sound() const {
    auto total = static_cast<int64_t>(speech.samples.size() / media::kChannels);
    auto at = [&](int64_t frame) {
      return speech.samples.begin() + std::min(sample_at(frame, rate), total) * media::kChannels;
    };
    return {at(next_frame), at(next_frame + 1)};
  }
};

TestPresenter::TestPresenter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TestPresenter::~TestPresenter() = default;

Result<std::unique_ptr<TestPresenter>> TestPresenter::create(const SourceSettings& settings) {
  const media::FrameSize size = settings.size.value_or(media::FrameSize{1280, 720});
  const Rational rate = settings.frame_rate.value_or(Rational{30, 1});
  Speech speech = TRY(speak(settings.script.empty() ? default_script() : settings.script));
  std::vector<double> openings = lips(speech.samples, rate);
  PresenterFigure figure = TRY(PresenterFigure::create(size));
  auto state = std::make_unique<State>(State{size, rate, std::move(speech), std::move(openings), std::move(figure)});
  return std::unique_ptr<TestPresenter>(new TestPresenter(std::move(state)));
}

Result<std::optional<Moment>> TestPresenter::next() {
  if (state_->next_frame >= static_cast<int64_t>(state_->lips.size())) return std::nullopt;
  double seconds = static_cast<double>(state_->next_frame) / state_->rate.value();
  media::Frame frame = TRY(state_->figure.draw(state_->pose(seconds)));
  Moment moment{std::move(frame), state_->sound(), false, std::nullopt};
  ++state_->next_frame;
  return moment;
}

SourceFormat TestPresenter::format() const {
  return {state_->size, state_->rate, true, Shows::Person, "test:"};
}

SourceCounts TestPresenter::counts() const {
  return {state_->next_frame, {}, 0, Microseconds{0}};
}

void TestPresenter::rewind() {
  state_->next_frame = 0;
}

void TestPresenter::skip(int64_t moments) {
  state_->next_frame = (state_->next_frame + moments) % static_cast<int64_t>(state_->lips.size());
}

media::Samples TestPresenter::speech() const {
  media::Samples samples = state_->speech.samples;
  auto whole = sample_at(static_cast<int64_t>(state_->lips.size()), state_->rate);
  samples.resize(static_cast<size_t>(whole * media::kChannels), 0.0F);
  return samples;
}

std::vector<ScriptMark> TestPresenter::marks() const {
  return state_->speech.marks;
}

}  // namespace candid::capture
