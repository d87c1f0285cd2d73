#include "media/cues.h"

#include <cmath>

#include <fmt/format.h>

#include "core/text.h"
#include "media/av_input.h"

namespace candid::media {
namespace {

// Tags are short and closed ("<i>", "</b>", "<v Name>"); a lone "<" is text.
std::string without_tags(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    size_t open = text.find('<');
    plain += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    size_t close = text.find('>');
    bool tag = close != std::string_view::npos && text.size() > 1 &&
               (std::isalpha(static_cast<unsigned char>(text[1])) != 0 || text[1] == '/');
    if (!tag) plain += '<';
    text.remove_prefix(tag ? close + 1 : 1);
  }
  return plain;
}

// WebVTT's named characters (W3C WebVTT §4.2.2); SubRip has none.
std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&amp;", "&"},       {"&lt;", "<"},       {"&gt;", ">"},      {"&quot;", "\""},
      {"&nbsp;", "\u00A0"}, {"&lrm;", "\u200E"}, {"&rlm;", "\u200F"}};
  std::string plain;
  while (!text.empty()) {
    const auto* entity = std::find_if(std::begin(kEntities), std::end(kEntities),
                                      [&](const auto& e) { return text.starts_with(e.first); });
    bool found = entity != std::end(kEntities);
    plain += found ? entity->second : text.substr(0, 1);
    text.remove_prefix(found ? entity->first.size() : 1);
  }
  return plain;
}

std::string timestamp(Microseconds time) {
  int64_t ms = time.count() / 1000;
  return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

}  // namespace

Result<std::vector<Cue>> read_cues(const std::filesystem::path& path) {
  InputFormatPtr input = TRY(open_input(path));
  int stream = best_stream(*input, AVMEDIA_TYPE_SUBTITLE);
  if (stream < 0) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} holds no captions", path.string()),
                "captions are .srt or .vtt files");
  }
  double unit = av_q2d(input->streams[stream]->time_base);
  bool has_entities = input->streams[stream]->codecpar->codec_id == AV_CODEC_ID_WEBVTT;
  std::vector<Cue> cues;
  PacketPtr packet(av_packet_alloc());
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    if (packet->stream_index == stream && packet->pts != AV_NOPTS_VALUE) {
      std::string text(reinterpret_cast<const char*>(packet->data), static_cast<size_t>(packet->size));
      Cue cue{Microseconds(std::llround(static_cast<double>(packet->pts) * unit * 1e6)),
              Microseconds(std::llround(static_cast<double>(packet->pts + packet->duration) * unit * 1e6)),
              trim(has_entities ? without_entities(without_tags(text)) : without_tags(text))};
      if (!cue.text.empty() && cue.end > cue.start) cues.push_back(std::move(cue));
    }
    av_packet_unref(packet.get());
  }
  if (cues.empty()) return fail(ErrorKind::InvalidInput, fmt::format("{} holds no caption", path.string()));
  std::stable_sort(cues.begin(), cues.end(), [](const Cue& a, const Cue& b) { return a.start < b.start; });
  return cues;
}

std::string to_webvtt(const std::vector<Cue>& cues) {
  std::string file = "WEBVTT\n";
  for (const Cue& cue : cues) {
    // "-->" would end the cue's text, and an empty line the cue.
    std::string text;
    for (char c : cue.text) text += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    for (size_t at = 0; (at = text.find("\n\n", at)) != std::string::npos;) text.erase(at, 1);
    file += fmt::format("\n{} --> {}\n{}\n", timestamp(cue.start), timestamp(cue.end), text);
  }
  return file;
}

}  // namespace candid::media
