#include "encode/mp4_head.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "encode/box_writer.h"
#include "encode/segment_encoder.h"

namespace candid::encode {
namespace {

constexpr double kChunkSeconds = 0.5;

// A run of samples of one track that lie together in the file.
struct Chunk {
  MediaSlice slice;
  uint32_t samples = 0;
  double start = 0;  // seconds, where its playing begins
};

struct Timing {
  uint32_t video_timescale;  // units a second
  uint32_t video_step;       // units a frame
  int64_t frames = 0;
  int delay = 0;  // frames between decoding and showing
};

Timing make_timing(const Mp4Tracks& tracks) {
  Rational rate = tracks.video.frame_rate;
  // At least 10,000 units a second, as 30000/1001 has of itself.
  int factor = rate.num < 10'000 ? 512 : 1;
  Timing timing{static_cast<uint32_t>(rate.num * factor), static_cast<uint32_t>(rate.den * factor)};
  for (const Segment* segment : tracks.segments) {
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

// Writes moov for given chunk positions. Its size does not depend on them, so a first pass with zeros measures it.
class MoovWriter {
 public:
  MoovWriter(const Mp4Tracks& tracks, const Timing& timing, const std::vector<Chunk>& video,
             const std::vector<Chunk>& audio, const std::vector<uint64_t>& video_offsets,
             const std::vector<uint64_t>& audio_offsets, bool wide)
      : tracks_(tracks),
        timing_(timing),
        video_(video),
        audio_(audio),
        video_offsets_(video_offsets),
        audio_offsets_(audio_offsets),
        wide_(wide) {}

  void write(BoxWriter& out) {
    out.box("moov", [&] {
      movie_header(out);
      video_track(out);
      audio_track(out);
      metadata(out);
    });
  }

 private:
  // The movie's clock is the video's, so that its length is exact.
  uint64_t movie_duration() const { return static_cast<uint64_t>(timing_.frames) * timing_.video_step; }

  void movie_header(BoxWriter& out) {
    out.full_box("mvhd", 1, 0, [&] {
      out.u64(0), out.u64(0);  // no dates: the same input gives the same bytes
      out.u32(timing_.video_timescale);
      out.u64(movie_duration());
      out.u32(0x10000);  // rate 1
      out.u16(0x100);    // volume 1
      out.zeros(10);
      out.identity_matrix();
      out.zeros(24);
      out.u32(3);  // next track id
    });
  }

  void track_header(BoxWriter& out, uint32_t id, bool sound) {
    out.full_box("tkhd", 1, 3, [&] {  // enabled, in movie
      out.u64(0), out.u64(0);
      out.u32(id);
      out.u32(0);
      out.u64(movie_duration());
      out.zeros(8);
      out.u16(0);
      out.u16(0);
      out.u16(sound ? 0x100 : 0);
      out.u16(0);
      out.identity_matrix();
      out.u32(sound ? 0 : static_cast<uint32_t>(tracks_.video.size.width) << 16);
      out.u32(sound ? 0 : static_cast<uint32_t>(tracks_.video.size.height) << 16);
    });
  }

  void edit_list(BoxWriter& out, uint64_t media_time) {
    out.box("edts", [&] {
      out.full_box("elst", 1, 0, [&] {
        out.u32(1);
        out.u64(movie_duration());
        out.u64(media_time);
        out.u16(1), out.u16(0);  // rate 1
      });
    });
  }

  void media_header(BoxWriter& out, uint32_t timescale, uint64_t duration) {
    out.full_box("mdhd", 1, 0, [&] {
      out.u64(0), out.u64(0);
      out.u32(timescale);
      out.u64(duration);
      out.u16(0x55C4);  // "und"
      out.u16(0);
    });
  }

  void handler(BoxWriter& out, std::string_view type, std::string_view name) {
    out.full_box("hdlr", 0, 0, [&] {
      out.u32(0);
      out.text(type);
      out.zeros(12);
      out.text(name);
      out.u8(0);
    });
  }

  void data_here(BoxWriter& out) {
    out.box("dinf", [&] {
      out.full_box("dref", 0, 0, [&] {
        out.u32(1);
        out.full_box("url ", 0, 1, [] {});  // in this file
      });
    });
  }

  // stsc and stco/co64: which samples lie in which chunk, and where the chunks are.
  void chunk_tables(BoxWriter& out, const std::vector<Chunk>& chunks, const std::vector<uint64_t>& offsets) {
    out.full_box("stsc", 0, 0, [&] {
      std::vector<std::pair<size_t, uint32_t>> runs;  // first chunk, samples in each
      for (size_t i = 0; i < chunks.size(); ++i) {
        if (runs.empty() || runs.back().second != chunks[i].samples) runs.emplace_back(i, chunks[i].samples);
      }
      out.u32(runs.size());
      for (auto [first, samples] : runs) {
        out.u32(first + 1);
        out.u32(samples);
        out.u32(1);
      }
    });
    out.full_box(wide_ ? "co64" : "stco", 0, 0, [&] {
      out.u32(chunks.size());
      for (size_t i = 0; i < chunks.size(); ++i) {
        uint64_t offset = offsets[i];
        wide_ ? out.u64(offset) : out.u32(offset);
      }
    });
  }

  void video_track(BoxWriter& out) {
    out.box("trak", [&] {
      track_header(out, 1, false);
      edit_list(out, static_cast<uint64_t>(timing_.delay) * timing_.video_step);
      out.box("mdia", [&] {
        media_header(out, timing_.video_timescale, movie_duration());
        handler(out, "vide", "Candid video");
        out.box("minf", [&] {
          out.full_box("vmhd", 0, 1, [&] { out.zeros(8); });
          data_here(out);
          out.box("stbl", [&] { video_tables(out); });
        });
      });
    });
  }

  void video_tables(BoxWriter& out) {
    out.full_box("stsd", 0, 0, [&] {
      out.u32(1);
      out.box("avc1", [&] { video_sample_entry(out); });
    });
    out.full_box("stts", 0, 0, [&] {
      out.u32(1);
      out.u32(static_cast<uint64_t>(timing_.frames));
      out.u32(timing_.video_step);
    });
    composition_offsets(out);
    out.full_box("stss", 0, 0, [&] {
      std::vector<uint64_t> keys;
      uint64_t number = 0;
      for (const Segment* segment : tracks_.segments) {
        for (const EncodedFrame& frame : segment->frames) {
          ++number;
          if (frame.is_key) keys.push_back(number);
        }
      }
      out.u32(keys.size());
      for (uint64_t key : keys) out.u32(key);
    });
    out.full_box("stsz", 0, 0, [&] {
      out.u32(0);
      out.u32(static_cast<uint64_t>(timing_.frames));
      for (const Segment* segment : tracks_.segments) {
        for (const EncodedFrame& frame : segment->frames) out.u32(frame.size);
      }
    });
    chunk_tables(out, video_, video_offsets_);
  }

  void video_sample_entry(BoxWriter& out) {
    out.zeros(6);
    out.u16(1);  // data reference
    out.zeros(16);
    out.u16(static_cast<uint32_t>(tracks_.video.size.width));
    out.u16(static_cast<uint32_t>(tracks_.video.size.height));
    out.u32(0x480000), out.u32(0x480000);  // 72 dpi
    out.u32(0);
    out.u16(1);
    out.zeros(32);
    out.u16(24);
    out.u16(0xFFFF);
    const ParameterSets& sets = tracks_.segments.front()->parameter_sets;
    out.box("avcC", [&] {
      out.u8(1);
      out.raw({sets.sps.data() + 1, 3});  // profile, compatibility, level
      out.u8(0xFF);                       // 4-byte lengths
      out.u8(0xE1);                       // one SPS
      out.u16(static_cast<uint32_t>(sets.sps.size()));
      out.raw(sets.sps);
      out.u8(1);  // one PPS
      out.u16(static_cast<uint32_t>(sets.pps.size()));
      out.raw(sets.pps);
      if (sets.sps[1] >= 100) {  // High and above: 4:2:0, 8 bits (ISO/IEC 14496-15 §5.3.3.1)
        out.u8(0xFD), out.u8(0xF8), out.u8(0xF8), out.u8(0);
      }
    });
    out.box("colr", [&] {
      out.text("nclx");
      out.u16(1), out.u16(1), out.u16(1);  // BT.709 primaries, transfer, matrix
      out.u8(0);                           // limited range
    });
    out.box("pasp", [&] { out.u32(1), out.u32(1); });
  }

  void composition_offsets(BoxWriter& out) {
    std::vector<std::pair<uint32_t, uint32_t>> runs;  // count, offset in units
    for (const Segment* segment : tracks_.segments) {
      for (size_t k = 0; k < segment->frames.size(); ++k) {
        int64_t frames = segment->frames[k].presentation + timing_.delay - static_cast<int64_t>(k);
        assert(frames >= 0);
        auto offset = static_cast<uint32_t>(frames * timing_.video_step);
        if (runs.empty() || runs.back().second != offset) runs.emplace_back(0, offset);
        ++runs.back().first;
      }
    }
    if (timing_.delay == 0 && runs.size() == 1) return;  // nothing is reordered
    out.full_box("ctts", 0, 0, [&] {
      out.u32(runs.size());
      for (auto [count, offset] : runs) out.u32(count), out.u32(offset);
    });
  }

  void audio_track(BoxWriter& out) {
    const AudioTrack& audio = *tracks_.audio;
    uint64_t duration = audio.packet_sizes.size() * uint64_t{kAacFrame};
    out.box("trak", [&] {
      track_header(out, 2, true);
      edit_list(out, static_cast<uint64_t>(audio.priming));
      out.box("mdia", [&] {
        media_header(out, media::kSampleRate, duration);
        handler(out, "soun", "Candid sound");
        out.box("minf", [&] {
          out.full_box("smhd", 0, 0, [&] { out.zeros(4); });
          data_here(out);
          out.box("stbl", [&] {
            out.full_box("stsd", 0, 0, [&] {
              out.u32(1);
              out.box("mp4a", [&] { audio_sample_entry(out, audio); });
            });
            out.full_box("stts", 0, 0, [&] {
              out.u32(1);
              out.u32(audio.packet_sizes.size());
              out.u32(kAacFrame);
            });
            out.full_box("stsz", 0, 0, [&] {
              out.u32(0);
              out.u32(audio.packet_sizes.size());
              for (uint32_t size : audio.packet_sizes) out.u32(size);
            });
            chunk_tables(out, audio_, audio_offsets_);
          });
        });
      });
    });
  }

  void audio_sample_entry(BoxWriter& out, const AudioTrack& audio) {
    out.zeros(6);
    out.u16(1);
    out.zeros(8);
    out.u16(media::kChannels);
    out.u16(16);
    out.zeros(4);
    out.u32(uint64_t{media::kSampleRate} << 16);
    // Elementary stream descriptor (ISO/IEC 14496-1 §7.2.6.5), lengths in one byte each.
    auto config = static_cast<uint32_t>(audio.config.size());
    out.full_box("esds", 0, 0, [&] {
      out.u8(3), out.u8(23 + config);
      out.u16(2), out.u8(0);  // id 2
      out.u8(4), out.u8(15 + config);
      out.u8(0x40), out.u8(0x15);  // MPEG-4 audio, audio stream
      out.u24(0);
      out.u32(static_cast<uint64_t>(audio.bitrate)), out.u32(static_cast<uint64_t>(audio.bitrate));
      out.u8(5), out.u8(config);
      out.raw(audio.config);
      out.u8(6), out.u8(1), out.u8(2);
    });
  }

  void metadata(BoxWriter& out) {
    auto item = [&](std::string_view type, const std::string& value) {
      if (value.empty()) return;
      out.box(type, [&] {
        out.box("data", [&] {
          out.u32(1);  // UTF-8
          out.u32(0);
          out.text(value);
        });
      });
    };
    out.box("udta", [&] {
      out.full_box("meta", 0, 0, [&] {
        out.full_box("hdlr", 0, 0, [&] {
          out.u32(0);
          out.text("mdirappl");
          out.zeros(9);
        });
        out.box("ilst", [&] {
          item("\xA9nam", tracks_.metadata.title);
          item(
              "\xA9"
              "cmt",
              tracks_.metadata.comment);
        });
      });
    });
  }

  const Mp4Tracks& tracks_;
  const Timing& timing_;
  const std::vector<Chunk>& video_;
  const std::vector<Chunk>& audio_;
  const std::vector<uint64_t>& video_offsets_;
  const std::vector<uint64_t>& audio_offsets_;
  bool wide_;  // 64-bit chunk offsets
};

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
  for (const Segment* segment : tracks.segments) {
    if (segment->parameter_sets != tracks.segments.front()->parameter_sets) {
      return fail(ErrorKind::Internal, "segments with different H.264 parameter sets cannot share a file");
    }
  }
  std::vector<Chunk> video = video_chunks(tracks);
  std::vector<Chunk> audio = audio_chunks(*tracks.audio);

  // In the order of playing; sound first where both begin together.
  std::vector<std::pair<const Chunk*, bool>> order;
  order.reserve(audio.size() + video.size());
  for (const Chunk& chunk : audio) order.emplace_back(&chunk, true);
  for (const Chunk& chunk : video) order.emplace_back(&chunk, false);
  std::stable_sort(order.begin(), order.end(), [](auto& a, auto& b) { return a.first->start < b.first->start; });
  uint64_t media_size = 0;
  for (auto& [chunk, sound] : order) media_size += chunk->slice.length;

  // The head's size decides the offsets: measured with zeros, then filled in. Wide well before it must be, as the head
  // itself counts too.
  bool wide = media_size > UINT32_MAX - (64u << 20);
  std::vector<uint64_t> video_offsets(video.size());
  std::vector<uint64_t> audio_offsets(audio.size());
  auto write_head = [&] {
    BoxWriter out;
    file_type(out);
    MoovWriter(tracks, timing, video, audio, video_offsets, audio_offsets, wide).write(out);
    if (wide) {
      out.u32(1);
      out.text("mdat");
      out.u64(media_size + 16);
    } else {
      out.u32(media_size + 8);
      out.text("mdat");
    }
    return out.take();
  };
  uint64_t head_size = write_head().size();
  uint64_t at = head_size;
  Mp4Layout layout;
  size_t next_video = 0;
  size_t next_audio = 0;
  for (auto& [chunk, sound] : order) {
    (sound ? audio_offsets[next_audio++] : video_offsets[next_video++]) = at;
    at += chunk->slice.length;
    layout.slices.push_back(chunk->slice);
  }
  layout.head = write_head();
  assert(layout.head.size() == head_size);
  layout.size = at;
  return layout;
}

}  // namespace candid::encode
