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
        text_(content.text),
        text_offset_(content.text_offset),
        wide_(content.wide) {}

  void write(BoxWriter& out) {
    out.box("moov", [&] {
      movie_header(out);
      video_track(out);
      audio_track(out);
      if (has_text()) text_track(out);
      metadata(out);
    });
  }

 private:
  // What a track's header says besides its duration, which is the movie's.
  struct TrackHeader {
    uint32_t id = 0;
    bool enabled = true;
    uint32_t alternate_group = 0;  // 0 is none
    uint32_t volume = 0;           // 8.8
    media::FrameSize size{};
    uint32_t top = 0;  // of its place in the picture
  };

  bool has_text() const { return !text_.sizes.empty(); }
  // The movie's clock is the video's, so that its length is exact.
  uint64_t movie_duration() const { return timing_.duration(); }

  void movie_header(BoxWriter& out) {
    out.full_box("mvhd", 1, 0, [&] {
      out.u64(0), out.u64(0);  // no dates: the same input gives the same bytes
      out.u32(timing_.video_timescale);
      out.u64(movie_duration());
      out.u32(0x10000);  // rate 1
      out.u16(0x100);    // volume 1
      out.zeros(10);
      out.matrix();
      out.zeros(24);
      out.u32(has_text() ? 4 : 3);  // next track id
    });
  }

  void track_header(BoxWriter& out, const TrackHeader& track) {
    constexpr uint32_t kEnabled = 1;
    constexpr uint32_t kInMovie = 2;
    out.full_box("tkhd", 1, kInMovie | (track.enabled ? kEnabled : 0), [&] {
      out.u64(0), out.u64(0);
      out.u32(track.id);
      out.u32(0);
      out.u64(movie_duration());
      out.zeros(8);
      out.u16(0);
      out.u16(track.alternate_group);
      out.u16(track.volume);
      out.u16(0);
      out.matrix(track.top);
      out.u32(static_cast<uint32_t>(track.size.width) << 16);
      out.u32(static_cast<uint32_t>(track.size.height) << 16);
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

  void media_header(BoxWriter& out, uint32_t timescale, uint64_t duration, std::string_view language = "und") {
    out.full_box("mdhd", 1, 0, [&] {
      out.u64(0), out.u64(0);
      out.u32(timescale);
      out.u64(duration);
      out.u16(packed_language(language));
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
      track_header(out, {.id = 1, .size = tracks_.video.size});
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
      track_header(out, {.id = 2, .volume = 0x100});
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

  // Handler and media header are those that other MP4 writers give to tx3g: Apple's 'sbtl', although ISO/IEC 14496-12
  // would have 'text', because Apple's players list no other and the rest take both.
  void text_track(BoxWriter& out) {
    media::FrameSize region = text_region(tracks_.video.size);
    constexpr uint32_t kSubtitles = 3;  // any number that no other kind of track uses
    out.box("trak", [&] {
      track_header(out, {.id = 3,
                         .enabled = tracks_.shows_captions,
                         .alternate_group = kSubtitles,
                         .size = region,
                         .top = static_cast<uint32_t>(tracks_.video.size.height - region.height)});
      edit_list(out, 0);
      out.box("mdia", [&] {
        media_header(out, timing_.video_timescale, movie_duration(), tracks_.language);
        if (!tracks_.language.empty()) {  // ISO/IEC 14496-12 §8.4.6
          out.full_box("elng", 0, 0, [&] {
            out.text(tracks_.language);
            out.u8(0);
          });
        }
        handler(out, "sbtl", "Candid captions");
        out.box("minf", [&] {
          out.full_box("nmhd", 0, 0, [] {});
          data_here(out);
          out.box("stbl", [&] { text_tables(out); });
        });
      });
    });
  }

  void text_tables(BoxWriter& out) {
    out.full_box("stsd", 0, 0, [&] {
      out.u32(1);
      write_text_sample_entry(out, tracks_.video.size);
    });
    out.full_box("stts", 0, 0, [&] {
      out.u32(text_.durations.size());
      for (uint32_t duration : text_.durations) out.u32(1), out.u32(duration);
    });
    out.full_box("stsz", 0, 0, [&] {
      out.u32(0);
      out.u32(text_.sizes.size());
      for (uint32_t size : text_.sizes) out.u32(size);
    });
    Chunk all;
    all.samples = static_cast<uint32_t>(text_.sizes.size());
    all.offset = text_offset_;
    chunk_tables(out, {all});
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
  const TextTrack& text_;
  uint64_t text_offset_;
  bool wide_;
};

}  // namespace

void write_moov(BoxWriter& out, const MoovContent& content) {
  MoovWriter(content).write(out);
}

}  // namespace candid::encode
