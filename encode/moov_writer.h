#pragma once
// The index of an MP4 (the moov box), for tracks whose chunks have known places. Internal to encode.

#include <cstdint>
#include <vector>

#include "encode/box_writer.h"
#include "encode/mp4_head.h"
#include "encode/timed_text.h"

namespace candid::encode {

// A run of samples of one track that lie together in the file.
struct Chunk {
  MediaSlice slice;
  uint32_t samples = 0;
  double start = 0;     // seconds, where its playing begins
  uint64_t offset = 0;  // in the file
};

struct Timing {
  uint32_t video_timescale = 0;  // units a second
  uint32_t video_step = 0;       // units a frame
  int64_t frames = 0;
  int delay = 0;  // frames between decoding and showing

  uint64_t duration() const { return static_cast<uint64_t>(frames) * video_step; }  // units
};

struct MoovContent {
  const Mp4Tracks& tracks;
  const Timing& timing;
  const std::vector<Chunk>& video;
  const std::vector<Chunk>& audio;
  const TextTrack& text;     // no track without samples
  uint64_t text_offset = 0;  // of its bytes, in the file
  bool wide = false;         // 64-bit chunk offsets
};

// Its size does not depend on the offsets, so writing it with zeros measures it.
void write_moov(BoxWriter& out, const MoovContent& content);

}  // namespace candid::encode
