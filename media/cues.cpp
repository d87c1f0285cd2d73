#include "media/cues.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/files.h"
#include "core/text.h"
#include "media/av.h"
#include "media/caption_text.h"

namespace candid::media {
namespace {

constexpr uint64_t kMaxBytes = 4 << 20;
// A later caption has a wrong timestamp; in microseconds it might not even be a number.
constexpr double kLatestSeconds = 100 * 3600;

enum class Kind { SubRip, WebVtt, Ass };

std::optional<Kind> kind_of(std::string_view text) {
  // An ASS file begins with a section, "[Script Info]", or with a remark before it.
  size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.remove_prefix(first);
  if (text.starts_with("WEBVTT")) return Kind::WebVtt;
  if (text.starts_with('[') || text.starts_with(';')) return Kind::Ass;
  if (text.find("-->") != std::string_view::npos) return Kind::SubRip;
  return std::nullopt;
}

const char* demuxer_of(Kind kind) {
  switch (kind) {
    case Kind::SubRip:
      return "srt";
    case Kind::WebVtt:
      return "webvtt";
    case Kind::Ass:
      return "ass";
  }
  return "";
}

// What libav reads from: text in memory. The context's buffer belongs to it, and libav may have put another in its
// place.
class TextInput {
 public:
  explicit TextInput(std::string_view text) : text_(text) {
    constexpr int kBufferSize = 16 << 10;
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferSize));
    context_ = avio_alloc_context(buffer, kBufferSize, 0, this, &TextInput::read, nullptr, &TextInput::seek);
    if (context_ == nullptr) av_free(buffer);
  }
  ~TextInput() {
    if (context_ != nullptr) av_freep(&context_->buffer);
    avio_context_free(&context_);
  }
  TextInput(const TextInput&) = delete;
  TextInput& operator=(const TextInput&) = delete;
  AVIOContext* context() { return context_; }

 private:
  static int read(void* opaque, uint8_t* bytes, int size) {
    auto* self = static_cast<TextInput*>(opaque);
    size_t count = std::min(static_cast<size_t>(size), self->text_.size() - self->at_);
    if (count == 0) return AVERROR_EOF;
    std::memcpy(bytes, self->text_.data() + self->at_, count);
    self->at_ += count;
    return static_cast<int>(count);
  }
  static int64_t seek(void* opaque, int64_t offset, int whence) {
    auto* self = static_cast<TextInput*>(opaque);
    auto size = static_cast<int64_t>(self->text_.size());
    if (whence == AVSEEK_SIZE) return size;
    if (whence == SEEK_CUR) offset += static_cast<int64_t>(self->at_);
    if (whence == SEEK_END) offset += size;
    if (offset < 0 || offset > size) return AVERROR(EINVAL);
    self->at_ = static_cast<size_t>(offset);
    return offset;
  }

  std::string_view text_;
  size_t at_ = 0;
  AVIOContext* context_ = nullptr;
};

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

// Whether shapes are drawn after these overrides ("\p1" draws, "\p0" ends it; "\pos" and "\pbo" are others).
bool draws_after(std::string_view overrides, bool draws) {
  for (size_t at = 0; (at = overrides.find("\\p", at)) != std::string_view::npos; at += 2) {
    char next = at + 2 < overrides.size() ? overrides[at + 2] : ' ';
    if (std::isdigit(static_cast<unsigned char>(next)) != 0) draws = next != '0';
  }
  return draws;
}

