#pragma once
// An MP4 whose index comes first, written in one pass because every size is known. The head is all of the file but
// picture and sound; what follows it is a list of slices of the tracks' bytes, half a second of either in turn.
// Captions lie in the head, as they are a few kilobytes and as personal as the index.
//
// Timestamps are ours (uniform steps): in decode order frame k is decoded at k, shown at its presentation index plus
// the reordering delay, and an edit list takes the delay off again (ISO/IEC 14496-12 §8.6.1.3, §8.6.6).

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "encode/audio_encoder.h"
#include "encode/segment.h"
#include "encode/timed_text.h"

namespace candid::encode {

struct Mp4Metadata {
  std::string title;    // shown by players
  std::string comment;  // carries the message id
};

struct Mp4Tracks {
  VideoSettings video;
  std::vector<const SegmentIndex*> segments;  // in order of presentation; borrowed
  const AudioTrack* audio = nullptr;          // borrowed; required
  Mp4Metadata metadata;
  std::vector<TimedText> captions = {};  // without any, the file has no track for them
  std::string language = {};             // the captions', BCP 47: "en", "pt-BR"; empty if unknown
  // Whether a player shows them unasked. Not where they are in the picture already.
  bool shows_captions = false;
};

// A run of bytes of one segment (source ≥ 0) or of the sound track (source kAudio).
struct MediaSlice {
  static constexpr int kAudio = -1;
  int source = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct Mp4Layout {
  std::vector<uint8_t> head;       // ftyp, moov, the mdat header and the captions
  std::vector<MediaSlice> slices;  // what follows the head, in order
  uint64_t size = 0;               // of the whole file, bytes
};

// Fails when segments do not share one parameter set, there is no frame, or a caption is too long (make_text_track says
// how captions become a track).
Result<Mp4Layout> lay_out_mp4(const Mp4Tracks& tracks);

}  // namespace candid::encode
