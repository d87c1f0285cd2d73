#include "track/pages/transcript.h"

#include <charconv>
#include <fstream>
#include <optional>
#include <utility>

#include "core/log.h"
#include "core/text.h"

namespace candid::track {
namespace {

constexpr std::chrono::milliseconds kPatience{250};
constexpr size_t kMostKept = 1000;
constexpr size_t kMostQueued = 200;
constexpr uint64_t kLongestCaptions = 128 * 1024;  // hours of speech
constexpr size_t kMostLines = 2000;

std::string_view take_line(std::string_view& rest) {
  size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "01:02:03.456" or "02:03.456" (WebVTT §4.3).
std::optional<Microseconds> parse_time(std::string_view text) {
  int64_t parts[4] = {0, 0, 0, 0};
  int count = 0;
  while (!text.empty() && count < 4) {
    auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), parts[count++]);
    if (status != std::errc{} || parts[count - 1] < 0 || parts[count - 1] > 1'000'000) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(stop - text.data()));
    if (text.empty()) break;
    if (text.front() != ':' && text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  if (count < 3) return std::nullopt;
  int64_t hours = count == 4 ? parts[0] : 0;
  int64_t milliseconds = ((hours * 60 + parts[count - 3]) * 60 + parts[count - 2]) * 1000 + parts[count - 1];
  return std::chrono::milliseconds(milliseconds);
}

std::string plain(std::string_view marked) {
  static const std::pair<std::string_view, std::string_view> kEscapes[] = {
      {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", " "}, {"&lrm;", "\u200e"}, {"&rlm;", "\u200f"}};
  std::string text;
  while (!marked.empty()) {
    if (marked.front() == '<') {
      size_t end = marked.find('>');
      marked.remove_prefix(end == std::string_view::npos ? marked.size() : end + 1);
      continue;
    }
    size_t length = 1;
    std::string_view character = marked.substr(0, 1);
    for (const auto& [escape, meaning] : kEscapes) {
      if (!marked.starts_with(escape)) continue;
      length = escape.size();
      character = meaning;
      break;
    }
    text += character;
    marked.remove_prefix(length);
  }
  return text;
}

std::optional<std::string> read_text(const MediaFile& file) {
  if (!file.redirect.empty() || file.size > kLongestCaptions) return std::nullopt;
  std::string text;
  for (const Extent& extent : file.extents) {
    std::ifstream stream(extent.file, std::ios::binary);
    std::string bytes(extent.length, '\0');
    stream.seekg(static_cast<std::streamoff>(extent.offset));
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream) return std::nullopt;
    text += bytes;
  }
  return is_valid_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace

Transcript parse_transcript(std::string_view webvtt) {
  Transcript lines;
  if (webvtt.starts_with("\xef\xbb\xbf")) webvtt.remove_prefix(3);
  if (!take_line(webvtt).starts_with("WEBVTT")) return lines;
  while (!webvtt.empty() && lines.size() < kMostLines) {
    std::string_view line = take_line(webvtt);
    size_t arrow = line.find("-->");
    if (arrow == std::string_view::npos) continue;
    auto start = parse_time(trim(line.substr(0, arrow)));
    std::string text;
    while (!webvtt.empty()) {
      std::string_view spoken = take_line(webvtt);
      if (spoken.empty()) break;
      if (!text.empty()) text += ' ';
      text += plain(spoken);
    }
    text = trim(text);
    if (start && !text.empty()) lines.push_back({*start, std::move(text)});
  }
  return lines;
}

TranscriptShelf::TranscriptShelf(const MediaLibrary& library) : library_(library), thread_([this] { run(); }) {}

TranscriptShelf::~TranscriptShelf() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

std::shared_ptr<const Transcript> TranscriptShelf::find(const std::string& ref) {
  std::unique_lock lock(mutex_);
  auto found = [&]() -> std::shared_ptr<const Transcript> {
    auto place = by_ref_.find(ref);
    if (place == by_ref_.end()) return nullptr;
    kept_.splice(kept_.begin(), kept_, place->second);
    return place->second->second;
  };
  if (auto transcript = found()) return transcript;
  if (!queued_.contains(ref)) {
    if (queue_.size() >= kMostQueued) return nullptr;
    queue_.push_back(ref);
    queued_.insert(ref);
    wanted_.notify_one();
  }
  if (is_slow_) return nullptr;
  // Whether it was found or not.
  is_slow_ = !answered_.wait_for(lock, kPatience, [&] { return !queued_.contains(ref); });
  return found();
}

bool TranscriptShelf::is_kept(const std::string& ref) {
  std::lock_guard lock(mutex_);
  return by_ref_.contains(ref);
}

void TranscriptShelf::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wanted_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    if (closing_) return;
    const std::string ref = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    std::shared_ptr<const Transcript> transcript;
    try {
      auto file = library_.find(ref);
      auto text = file ? read_text(*file) : std::nullopt;
      if (text) transcript = std::make_shared<const Transcript>(parse_transcript(*text));
    } catch (const std::exception& problem) {
      // Third-party code may throw; that must not end the thread, nor the program with it.
      log::error("track", std::string("captions cannot be read: ") + problem.what());
    }
    lock.lock();
    if (transcript) keep(ref, std::move(transcript));
    queued_.erase(ref);
    is_slow_ = false;
    answered_.notify_all();
  }
}

void TranscriptShelf::keep(const std::string& ref, std::shared_ptr<const Transcript> transcript) {
  kept_.emplace_front(ref, std::move(transcript));
  by_ref_[ref] = kept_.begin();
  if (kept_.size() <= kMostKept) return;
  by_ref_.erase(kept_.back().first);
  kept_.pop_back();
}

}  // namespace candid::track
