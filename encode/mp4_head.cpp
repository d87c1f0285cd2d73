#include "encode/mp4_head.h"

#include <algorithm>
#include <cassert>

#include "encode/box_writer.h"
#include "encode/moov_writer.h"

namespace candid::encode {
namespace {

constexpr double kChunkSeconds = 0.5;

Timing make_timing(const Mp4Tracks& tracks) {
  Rational rate = tracks.video.frame_rate;
  // At least 10,000 units a second, as 30000/1001 has of itself.
  int factor = rate.num < 10'000 ? 512 : 1;
  Timing timing{static_cast<uint32_t>(rate.num * factor), static_cast<uint32_t>(rate.den * factor)};
  for (const SegmentIndex* segment : tracks.segments) {
    for (size_t k = 0; k < segment->frames.size(); ++k) {
      timing.delay = std::max(timing.delay, static_cast<int>(k) - segment->frames[k].presentation);
    }
    timing.frames += static_cast<int64_t>(segment->frames.size());
  }
  return timing;
}

std::vector<Chunk> video_chunks(const Mp4Tracks& tracks) {
  std::vector<Chunk> chunks;
  auto per_chunk = static_cast<size_t>(std::max(1.0, kChunkSeconds * tracks.video.frame_rate.value()));
  int64_t first = 0;
  for (size_t s = 0; s < tracks.segments.size(); ++s) {
    const auto& frames = tracks.segments[s]->frames;
    uint64_t offset = 0;
    for (size_t i = 0; i < frames.size(); i += per_chunk) {
      Chunk chunk{{static_cast<int>(s), offset, 0},
                  0,
                  static_cast<double>(first + static_cast<int64_t>(i)) / tracks.video.frame_rate.value()};
      for (size_t k = i; k < std::min(i + per_chunk, frames.size()); ++k) {
        chunk.slice.length += frames[k].size;
        ++chunk.samples;
      }
      offset += chunk.slice.length;
      chunks.push_back(chunk);
    }
    first += static_cast<int64_t>(frames.size());
  }
  return chunks;
}

std::vector<Chunk> audio_chunks(const AudioTrack& audio) {
  std::vector<Chunk> chunks;
  constexpr auto kPerChunk = static_cast<size_t>(kChunkSeconds * media::kSampleRate / kAacFrame);
  uint64_t offset = 0;
  for (size_t i = 0; i < audio.packet_sizes.size(); i += kPerChunk) {
    Chunk chunk{{MediaSlice::kAudio, offset, 0}, 0, static_cast<double>(i) * kAacFrame / media::kSampleRate};
    for (size_t k = i; k < std::min(i + kPerChunk, audio.packet_sizes.size()); ++k) {
      chunk.slice.length += audio.packet_sizes[k];
      ++chunk.samples;
    }
    offset += chunk.slice.length;
    chunks.push_back(chunk);
  }
  return chunks;
}

// The box around all media, without its content.
void media_header(BoxWriter& out, uint64_t media_size, bool wide) {
  out.u32(wide ? 1 : media_size + 8);
  out.text("mdat");
  if (wide) out.u64(media_size + 16);
}

void file_type(BoxWriter& out) {
  out.box("ftyp", [&] {
    out.text("isom");
    out.u32(512);
    out.text("isomiso2avc1mp41");
  });
}

}  // namespace

Result<Mp4Layout> lay_out_mp4(const Mp4Tracks& tracks) {
  assert(tracks.audio != nullptr);
  Timing timing = make_timing(tracks);
  if (timing.frames == 0) return fail(ErrorKind::InvalidInput, "a video needs at least one frame");
  for (const SegmentIndex* segment : tracks.segments) {
    if (segment->parameter_sets != tracks.segments.front()->parameter_sets) {
      return fail(ErrorKind::Internal, "segments with different H.264 parameter sets cannot share a file");
    }
  }
  std::vector<Chunk> video = video_chunks(tracks);
  std::vector<Chunk> audio = audio_chunks(*tracks.audio);

  // In the order of playing; sound first where both begin together.
  std::vector<Chunk*> order;
  order.reserve(audio.size() + video.size());
  for (Chunk& chunk : audio) order.push_back(&chunk);
  for (Chunk& chunk : video) order.push_back(&chunk);
  std::stable_sort(order.begin(), order.end(), [](const Chunk* a, const Chunk* b) { return a->start < b->start; });
  TextTrack text = TRY(make_text_track(tracks.captions, timing.video_timescale, timing.duration()));
  uint64_t media_size = text.bytes.size();
  for (const Chunk* chunk : order) media_size += chunk->slice.length;

  // The head's size decides the offsets: measured with zeros, then filled in. Wide well before it must be, as the head
  // itself counts too.
  bool wide = media_size > UINT32_MAX - (64u << 20);
  uint64_t text_offset = 0;
  auto write_head = [&] {
    BoxWriter out;
    file_type(out);
    write_moov(out, {tracks, timing, video, audio, text, text_offset, wide});
    media_header(out, media_size, wide);
    out.raw(text.bytes);
    return out.take();
  };
  uint64_t head_size = write_head().size();
  text_offset = head_size - text.bytes.size();
  Mp4Layout layout;
  layout.size = head_size;
  for (Chunk* chunk : order) {
    chunk->offset = layout.size;
    layout.size += chunk->slice.length;
    layout.slices.push_back(chunk->slice);
  }
  layout.head = write_head();
  assert(layout.head.size() == head_size);
  return layout;
}

}  // namespace candid::encode