// Overrides of SubStation Alpha, "{\i1}", which SubRip files hold as well ("{\an8}"); there other braces are text, in
// ASS they are remarks.
std::string without_overrides(std::string_view text, Kind kind) {
  std::string plain;
  bool draws = false;
  while (!text.empty()) {
    size_t length = field_length(text);
    size_t close = text.find('}');
    bool is_override = length == 0 && text.front() == '{' && close != std::string_view::npos &&
                       (kind == Kind::Ass || text.substr(1).starts_with('\\'));
    if (is_override) {
      length = close + 1;
      draws = kind == Kind::Ass && draws_after(text.substr(0, length), draws);
    } else {
      length = std::max<size_t>(length, 1);
      if (!draws) plain += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return plain;
}

// The text of an ASS event. libav's packets hold eight fields before it (ReadOrder, Layer, Style, Name, three margins,
// Effect): the file's nine without start and end, but with the order.
std::string text_of_event(std::string_view event) {
  for (int field = 0; field < 8; ++field) {
    size_t comma = event.find(',');
    if (comma == std::string_view::npos) return {};
    event.remove_prefix(comma + 1);
  }
  std::string marked = without_overrides(event, Kind::Ass);
  std::string text;
  for (size_t i = 0; i < marked.size(); ++i) {
    char next = marked[i] == '\\' && i + 1 < marked.size() ? marked[i + 1] : ' ';
    bool is_break = next == 'N' || next == 'n';
    text += is_break ? '\n' : next == 'h' ? ' ' : marked[i];
    if (is_break || next == 'h') ++i;
  }
  return text;
}

std::string text_of(const AVPacket& packet, Kind kind) {
  std::string_view text(reinterpret_cast<const char*>(packet.data), static_cast<size_t>(packet.size));
  switch (kind) {
    case Kind::SubRip:
      return trim(without_overrides(without_tags(text), kind));
    case Kind::WebVtt:
      return trim(without_entities(without_tags(text)));
    case Kind::Ass:
      return trim(text_of_event(text));
  }
  return {};
}

std::optional<Cue> cue_of(const AVPacket& packet, AVRational unit, Kind kind) {
  if (packet.pts == AV_NOPTS_VALUE || packet.size <= 0) return std::nullopt;
  double start = static_cast<double>(packet.pts) * av_q2d(unit);
  double end = start + static_cast<double>(packet.duration) * av_q2d(unit);
  if (start < 0 || end <= start || end > kLatestSeconds) return std::nullopt;
  Cue cue{Microseconds(std::llround(start * 1e6)), Microseconds(std::llround(end * 1e6)), text_of(packet, kind)};
  if (cue.text.empty()) return std::nullopt;
  return cue;
}

// Lines with the times of a cue, equal ones counted once.
size_t distinct_timings(std::string_view text) {
  std::set<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.find("-->") != std::string_view::npos) lines.insert(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines.size();
}

Result<std::vector<Cue>> parse(std::string_view text, Kind kind, const std::string& name) {
  route_log();
  TextInput source(text);
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr || source.context() == nullptr) {
    avformat_free_context(raw);
    return fail(ErrorKind::Io, fmt::format("cannot read {}: no memory is left", name));
  }
  raw->pb = source.context();  // libav takes a context with its own input for the caller's, and leaves it open
  int status = avformat_open_input(&raw, nullptr, av_find_input_format(demuxer_of(kind)), nullptr);
  if (status < 0) return av_fail(status, fmt::format("cannot read the captions of {}", name));
  InputFormatPtr input(raw);

  std::vector<Cue> cues;
  size_t packets = 0;
  PacketPtr packet(av_packet_alloc());
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    ++packets;
    if (auto cue = cue_of(*packet, input->streams[packet->stream_index]->time_base, kind)) {
      cues.push_back(std::move(*cue));
    }
    av_packet_unref(packet.get());
  }
  // libavformat 59 ends a WebVTT file at the first block that it cannot read.
  if (size_t written = kind == Kind::WebVtt ? distinct_timings(text) : 0; written > packets) {
    return fail(
        ErrorKind::InvalidInput, fmt::format("{} has {} captions, of which {} can be read", name, written, packets),
        fmt::format("mend the times of number {}: 00:00:01.000 --> 00:00:04.000, after an empty line", packets + 1));
  }
  return cues;
}

// "-->" would end the cue's text, and an empty line the cue.
std::string escaped(std::string_view text) {
  std::string safe;
  for (char c : text) {
    if (c == '\n' && safe.ends_with('\n')) continue;
    safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return safe;
}

}  // namespace

Result<std::vector<Cue>> read_cues(const std::filesystem::path& path) {
  std::string name = path.string();
  std::string hint = "captions are .srt, .vtt or .ass files";
  auto bytes = TRY(read_file(path, kMaxBytes));
  auto decoded = decode_text(bytes);
  if (!decoded) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} is no caption file: {}", name, decoded.error().message()),
                hint);
  }
  std::optional<Kind> kind = kind_of(decoded->utf8);
  if (!kind) return fail(ErrorKind::InvalidInput, fmt::format("{} holds no captions", name), hint);
  std::vector<Cue> cues = TRY(parse(decoded->utf8, *kind, name));
  if (cues.empty()) return fail(ErrorKind::InvalidInput, fmt::format("{} holds no caption", name), hint);
  std::stable_sort(cues.begin(), cues.end(), [](const Cue& a, const Cue& b) { return a.start < b.start; });
  if (kind == Kind::Ass) {
    auto says_the_same = [](const Cue& a, const Cue& b) {
      return a.start == b.start && a.end == b.end && a.text == b.text;
    };
    cues.erase(std::unique(cues.begin(), cues.end(), says_the_same), cues.end());
  }
  return cues;
}

std::string webvtt_time(Microseconds time) {
  int64_t ms = time.count() / 1000;
  return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::string to_webvtt(const std::vector<Cue>& cues, std::string_view note) {
  std::string file = "WEBVTT\n";
  if (!note.empty()) file += fmt::format("\nNOTE\n{}\n", escaped(note));
  for (const Cue& cue : cues) {
    file += fmt::format("\n{} --> {}\n{}\n", webvtt_time(cue.start), webvtt_time(cue.end), escaped(cue.text));
  }
  return file;
}

}  // namespace candid::media
