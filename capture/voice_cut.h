#pragma once
// Clips of single utterances, cut out of a long take at the silence around them.

#include <filesystem>
#include <stop_token>
#include <string_view>
#include <vector>

#include "capture/voice_activity.h"
#include "core/error.h"
#include "core/time.h"
#include "media/probe.h"

namespace candid::capture {

// The part of a take in which something was said, [from, to) on the take's clock.
struct Window {
  Microseconds from{0};
  Microseconds to{0};
};

struct CutRules {
  Microseconds before{250'000};       // silence that is kept before the voice, as far as the window has it
  Microseconds after{350'000};        // and after it: words fade slower than they begin
  Microseconds least_voice{600'000};  // less is no sentence
};

// What may make a clip useless; a person decides.
enum class CutFlaw {
  NoVoice,   // there is no clip
  TooShort,  // less voice than CutRules::least_voice
  CutOff,    // somebody spoke on over an edge of the window, or the take ends before it
  Clipped,   // louder than the microphone could take: flat tops
};
std::string_view to_string(CutFlaw flaw);  // "no_voice", "too_short", "cut_off", "clipped"

struct VoiceCut {
  int64_t first_frame = 0;  // of the take
  int64_t frames = 0;       // 0: no voice
  Microseconds voice_start{0};
  Microseconds voice_end{0};
  double loudness_lufs = 0;    // of the clip; -infinity where it is shorter than 400 ms
  std::vector<CutFlaw> flaws;  // each once, in order
};

// One thread.
class VoiceCutter {
 public:
  // Reads the take once, for its packets and its voice.
  static Result<VoiceCutter> open(const std::filesystem::path& take);

  // Cuts lie on frame borders, within 17 ms (at 30 frames a second) of where the rules put them, and within the window.
  // A sound of less than 0.2 s beside an edge is the key that made the edge, or a neighbour's last sound; it is left
  // out.
  Result<VoiceCut> find(const Window& window, const CutRules& rules = {}) const;

  // Writes the clip as a take of its own, of the same size and rate: nearly lossless. The file appears whole and
  // replaces one of its name. Cancelled when stopped.
  Result<void> write(const VoiceCut& cut, const std::filesystem::path& clip, const std::stop_token& stop) const;

  Microseconds duration() const { return facts_.duration; }
  Microseconds length_of(const VoiceCut& cut) const;

 private:
  VoiceCutter(std::filesystem::path take, media::RecordingFacts facts, std::vector<Voiced> voiced)
      : take_(std::move(take)), facts_(std::move(facts)), voiced_(std::move(voiced)) {}
  Microseconds time_of(int64_t frame) const;
  // The frame border nearest to a time.
  int64_t border_at(Microseconds time) const;
  Result<bool> is_clipped(const VoiceCut& cut) const;

  std::filesystem::path take_;
  media::RecordingFacts facts_;
  std::vector<Voiced> voiced_;  // of the whole take, so that a quiet window is judged by the loud ones
};

}  // namespace candid::capture
