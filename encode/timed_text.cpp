#include "encode/timed_text.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "core/text.h"
#include "encode/box_writer.h"

namespace candid::encode {
namespace {

constexpr size_t kShownTogether = 3;

struct Span {
  uint64_t start = 0;  // units of the timescale
  uint64_t end = 0;
  std::string_view text;
};

// The captions that show, within the video, by start.
Result<std::vector<Span>> spans_within(std::span<const TimedText> captions, uint32_t timescale, uint64_t duration) {
  // Limited before it is multiplied: a caption may well end at Microseconds::max().
  auto length = static_cast<int64_t>(std::ceil(static_cast<double>(duration) * 1e6 / timescale)) + 1;
  auto units = [&](Microseconds time) {
    auto limited = static_cast<uint64_t>(std::clamp<int64_t>(time.count(), 0, length));
    return std::min(duration, (limited * timescale + 500'000) / 1'000'000);
  };
  std::vector<Span> spans;
  spans.reserve(captions.size());
  for (const TimedText& caption : captions) {
    if (caption.text.size() > TimedText::kMaxBytes) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("the caption “{}” has {} bytes; a video's captions hold up to {}",
                              shorten(single_line(std::string_view(caption.text).substr(0, 200)), 40),
                              caption.text.size(), TimedText::kMaxBytes),
                  "shorten it or divide it");
    }
    Span span{units(caption.start), units(caption.end), caption.text};
    if (span.start < span.end && !span.text.empty()) spans.push_back(span);
  }
  std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.start < b.start; });
  return spans;
}

// As many of the newest as a sample holds, in their order.
std::string joined(const std::vector<Span>& shown) {
  std::string text;
  for (auto span = shown.rbegin(); span != shown.rend(); ++span) {
    if (text.empty()) {
      text = span->text;
    } else if (text.size() + 1 + span->text.size() <= TimedText::kMaxBytes) {
      text.insert(0, 1, '\n').insert(0, span->text);
    } else {
      break;
    }
  }
  return text;
}

// TS 26.245 §5.17: a length in 16 bits, then the text; without modifiers.
void add_sample(TextTrack& track, uint64_t duration, std::string_view text) {
  track.bytes.push_back(static_cast<uint8_t>(text.size() >> 8));
  track.bytes.push_back(static_cast<uint8_t>(text.size()));
  track.bytes.insert(track.bytes.end(), text.begin(), text.end());
  track.sizes.push_back(static_cast<uint32_t>(text.size() + 2));
  assert(duration <= UINT32_MAX);  // 19 hours at the finest timescale
  track.durations.push_back(static_cast<uint32_t>(duration));
}

// Every language of ISO 639-1, followed by its code of ISO 639-2/T.
constexpr std::string_view kLanguages =
    "aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul bhbih "
    "bibis bmbam bnben bobod brbre bsbos cacat ceche chcha cocos crcre csces cuchu cvchv cycym dadan "
    "dedeu dvdiv dzdzo eeewe elell eneng eoepo esspa etest eueus fafas ffful fifin fjfij fofao frfra "
    "fyfry gagle gdgla glglg gngrn guguj gvglv hahau heheb hihin hohmo hrhrv hthat huhun hyhye hzher "
    "iaina idind ieile igibo iiiii ikipk ioido isisl itita iuiku jajpn jvjav kakat kgkon kikik kjkua "
    "kkkaz klkal kmkhm knkan kokor krkau kskas kukur kvkom kwcor kykir lalat lbltz lglug lilim lnlin "
    "lolao ltlit lulub lvlav mgmlg mhmah mimri mkmkd mlmal mnmon mrmar msmsa mtmlt mymya nanau nbnob "
    "ndnde nenep ngndo nlnld nnnno nonor nrnbl nvnav nynya ococi ojoji omorm orori ososs papan pipli "
    "plpol pspus ptpor quque rmroh rnrun roron rurus rwkin sasan scsrd sdsnd sesme sgsag sisin skslk "
    "slslv smsmo snsna sosom sqsqi srsrp ssssw stsot susun svswe swswa tatam tetel tgtgk ththa titir "
    "tktuk tltgl tntsn toton trtur tstso tttat twtwi tytah uguig ukukr ururd uzuzb veven vivie vovol "
    "wawln wowol xhxho yiyid yoyor zazha zhzho zuzul ";

// "por" of "pt-BR". BCP 47 takes three letters only for languages that have no two (RFC 5646 §2.2.1): those stay.
std::string three_letters(std::string_view tag) {
  std::string primary(tag.substr(0, tag.find('-')));
  for (char& letter : primary) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    if (letter < 'a' || letter > 'z') return "und";
  }
  if (primary.size() == 3) return primary;
  if (primary.size() != 2) return "und";
  for (std::string_view rest = kLanguages; !rest.empty(); rest.remove_prefix(6)) {
    if (rest.starts_with(primary)) return std::string(rest.substr(2, 3));
  }
  return "und";
}

}  // namespace

Result<TextTrack> make_text_track(std::span<const TimedText> captions, uint32_t timescale, uint64_t duration) {
  std::vector<Span> spans = TRY(spans_within(captions, timescale, duration));
  TextTrack track;
  if (spans.empty()) return track;
  const uint64_t careless = timescale / 10;
  std::vector<Span> shown;
  auto next = spans.begin();
  for (uint64_t now = 0; now < duration;) {
    bool begins = next != spans.end() && next->start == now;
    std::erase_if(shown, [&](const Span& span) { return span.end <= now || (begins && span.end < now + careless); });
    for (; next != spans.end() && next->start == now; ++next) {
      shown.push_back(*next);
      // Also keeps work and file small when thousands overlap.
      if (shown.size() > kShownTogether) shown.erase(shown.begin());
    }
    uint64_t until = next != spans.end() ? next->start : duration;
    for (const Span& span : shown) until = std::min(until, span.end);
    add_sample(track, until - now, joined(shown));
    now = until;
  }
  return track;
}

media::FrameSize text_region(media::FrameSize video) {
  return {video.width, std::max(1, video.height * 3 / 20)};
}

void write_text_sample_entry(BoxWriter& out, media::FrameSize video) {
  out.box("tx3g", [&] {  // TS 26.245 §5.16
    out.zeros(6);
    out.u16(1);    // data reference
    out.u32(0);    // display flags: no scrolling, no karaoke, never forced, at the player's usual place
    out.u8(1);     // centred
    out.u8(0xFF);  // at the bottom: -1
    out.u32(0);    // background: transparent
    // The default box has to be the whole region.
    media::FrameSize region = text_region(video);
    out.u16(0), out.u16(0);
    out.u16(static_cast<uint32_t>(region.height));
    out.u16(static_cast<uint32_t>(region.width));
    // The default style: for all characters, font 1, plain, 0.05 of the video's height, white.
    out.u16(0), out.u16(0);
    out.u16(1);
    out.u8(0);
    out.u8(static_cast<uint32_t>(std::clamp(video.height / 20, 1, 255)));
    out.u32(0xFFFFFFFF);
    out.box("ftab", [&] {
      constexpr std::string_view kFont = "Sans-Serif";  // Apple's rules allow this and "Serif"
      out.u16(1);
      out.u16(1);
      out.u8(kFont.size());
      out.text(kFont);
    });
  });
}

uint16_t packed_language(std::string_view tag) {
  uint16_t packed = 0;
  for (char letter : three_letters(tag)) packed = static_cast<uint16_t>(packed << 5 | (letter - 0x60));
  return packed;
}

}  // namespace candid::encode
