#pragma once
// The captions as text to read. Internal to track.

#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/time.h"
#include "track/media_library.h"

namespace candid::track {

struct TranscriptLine {
  Microseconds start{};
  std::string text;  // one line, plain: neither tags nor escapes
  bool operator==(const TranscriptLine&) const = default;
};
using Transcript = std::vector<TranscriptLine>;

// The cues of a WebVTT file, in its order; what is none is left out, and so is everything of a file that is no WebVTT.
Transcript parse_transcript(std::string_view webvtt);

// Transcripts by the reference of their captions, kept in memory. One thread asks the library, as its store may be far
// away: a page waits for it a moment, and goes out without its transcript rather than wait longer. Thread-safe.
class TranscriptShelf {
 public:
  explicit TranscriptShelf(const MediaLibrary& library);
  ~TranscriptShelf();
  TranscriptShelf(const TranscriptShelf&) = delete;
  TranscriptShelf& operator=(const TranscriptShelf&) = delete;

  // Null while it is not here; the next call may find it.
  std::shared_ptr<const Transcript> find(const std::string& captions_ref);
  // Whether find() gives it without waiting.
  bool is_kept(const std::string& captions_ref);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const Transcript>>;
  void run();
  void keep(const std::string& ref, std::shared_ptr<const Transcript> transcript);

  const MediaLibrary& library_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable answered_;
  std::deque<std::string> queue_;
  std::set<std::string> queued_;  // the one under way, too
  std::list<Entry> kept_;         // the latest used first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_ref_;
  bool is_slow_ = false;  // a page has waited in vain, and nothing was answered since
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace candid::track
