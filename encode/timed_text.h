#pragma once
// Captions as the samples of an MP4 track: 3GPP Timed Text (3GPP TS 26.245) under the rules that Apple's players make
// for it (QuickTime File Format, "Subtitle media"). Those, VLC and telephones' players list it among their subtitles.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/time.h"
#include "media/frame.h"

namespace candid::encode {

class BoxWriter;

struct TimedText {
  static constexpr size_t kMaxBytes = 65'535;  // a sample's length is written in 16 bits
  Microseconds start{0};
  Microseconds end{0};
  std::string text;  // UTF-8, plain, lines separated by \n
};

// The samples of a track, back to back in time as in the file: one for each stretch of time with the same words, an
// empty one where there are none. Without any samples when there is nothing to show.
struct TextTrack {
  std::vector<uint32_t> durations;  // units of the timescale; together the video's duration
  std::vector<uint32_t> sizes;      // bytes
  std::vector<uint8_t> bytes;
};

// For a video of `duration` units, `timescale` of them a second. The captions may come in any order.
//
// What lies before the video's start or after its end is cut; captions that are empty or last less than a unit are left
// out. Captions that overlap are shown together, the one that began earlier above the other; the newest three at most,
// and no more than fit a sample. An overlap of less than a tenth of a second is taken for carelessness: the earlier
// caption ends where the later one begins.
//
// InvalidInput for a text of more than TimedText::kMaxBytes.
Result<TextTrack> make_text_track(std::span<const TimedText> captions, uint32_t timescale, uint64_t duration);

// The strip of the picture, along its bottom, that the text lies in: 0.15 of its height, for two lines.
media::FrameSize text_region(media::FrameSize video);

// The tx3g box: how the text looks unless the viewer's own settings say otherwise. Internal to encode.
void write_text_sample_entry(BoxWriter& out, media::FrameSize video);

// The language of a BCP 47 tag ("pt-BR") as the media header wants it: the ISO 639-2/T code ("por"), three letters of
// five bits (ISO/IEC 14496-12 §8.4.2.3). "und" when the tag names no language of ISO 639.
uint16_t packed_language(std::string_view tag);

}  // namespace candid::encode
