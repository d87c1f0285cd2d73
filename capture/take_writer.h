#pragma once
// Writes a take: Matroska with H.264 (nearly lossless, a keyframe every second) and 16-bit PCM sound, or either alone.
//
// Sound is PCM because it has no state that a crash could lose and no delay against the picture; beside the picture its
// 1.5 Mbit/s do not count.
//
// The file stands under its own name from the start and reaches the operating system every fifth of a second, so that a
// program killed while recording leaves a take that plays to within its last second. It reaches the disk every two
// seconds, for the same after a power cut.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/error.h"
#include "core/time.h"
#include "media/audio_reader.h"
#include "media/frame.h"
#include "media/frame_sink.h"

namespace candid::capture {

struct TakeFormat {
  std::optional<media::FrameSize> size;  // nothing: sound alone
  Rational frame_rate{30, 1};
  bool has_sound = true;
  // Of the first picture or sample, by the wall clock; stands in the header, where a crash leaves it. Nothing: now.
  std::optional<std::chrono::system_clock::time_point> began = std::nullopt;
};

// One thread. After an error nothing more is taken, and finish() repeats the error. NoSpace when the disk is full; what
// was written before stays.
class TakeWriter final : public media::FrameSink {
 public:
  // Exists when something stands under that name: a take is never overwritten.
  static Result<std::unique_ptr<TakeWriter>> create(const std::filesystem::path& path, const TakeFormat& format);
  // What create() would say of the place, without leaving a file there.
  static Result<void> check_place(const std::filesystem::path& path);
  // Without finish(): the file stays as a killed program would leave it, or goes when nothing was pushed.
  ~TakeWriter() override;

  // The next picture, of the take's size.
  Result<void> push(media::Frame frame) override;
  // The next samples, to be kept in step with the pictures: a second ahead or behind costs memory, then order.
  Result<void> push(const media::Samples& sound);
  Result<void> finish() override;

  int64_t frames() const;
  Microseconds duration() const;  // of the pictures pushed so far; of the samples where there are none

 private:
  struct State;
  explicit TakeWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::capture
