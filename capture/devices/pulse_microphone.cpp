#include "capture/devices/pulse_microphone.h"

#include <cmath>

#include <fmt/format.h>
#include <pulse/context.h>
#include <pulse/error.h>
#include <pulse/stream.h>

#include "capture/devices/pulse_connection.h"

namespace candid::capture {
namespace {

using Clock = PulseConnection::Clock;

constexpr std::chrono::milliseconds kServerPatience{2000};  // for the server
constexpr std::chrono::milliseconds kLongestListening{90};
constexpr int64_t kFewestSamples = media::kSampleRate;  // a second
constexpr std::chrono::milliseconds kSteady{300};
constexpr std::chrono::milliseconds kLongestSettling{4000};
constexpr double kSteadyMicroseconds = 5000;
constexpr pa_sample_spec kSamples{PA_SAMPLE_FLOAT32NE, media::kSampleRate, media::kChannels};
constexpr size_t kFrameBytes = sizeof(float) * media::kChannels;

struct FreeStream {
  void operator()(pa_stream* stream) const {
    pa_stream_disconnect(stream);
    pa_stream_unref(stream);
  }
};

class PulseMicrophone final : public SoundDevice {
 public:
  PulseMicrophone(std::unique_ptr<PulseConnection> server, std::string name)
      : server_(std::move(server)), name_(std::move(name)) {}

  Result<void> start(const std::string& source) {
    stream_.reset(pa_stream_new(server_->context(), "recording", &kSamples, nullptr));
    if (!stream_) return server_->failure(fmt::format("cannot open {}", name_));
    pa_buffer_attr buffer{};
    buffer.maxlength = static_cast<uint32_t>(-1);
    buffer.fragsize = static_cast<uint32_t>(kFrameBytes * media::kSampleRate / 50);
    // Rather none than another: when a microphone is unplugged, the server would move its readers to the default
    // source.
    auto flags = static_cast<pa_stream_flags_t>(PA_STREAM_DONT_MOVE | PA_STREAM_ADJUST_LATENCY |
                                                PA_STREAM_INTERPOLATE_TIMING | PA_STREAM_AUTO_TIMING_UPDATE);
    if (pa_stream_connect_record(stream_.get(), source.c_str(), &buffer, flags) < 0)
      return server_->failure(fmt::format("cannot open {}", name_));
    auto is_settled = [&] { return !is_alive() || pa_stream_get_state(stream_.get()) == PA_STREAM_READY; };
    if (!server_->run_until(is_settled, Clock::now() + kServerPatience) || !is_alive())
      return server_->failure(fmt::format("cannot open {}", name_));
    return settle();
  }

  int sample_rate() const override { return media::kSampleRate; }
  std::string name() const override { return name_; }
  Result<std::optional<CapturedSound>> read() override {
    auto is_there = [&] { return !is_alive() || pa_stream_readable_size(stream_.get()) > 0; };
    server_->run_until(is_there, Clock::now() + kLongestListening);
    if (!is_alive()) return gone();
    const void* data = nullptr;
    size_t bytes = 0;
    if (pa_stream_peek(stream_.get(), &data, &bytes) < 0) return gone();
    if (bytes == 0) return std::nullopt;
    std::optional<CapturedSound> sound;
    // Without data it is a hole: the next block's time tells how long.
    if (data != nullptr) {
      const auto* values = static_cast<const float*>(data);
      sound = CapturedSound{media::Samples(values, values + bytes / sizeof(float)), time_of_next_sample()};
    }
    pa_stream_drop(stream_.get());
    return sound;
  }

 private:
  // A server changes its own buffers half a second after somebody begins to listen, and meanwhile its times run away by
  // up to a quarter of a second: in a take there would be holes.
  Result<void> settle() {
    const auto give_up = Clock::now() + kLongestSettling;
    auto steady_since = Clock::now();
    double steady_at = 0;
    int64_t samples = 0;
    while (Clock::now() < give_up && (samples < kFewestSamples || Clock::now() - steady_since < kSteady)) {
      std::optional<CapturedSound> sound = TRY(read());
      if (!sound) continue;
      double ahead = static_cast<double>(sound->time.count()) - static_cast<double>(samples) * 1e6 / media::kSampleRate;
      if (std::abs(ahead - steady_at) > kSteadyMicroseconds) {
        steady_at = ahead;
        steady_since = Clock::now();
      }
      samples += static_cast<int64_t>(sound->samples.size() / media::kChannels);
    }
    return {};
  }
  bool is_alive() const { return server_->is_alive() && PA_STREAM_IS_GOOD(pa_stream_get_state(stream_.get())); }

  // When what is read next was heard.
  Microseconds time_of_next_sample() const {
    auto now = std::chrono::duration_cast<Microseconds>(Clock::now().time_since_epoch());
    pa_usec_t latency = 0;
    int is_negative = 0;
    if (pa_stream_get_latency(stream_.get(), &latency, &is_negative) < 0) return now;  // before the first report
    Microseconds age(static_cast<int64_t>(latency));
    return is_negative != 0 ? now + age : now - age;
  }

  tl::unexpected<Error> gone() const {
    const bool server_died = !server_->is_alive();
    return fail(
        ErrorKind::Io,
        server_died ? fmt::format("{} is lost: the sound server went away", name_) : fmt::format("{} went away", name_),
        server_died ? "start the sound server again, systemctl --user restart pipewire-pulse, and record again"
                    : "plug it in again, see candid devices, and record again");
  }

  std::unique_ptr<PulseConnection> server_;
  std::string name_;
  std::unique_ptr<pa_stream, FreeStream> stream_;  // goes before its server
};

}  // namespace

Result<std::unique_ptr<SoundDevice>> open_pulse_microphone(const Microphone& microphone) {
  auto server = TRY(PulseConnection::connect(kServerPatience));
  auto opened = std::make_unique<PulseMicrophone>(std::move(server), fmt::format("the microphone {}", microphone.name));
  TRY_VOID(opened->start(microphone.id.substr(microphone.id.find(':') + 1)));
  return std::unique_ptr<SoundDevice>(std::move(opened));
}

}  // namespace candid::capture
