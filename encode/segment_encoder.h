#pragma once
// Frames in, one H.264 segment out: x264 through libavcodec, set up so that segments of different encoders join
// (one parameter set, closed GOPs, fixed level). Deterministic: the same frames and settings give the same bytes.

#include <memory>

#include "core/error.h"
#include "encode/rate_control.h"
#include "encode/segment.h"
#include "media/frame_sink.h"

namespace candid::encode {

// The presets that may be asked for, fastest first. (x264's ultrafast drops the High profile.)
const std::vector<std::string>& presets();

// The lowest H.264 level (Table A-1), times ten, that holds this size and rate.
int h264_level(media::FrameSize size, Rational frame_rate);

// Which x264 and libavcodec encode here: segments of others may not join, nor be equal.
Result<std::string> encoder_identity();

// One thread at a time. Holds the segment's bytes in memory.
class SegmentEncoder final : public media::FrameSink {
 public:
  static Result<SegmentEncoder> create(const VideoSettings& settings, const RateControl& rate = ConstantQuality{});
  SegmentEncoder(SegmentEncoder&&) noexcept;
  ~SegmentEncoder() override;

  Result<void> push(media::Frame frame) override;
  // Of a first pass: once it returned, the statistics are there in full.
  Result<void> finish() override;
  // After finish(); the encoder is spent.
  Segment take();

 private:
  struct State;
  explicit SegmentEncoder(std::unique_ptr<State> state);
  Result<void> receive();
  std::unique_ptr<State> state_;
};

}  // namespace candid::encode
