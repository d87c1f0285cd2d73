#include "encode/moov_writer.h"

#include <cassert>

namespace candid::encode {
namespace {

class MoovWriter {
 public:
  explicit MoovWriter(const MoovContent& content)
      : tracks_(content.tracks),
        timing_(content.timing),
        video_(content.video),
        audio_(content.audio),
        wide_(content.wide) {}

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
  void chunk_tables(BoxWriter& out, const std::vector<Chunk>& chunks) {
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
      for (const Chunk& chunk : chunks) wide_ ? out.u64(chunk.offset) : out.u32(chunk.offset);
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
      for (const SegmentIndex* segment : tracks_.segments) {
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
      for (const SegmentIndex* segment : tracks_.segments) {
        for (const EncodedFrame& frame : segment->frames) out.u32(frame.size);
      }
    });
    chunk_tables(out, video_);
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
    for (const SegmentIndex* segment : tracks_.segments) {
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
            chunk_tables(out, audio_);
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
  bool wide_;
};

}  // namespace

void write_moov(BoxWriter& out, const MoovContent& content) {
  MoovWriter(content).write(out);
}

}  // namespace candid::encode
