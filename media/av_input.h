#pragma once
// One decoded stream of a media file. Internal to media.

#include <filesystem>
#include <optional>

#include "core/time.h"
#include "media/av.h"

namespace candid::media {

// Opens a local media file. Only the file itself is ever read: playlists and formats that name other files are refused.
Result<InputFormatPtr> open_input(const std::filesystem::path& path);

// A picture track that is not a cover image, or the sound track; -1 when there is none.
int best_stream(const AVFormatContext& input, AVMediaType type);

class StreamDecoder {
 public:
  static Result<StreamDecoder> open(const std::filesystem::path& path, AVMediaType type);
  // Of a file that has just been opened.
  static Result<StreamDecoder> open(InputFormatPtr input, const std::filesystem::path& path, AVMediaType type);

  // The next frame in presentation order, or nothing at the end. Its pts is in stream().time_base. Damaged frames are
  // passed over, as players do; probe() has judged the file before.
  Result<std::optional<FramePtr>> next();
  const AVStream& stream() const { return *input_->streams[stream_]; }
  // Goes to the last key frame that the container's index has up to `time` (on the stream's own clock), where it has an
  // exact one; says whether it did. Afterwards next() begins with the first frame found there that is not before
  // `from`.
  bool seek(Microseconds time, Microseconds from);
  // From now on only key frames are decoded, and of those only such as are at least `apart` from the last one; what is
  // decoded from `end` on is not read.
  void key_frames_only(Microseconds apart, Microseconds end);
  // When the file's own timeline begins (its first timestamp of any track).
  Microseconds origin() const;

 private:
  bool is_wanted(const AVPacket& packet);

  InputFormatPtr input_;
  CodecContextPtr codec_;
  PacketPtr packet_;
  int stream_ = -1;
  bool drained_ = false;
  int64_t skip_before_ = INT64_MIN;  // pts; of what lies before, only what later frames refer to is decoded
  bool keys_only_ = false;
  int64_t keys_apart_ = 0;             // of the stream's time base
  int64_t next_key_from_ = INT64_MIN;  // pts
  int64_t keys_end_ = INT64_MAX;       // dts
  std::filesystem::path path_;
};

}  // namespace candid::media
