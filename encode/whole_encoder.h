#pragma once
// Frames in, one complete MP4 out, in a codec whose pieces cannot be joined as H.264 segments can: HEVC (libx265), AV1
// (SVT-AV1) or VP9 (libvpx), with a sound track that is already encoded. One encoder thread and no dates: the same
// frames and settings give the same bytes.

#include <filesystem>
#include <memory>

#include "core/error.h"
#include "encode/audio_encoder.h"
#include "encode/codec.h"
#include "encode/mp4_head.h"
#include "encode/segment.h"
#include "media/frame_sink.h"

namespace candid::encode {

struct WholeSettings {
  Codec codec = Codec::Hevc;
  VideoSettings video;  // preset and crf are x264's; codec_options.cpp says what they become
};

// One thread at a time.
class WholeEncoder final : public media::FrameSink {
 public:
  // Writes to `file` from here on: a temporary name, as it is whole only after finish(). `audio` is borrowed until
  // then. Unsupported when this machine lacks the encoder.
  static Result<WholeEncoder> create(const WholeSettings& settings, const AudioTrack& audio,
                                     const Mp4Metadata& metadata, const std::filesystem::path& file);
  WholeEncoder(WholeEncoder&&) noexcept;
  ~WholeEncoder() override;

  Result<void> push(media::Frame frame) override;
  // The index is moved to the front; nothing is synced to the disk.
  Result<void> finish() override;

 private:
  struct State;
  explicit WholeEncoder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::encode
