// Claps: the whole screen flashes at the very instant at which, by the sound server's own report, a beep is heard. What
// a recorder makes of them tells how far its sound and its pictures are apart (clap_offset.py).
//
// A flash fades from white to black, and its brightness tells its age: a picture that was taken 20 ms after the clap
// shows 90 % of white, whenever that was. So offsets are measured finer than pictures follow each other.
//
// The pauses between claps differ, lest a recording that is a whole clap off looks right.
//
// usage: clap_player SECONDS     on $DISPLAY and $PULSE_SERVER; a JSON line when the sound runs steadily, for
// each clap, and at the end

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numbers>
#include <thread>
#include <vector>

#include <pulse/pulseaudio.h>
#include <sys/resource.h>

#include "tests/recorder/full_window.h"

namespace candid::test {
namespace {

constexpr int kRate = 48000;
constexpr double kSteadySeconds = 2.5;  // a null sink that was just made has prepared two seconds
constexpr double kSteadyWithin = 0.003;
constexpr double kFirstClap = 0.5;                // seconds after the reports are steady
constexpr double kPauses[] = {1.7, 2.013, 2.36};  // no multiples of a frame: claps meet every phase of it
constexpr double kBeepSeconds = 0.06;
constexpr double kBeepHertz = 2000;   // at full strength within a quarter of a millisecond
constexpr double kFadeSeconds = 0.2;  // clap_offset.py knows it, too
constexpr auto kStep = std::chrono::milliseconds(2);
// Short, so that little is on its way; long enough for a machine at work.
constexpr uint32_t kBufferMilliseconds = 60;

[[noreturn]] void give_up(const char* what, int code) {
  std::fprintf(stderr, "error: %s [%s]\n", what, pa_strerror(code));
  std::exit(1);
}

double wall_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::vector<double> schedule(double begin, double end) {
  std::vector<double> claps;
  for (double at = begin + kFirstClap; at < end; at += kPauses[claps.size() % std::size(kPauses)]) claps.push_back(at);
  return claps;
}

// Plays silence with a beep at each clap. Its own thread is the sound server's client; everything else is called by one
// other thread.
class Loudspeaker {
 public:
  Loudspeaker();
  Loudspeaker(const Loudspeaker&) = delete;
  Loudspeaker& operator=(const Loudspeaker&) = delete;
  ~Loudspeaker();

  // Of what is heard right now, in seconds since the beginning.
  double position();
  // For positions still to come.
  void beep_at(std::vector<double> claps);
  int underruns() const { return underruns_; }

 private:
  struct Free {
    void operator()(pa_threaded_mainloop* loop) const { pa_threaded_mainloop_free(loop); }
    void operator()(pa_context* context) const { pa_context_unref(context); }
    void operator()(pa_stream* stream) const { pa_stream_unref(stream); }
  };
  void connect();
  void open_stream();
  void write(std::size_t bytes);
  int16_t sample(int64_t index) const;

