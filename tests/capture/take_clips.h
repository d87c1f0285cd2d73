#pragma once
// Takes for tests of the checks: a drawn or a filmed person under a synthetic voice, with faults put in on purpose.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "media/audio_reader.h"
#include "media/frame.h"

namespace candid::test {

// Sound as it is made: mono, 48 kHz.
using Mono = std::vector<float>;

struct ClipRecipe {
  media::FrameSize size{320, 180};
  int rate = 25;
  // Of flite: "slt" (a woman), "rms", "awb", "kal16" (men).
  std::string voice = "slt";
  double seconds = 4;  // with the silence below
  double silent_head = 0.4;
  double silent_tail = 0.5;
  double room_tone_dbfs = -62;  // pink noise
  // Where the drawn head's middle is, in heads from the picture's; 20 is far away.
  double head_x = 0;
  double head_y = 0;
  // A webcam clip of the shared media instead of the drawn presenter, back and forth.
  std::string webcam = {};
  bool has_picture = true;
  bool has_sound = true;
  // What happens to the sound after the lips have moved to it.
  std::function<void(Mono& left, Mono& right)> sound = {};
  // What happens to each picture, and then ffmpeg's -vf.
  std::function<void(media::Frame& picture)> retouch = {};
  std::string picture = {};
  // Output options of ffmpeg, instead of x264 at CRF 20 and PCM.
  std::string encoding = "-c:v libx264 -preset superfast -crf 20 -pix_fmt yuv420p -c:a pcm_s16le";
  std::string extension = ".mkv";
};

// Whether the webcam clips are there.
bool has_webcam_clips();
// Why a test that needs them is skipped.
inline constexpr const char* kNoWebcamClips =
    "the webcam clips are not part of the repository, and are not beside it here";

// `folder` also takes what is needed on the way.
std::filesystem::path make_take(const std::filesystem::path& folder, const std::string& name, const ClipRecipe& recipe);

// Faults of sound; levels in dB of full scale as RMS.
Mono pink_noise(size_t length, double dbfs, unsigned seed);
Mono white_noise(size_t length, double dbfs, unsigned seed);
void add(Mono& to, const Mono& sound);
void gain(Mono& sound, double db);
// A limiter: peaks bend from half of full scale on, and end at 0.8 of it.
void bend_peaks(Mono& sound);
void clip_at_full_scale(Mono& sound, double gain_db);
// A tone and its multiples, each 1/k as strong; `tones` of them.
void add_hum(Mono& sound, double hz, double dbfs, int tones);
void low_pass(Mono& sound, double hz);
// Comes later (or, if less than zero, earlier), as long as before.
void shift(Mono& sound, double seconds);
double rms_dbfs(const Mono& sound);

}  // namespace candid::test
