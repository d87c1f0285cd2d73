#include "capture/devices/av_devices.h"

extern "C" {
#include <libavdevice/avdevice.h>
}

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "core/suggest.h"
#include "media/av.h"
#include "media/picture_converter.h"

namespace candid::capture {
namespace {

constexpr std::chrono::milliseconds kPoll{3};
constexpr std::chrono::milliseconds kLongestWait{90};
constexpr Microseconds kPlausible{10'000'000};

Microseconds monotonic_now() {
  return std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

// Drivers stamp by the monotonic clock or by the wall's, and some not at all.
Microseconds on_monotonic_clock(int64_t stamp) {
  const Microseconds now = monotonic_now();
  if (stamp == AV_NOPTS_VALUE) return now;
  const Microseconds wall =
      std::chrono::duration_cast<Microseconds>(std::chrono::system_clock::now().time_since_epoch());
  const Microseconds time(stamp);
  // A wall clock that is set between the stamp and now must not put a picture into the future.
  if (std::chrono::abs(time - now) < kPlausible) return std::min(now, time);
  if (std::chrono::abs(time - wall) < kPlausible) return std::min(now, time - (wall - now));
  return now;
}

struct Opening {
  const char* driver;  // libavdevice's name
  std::string url;
  std::string name;         // for people
  std::string device_file;  // whose users are told when it is busy; may be empty
  const char* lost = "plug it in again, see candid devices, and record again";  // what helps when it went away
};

tl::unexpected<Error> cannot_open(int code, const Opening& opening) {
  Error error = media::av_error(code, fmt::format("cannot open {}", opening.name));
  if (code == AVERROR(EBUSY)) {
    std::vector<std::string> users = users_of(opening.device_file);
    return fail(ErrorKind::Io,
                users.empty() ? fmt::format("{} is in use by another program", opening.name)
                              : fmt::format("{} is in use by {}", opening.name, join(users)),
                "close that program, or choose another device: candid devices");
  }
  if (error.kind() == ErrorKind::PermissionDenied) {
    return fail(ErrorKind::PermissionDenied, error.message(),
                "become a member of the device's group, sudo usermod -aG video,audio $USER, and log in again");
  }
  return fail(error.kind(), error.message(), "see that it is plugged in: candid devices lists what is there");
}

Result<media::InputFormatPtr> open_input(const Opening& opening, media::Options& options) {
  static std::once_flag registered;
  std::call_once(registered, avdevice_register_all);
  media::route_log();
  const AVInputFormat* driver = av_find_input_format(opening.driver);
  if (driver == nullptr) {
    return fail(ErrorKind::Unsupported, fmt::format("this build of FFmpeg has no \"{}\" input", opening.driver),
                "recording needs it: install an FFmpeg built with it, as Debian's is");
  }
  AVFormatContext* context = avformat_alloc_context();
  // So that a device which hangs does not hang its reader.
  context->flags |= AVFMT_FLAG_NONBLOCK;
  int code = avformat_open_input(&context, opening.url.c_str(), driver, options.get());
  if (code < 0) return cannot_open(code, opening);
  return media::InputFormatPtr(context);
}

// One packet, waiting a while for it.
class PacketReader {
 public:
  PacketReader(media::InputFormatPtr input, const Opening& opening)
      : input_(std::move(input)), name_(opening.name), lost_(opening.lost) {}

  const AVCodecParameters& parameters() const { return *input_->streams[0]->codecpar; }
  const std::string& name() const { return name_; }
  // Null when none came within a tenth of a second.
  Result<AVPacket*> next() {
    auto give_up = std::chrono::steady_clock::now() + kLongestWait;
    av_packet_unref(packet_.get());
    while (true) {
      int code = av_read_frame(input_.get(), packet_.get());
      if (code >= 0) return packet_.get();
      if (code != AVERROR(EAGAIN)) {
        return fail(ErrorKind::Io, media::av_error(code, fmt::format("{} went away", name_)).message(), lost_);
      }
      if (std::chrono::steady_clock::now() >= give_up) return nullptr;
      std::this_thread::sleep_for(kPoll);
    }
  }

 private:
  media::InputFormatPtr input_;
  media::PacketPtr packet_{av_packet_alloc()};
  std::string name_;
  const char* lost_;
};

class AvPictureDevice final : public PictureDevice {
 public:
  static Result<std::unique_ptr<PictureDevice>> create(media::InputFormatPtr input, const Opening& opening,
                                                       const media::VideoRequest& request) {
    PacketReader packets(std::move(input), opening);
    const AVCodecParameters& parameters = packets.parameters();
    const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
    if (codec == nullptr) {
      return fail(
          ErrorKind::Unsupported,
          fmt::format("{} sends {}, which cannot be decoded", packets.name(), avcodec_get_name(parameters.codec_id)),
          "choose another format, as --format mjpeg or --format raw");
    }
    media::CodecContextPtr decoder(avcodec_alloc_context3(codec));
    int code = avcodec_parameters_to_context(decoder.get(), &parameters);
    decoder->thread_count = 1;  // more would hold pictures back
    if (code >= 0) code = avcodec_open2(decoder.get(), codec, nullptr);
    if (code < 0) return media::av_fail(code, fmt::format("cannot decode what {} sends", packets.name()));
    return std::unique_ptr<PictureDevice>(new AvPictureDevice(std::move(packets), std::move(decoder), request));
  }

  media::FrameSize size() const override { return size_; }
  std::string name() const override { return packets_.name(); }
  Result<std::optional<CapturedPicture>> read() override {
    AVPacket* packet = TRY(packets_.next());
    if (packet == nullptr) return std::nullopt;
    CapturedPicture picture{std::nullopt, on_monotonic_clock(packet->pts)};
    // A broken picture is counted, and the next may be whole.
    if (avcodec_send_packet(decoder_.get(), packet) < 0) return picture;
    if (avcodec_receive_frame(decoder_.get(), frame_.get()) < 0) return picture;
    if ((frame_->flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame_->decode_error_flags != 0) return picture;
    picture.frame = TRY(converter_.convert(*frame_));
    return picture;
  }

 private:
  AvPictureDevice(PacketReader packets, media::CodecContextPtr decoder, const media::VideoRequest& request)
      : packets_(std::move(packets)), decoder_(std::move(decoder)), converter_(request), size_(request.size) {}

  PacketReader packets_;
  media::CodecContextPtr decoder_;
  media::FramePtr frame_{av_frame_alloc()};
  media::PictureConverter converter_;
  media::FrameSize size_;
};

class AvSoundDevice final : public SoundDevice {
 public:
  explicit AvSoundDevice(PacketReader packets) : packets_(std::move(packets)) {}

  int sample_rate() const override { return packets_.parameters().sample_rate; }
  std::string name() const override { return packets_.name(); }
  Result<std::optional<CapturedSound>> read() override {
    AVPacket* packet = TRY(packets_.next());
    if (packet == nullptr) return std::nullopt;
    CapturedSound sound{{}, on_monotonic_clock(packet->pts)};
    const auto channels = static_cast<size_t>(std::max(1, packets_.parameters().ch_layout.nb_channels));
    const auto* values = reinterpret_cast<const int16_t*>(packet->data);
    const size_t count = static_cast<size_t>(packet->size) / sizeof(int16_t) / channels;
    sound.samples.reserve(count * media::kChannels);
    // One channel is heard on both sides; of more than two the first two are left and right.
    for (size_t i = 0; i < count; ++i) {
      sound.samples.push_back(static_cast<float>(values[i * channels]) / 32768.0F);
      sound.samples.push_back(static_cast<float>(values[i * channels + (channels > 1 ? 1 : 0)]) / 32768.0F);
    }
    return sound;
  }

 private:
  PacketReader packets_;
};

std::string rate_text(Rational rate) {
  return fmt::format("{}/{}", rate.num, rate.den);
}

std::string size_text(media::FrameSize size) {
  return fmt::format("{}x{}", size.width, size.height);
}

media::FrameSize made_even(media::FrameSize size) {
  return {size.width / 2 * 2, size.height / 2 * 2};
}

}  // namespace

Result<std::unique_ptr<PictureDevice>> open_camera(const Camera& camera, const ChosenMode& mode,
                                                   std::optional<media::FrameSize> wanted) {
  Opening opening{"video4linux2", camera.path, fmt::format("the camera {} ({})", camera.name, camera.path),
                  camera.path};
  media::Options options;
  options.set("video_size", size_text(mode.size));
  options.set("framerate", rate_text(mode.rate));
  if (!mode.format.empty()) options.set("input_format", mode.format);
  media::InputFormatPtr input = TRY(open_input(opening, options));
  media::VideoRequest request;
  request.size = wanted.value_or(made_even(mode.size));
  request.fit = media::Fit::Cover;
  return AvPictureDevice::create(std::move(input), opening, request);
}

Result<std::unique_ptr<PictureDevice>> open_screen(const Screen& screen, Rational rate,
                                                   std::optional<media::FrameSize> wanted) {
  Opening opening{"x11grab", screen.display, fmt::format("the screen {}", screen.id), "",
                  "see that it is on and has kept its size, and record again"};
  const media::FrameSize size = made_even(screen.size);
  media::Options options;
  options.set("video_size", size_text(size));
  options.set("framerate", rate_text(rate));
  options.set("grab_x", std::to_string(screen.x));
  options.set("grab_y", std::to_string(screen.y));
  media::InputFormatPtr input = TRY(open_input(opening, options));
  media::VideoRequest request;
  request.size = wanted.value_or(size);
  return AvPictureDevice::create(std::move(input), opening, request);
}

Result<std::unique_ptr<SoundDevice>> open_alsa_microphone(const Microphone& microphone) {
  Opening opening{"alsa", microphone.id.substr(microphone.id.find(':') + 1),
                  fmt::format("the microphone {}", microphone.name), ""};
  media::Options options;
  options.set("sample_rate", std::to_string(media::kSampleRate));
  options.set("channels", std::to_string(media::kChannels));
  Result<media::InputFormatPtr> input = open_input(opening, options);
  if (!input && !microphone.used_by.empty()) {
    return fail(ErrorKind::Io, fmt::format("{} is in use by {}", opening.name, join(microphone.used_by)),
                "close that program, or choose another device: candid devices");
  }
  PacketReader packets(TRY(std::move(input)), opening);
  if (packets.parameters().codec_id != AV_CODEC_ID_PCM_S16LE) {
    return fail(
        ErrorKind::Unsupported,
        fmt::format("{} sends {}, not 16-bit samples", opening.name, avcodec_get_name(packets.parameters().codec_id)),
        "name it through ALSA's converter, as alsa:plughw:1,0");
  }
  return std::unique_ptr<SoundDevice>(new AvSoundDevice(std::move(packets)));
}

}  // namespace candid::capture