  std::vector<double> claps_;
  int64_t written_ = 0;
  std::atomic<int> underruns_ = 0;
  std::unique_ptr<pa_threaded_mainloop, Free> loop_{pa_threaded_mainloop_new()};
  std::unique_ptr<pa_context, Free> context_;
  std::unique_ptr<pa_stream, Free> stream_;
};

Loudspeaker::Loudspeaker() {
  context_.reset(pa_context_new(pa_threaded_mainloop_get_api(loop_.get()), "clap_player"));
  pa_threaded_mainloop_start(loop_.get());
  pa_threaded_mainloop_lock(loop_.get());
  connect();
  open_stream();
  pa_threaded_mainloop_unlock(loop_.get());
}

Loudspeaker::~Loudspeaker() {
  pa_threaded_mainloop_stop(loop_.get());
  stream_.reset();
  context_.reset();
}

void Loudspeaker::connect() {
  auto wake = [](pa_context*, void* loop) { pa_threaded_mainloop_signal(static_cast<pa_threaded_mainloop*>(loop), 0); };
  pa_context_set_state_callback(context_.get(), wake, loop_.get());
  if (pa_context_connect(context_.get(), nullptr, PA_CONTEXT_NOAUTOSPAWN, nullptr) < 0)
    give_up("no sound server", pa_context_errno(context_.get()));
  while (pa_context_get_state(context_.get()) != PA_CONTEXT_READY) {
    if (!PA_CONTEXT_IS_GOOD(pa_context_get_state(context_.get())))
      give_up("no sound server", pa_context_errno(context_.get()));
    pa_threaded_mainloop_wait(loop_.get());
  }
}

void Loudspeaker::open_stream() {
  const pa_sample_spec form{PA_SAMPLE_S16LE, kRate, 1};
  stream_.reset(pa_stream_new(context_.get(), "claps", &form, nullptr));
  auto wake = [](pa_stream*, void* loop) { pa_threaded_mainloop_signal(static_cast<pa_threaded_mainloop*>(loop), 0); };
  pa_stream_set_state_callback(stream_.get(), wake, loop_.get());
  auto more = [](pa_stream*, std::size_t bytes, void* self) { static_cast<Loudspeaker*>(self)->write(bytes); };
  pa_stream_set_write_callback(stream_.get(), more, this);
  auto missed = [](pa_stream*, void* self) { ++static_cast<Loudspeaker*>(self)->underruns_; };
  pa_stream_set_underflow_callback(stream_.get(), missed, this);
  pa_buffer_attr buffer{};
  buffer.maxlength = buffer.prebuf = buffer.minreq = buffer.fragsize = static_cast<uint32_t>(-1);
  buffer.tlength = kBufferMilliseconds * kRate / 1000 * sizeof(int16_t);
  auto flags = static_cast<pa_stream_flags_t>(PA_STREAM_INTERPOLATE_TIMING | PA_STREAM_AUTO_TIMING_UPDATE |
                                              PA_STREAM_ADJUST_LATENCY);
  if (pa_stream_connect_playback(stream_.get(), nullptr, &buffer, flags, nullptr, nullptr) < 0)
    give_up("no loudspeaker", pa_context_errno(context_.get()));
  while (pa_stream_get_state(stream_.get()) != PA_STREAM_READY) {
    if (!PA_STREAM_IS_GOOD(pa_stream_get_state(stream_.get())))
      give_up("no loudspeaker", pa_context_errno(context_.get()));
    pa_threaded_mainloop_wait(loop_.get());
  }
}

int16_t Loudspeaker::sample(int64_t index) const {
  double at = static_cast<double>(index) / kRate;
  auto next = std::upper_bound(claps_.begin(), claps_.end(), at);
  if (next == claps_.begin() || at - *std::prev(next) > kBeepSeconds) return 0;
  return static_cast<int16_t>(16000 * std::sin(2 * std::numbers::pi * kBeepHertz * (at - *std::prev(next))));
}

void Loudspeaker::write(std::size_t bytes) {
  std::vector<int16_t> samples(bytes / sizeof(int16_t));
  for (int16_t& value : samples) value = sample(written_++);
  pa_stream_write(stream_.get(), samples.data(), samples.size() * sizeof(int16_t), nullptr, 0, PA_SEEK_RELATIVE);
}

void Loudspeaker::beep_at(std::vector<double> claps) {
  pa_threaded_mainloop_lock(loop_.get());
  claps_ = std::move(claps);
  pa_threaded_mainloop_unlock(loop_.get());
}

double Loudspeaker::position() {
  pa_usec_t heard = 0;
  pa_threaded_mainloop_lock(loop_.get());
  int code = pa_stream_get_time(stream_.get(), &heard);
  if (!PA_STREAM_IS_GOOD(pa_stream_get_state(stream_.get()))) give_up("the sound server is gone", -code);
  pa_threaded_mainloop_unlock(loop_.get());
  return code < 0 ? 0 : static_cast<double>(heard) / 1e6;  // no report yet: nothing was heard
}

void wait_until(Loudspeaker& loudspeaker, double position) {
  for (double left = position - loudspeaker.position(); left > 0; left = position - loudspeaker.position()) {
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(left, 0.02)));
  }
}

void flash(FullWindow& window, Loudspeaker& loudspeaker, double clap) {
  const Area everything{0, 0, window.width(), window.height()};
  for (double age = loudspeaker.position() - clap; age < kFadeSeconds; age = loudspeaker.position() - clap) {
    auto grey = static_cast<uint32_t>(std::lround(255 * (1 - std::max(age, 0.0) / kFadeSeconds)));
    window.fill(everything, grey << 16 | grey << 8 | grey);
    window.settle();
    std::this_thread::sleep_for(kStep);
  }
  window.fill(everything, 0);
  window.settle();
}

// A sound server's first reports are off by what it had prepared before. Returns when the position has kept pace with
// the clock for a while.
void wait_until_steady(Loudspeaker& loudspeaker) {
  double since = wall_clock();
  double lead = loudspeaker.position() - since;
  while (wall_clock() - since < kSteadySeconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    double position = loudspeaker.position();
    double now = wall_clock();
    if (position > 0 && std::abs(position - now - lead) < kSteadyWithin) continue;
    since = now;
    lead = position - now;
  }
}

void play(double seconds) {
  // Where it is allowed: a player that comes late looks like a recorder that is wrong.
  setpriority(PRIO_PROCESS, 0, -10);
  FullWindow window;
  Loudspeaker loudspeaker;
  wait_until_steady(loudspeaker);
  std::puts("{\"steady\": true}");
  std::fflush(stdout);
  double end = loudspeaker.position() + seconds;
  std::vector<double> claps = schedule(end - seconds, end);
  loudspeaker.beep_at(claps);
  for (double clap : claps) {
    wait_until(loudspeaker, clap);
    double late = loudspeaker.position() - clap;
    std::printf("{\"clap_s\": %.3f, \"wall_clock\": %.4f, \"late_ms\": %.1f}\n", clap, wall_clock() - late, late * 1e3);
    std::fflush(stdout);
    flash(window, loudspeaker, clap);
  }
  wait_until(loudspeaker, end);
  std::printf("{\"claps\": %zu, \"underruns\": %d}\n", claps.size(), loudspeaker.underruns());
}

}  // namespace
}  // namespace candid::test

int main(int argc, char** argv) {
  double seconds = argc == 2 ? std::atof(argv[1]) : 0;
  if (!(seconds > 0)) {
    std::fprintf(stderr, "usage: clap_player SECONDS\n");
    return 2;
  }
  candid::test::play(seconds);
}
