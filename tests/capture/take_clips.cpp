#include "tests/capture/take_clips.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numbers>
#include <random>

#include <fmt/format.h>

#include "capture/presenter/presenter_figure.h"
#include "media/probe.h"
#include "media/video_reader.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::test {
namespace {

std::filesystem::path webcam_folder() {
  // A checkout beside the shared clips has them there; elsewhere CANDID_MEDIA says where.
  const char* media = std::getenv("CANDID_MEDIA");
  return std::filesystem::path(media != nullptr ? media : CANDID_SOURCE_DIR "/../shared/media") / "webcam";
}

constexpr char kText[] =
    "Thank you for the good talk last week. Your work on search is just what this team needs now, and we would like to "
    "show you around the office. Tell us which day suits you best, and we will be glad to answer all your questions.";

// At the level of the test presenter's own voice.
constexpr double kSpeechDbfs = -19;

Mono spoken(const std::filesystem::path& folder, const std::string& voice) {
  static std::map<std::string, Mono> known;
  if (auto found = known.find(voice); found != known.end()) return found->second;
  auto raw = make_clip(folder / fmt::format("{}.f32", voice),
                       fmt::format("-f lavfi -i \"flite=text='{}':voice={}\" -ar 48000 -ac 1 -f f32le", kText, voice));
  Mono sound(std::filesystem::file_size(raw) / sizeof(float));
  std::ifstream(raw, std::ios::binary)
      .read(reinterpret_cast<char*>(sound.data()), static_cast<std::streamsize>(sound.size() * sizeof(float)));
  auto is_loud = [](float sample) { return std::abs(sample) > 0.01F; };
  sound.erase(sound.begin(), std::find_if(sound.begin(), sound.end(), is_loud));
  gain(sound, kSpeechDbfs - rms_dbfs(sound));
  bend_peaks(sound);
  known[voice] = sound;
  return sound;
}

Mono voice_of(const std::filesystem::path& folder, const ClipRecipe& recipe) {
  auto samples = [](double seconds) { return static_cast<size_t>(seconds * media::kSampleRate); };
  Mono speech = spoken(folder, recipe.voice);
  speech.resize(samples(recipe.seconds - recipe.silent_head - recipe.silent_tail));
  Mono sound(samples(recipe.silent_head), 0.0F);
  sound.insert(sound.end(), speech.begin(), speech.end());
  sound.resize(samples(recipe.seconds), 0.0F);
  return sound;
}

void write_frame(std::ofstream& out, const media::Frame& frame) {
  for (int i : {0, 1, 2}) {
    media::ConstPlane plane = frame.plane(i);
    for (int y = 0; y < plane.height; ++y) {
      out.write(reinterpret_cast<const char*>(plane.data) + static_cast<ptrdiff_t>(y) * plane.stride, plane.width);
    }
  }
}

// Lips that follow the sound, a head that sways.
capture::Pose pose_at(const ClipRecipe& recipe, const Mono& sound, int picture) {
  auto step = static_cast<size_t>(media::kSampleRate / recipe.rate);
  size_t from = static_cast<size_t>(picture) * step;
  double energy = 0;
  for (size_t i = from; i < std::min(from + step, sound.size()); ++i) energy += std::pow(sound[i], 2);
  double seconds = static_cast<double>(picture) / recipe.rate;
  capture::Pose pose;
  pose.head_x = recipe.head_x + 0.025 * std::sin(seconds * 1.1) + 0.01 * std::sin(seconds * 2.3);
  pose.head_y = recipe.head_y + 0.01 * std::sin(seconds * 1.7);
  pose.head_tilt = 0.03 * std::sin(seconds * 1.3);
  pose.mouth_open = std::min(1.0, std::sqrt(std::sqrt(energy / static_cast<double>(step)) / 0.2));
  return pose;
}

void write_retouched(std::ofstream& out, media::Frame frame, const ClipRecipe& recipe) {
  if (recipe.retouch) {
    must(frame.make_writable());
    recipe.retouch(frame);
  }
  write_frame(out, frame);
}

void draw(const std::filesystem::path& raw, const ClipRecipe& recipe, const Mono& sound) {
  auto figure = must(capture::PresenterFigure::create(recipe.size));
  std::ofstream out(raw, std::ios::binary);
  auto pictures = static_cast<int>(recipe.seconds * recipe.rate);
  for (int k = 0; k < pictures; ++k) write_retouched(out, must(figure.draw(pose_at(recipe, sound, k))), recipe);
}

// Forwards and backwards, until the time is over.
void film(const std::filesystem::path& raw, const ClipRecipe& recipe) {
  auto path = webcam_folder() / fmt::format("{}.mkv", recipe.webcam);
  media::VideoRequest request{.size = recipe.size, .frame_rate = {recipe.rate, 1}};
  request.frame_count =
      std::chrono::duration_cast<std::chrono::milliseconds>(must(media::probe(path)).duration).count() * recipe.rate /
      1000;
  auto reader = must(media::VideoReader::open(path, request));
  std::vector<media::Frame> frames;
  while (auto frame = must(reader.next())) frames.push_back(std::move(*frame));
  std::ofstream out(raw, std::ios::binary);
  size_t turn = 2 * (frames.size() - 1);
  auto pictures = static_cast<size_t>(recipe.seconds * recipe.rate);
  for (size_t k = 0; k < pictures; ++k) {
    size_t at = k % turn;
    write_retouched(out, frames[at < frames.size() ? at : turn - at].share(), recipe);
  }
}

void write_sound(const std::filesystem::path& raw, const Mono& left, const Mono& right) {
  std::ofstream out(raw, std::ios::binary);
  for (size_t i = 0; i < left.size(); ++i) {
    for (float sample : {left[i], right[i]}) out.write(reinterpret_cast<const char*>(&sample), sizeof sample);
  }
}

}  // namespace

bool has_webcam_clips() {
  return std::filesystem::is_directory(webcam_folder());
}

std::filesystem::path make_take(const std::filesystem::path& folder, const std::string& name,
                                const ClipRecipe& recipe) {
  Mono sound = voice_of(folder, recipe);
  std::string inputs;
  std::string filters = recipe.picture;
  if (recipe.has_picture) {
    auto raw = folder / "picture.yuv";
    recipe.webcam.empty() ? draw(raw, recipe, sound) : film(raw, recipe);
    inputs += fmt::format("-f rawvideo -pixel_format yuv420p -video_size {}x{} -framerate {} -i {} ", recipe.size.width,
                          recipe.size.height, recipe.rate, quoted(raw));
  }
  if (recipe.has_sound) {
    add(sound, pink_noise(sound.size(), recipe.room_tone_dbfs, 7));
    Mono right = sound;
    if (recipe.sound) recipe.sound(sound, right);
    write_sound(folder / "sound.f32", sound, right);
    inputs += fmt::format("-f f32le -ar 48000 -ac 2 -i {} ", quoted(folder / "sound.f32"));
  }
  if (!filters.empty()) filters = fmt::format("-vf \"{}\"", filters);
  return make_clip(folder / fmt::format("{}{}", name, recipe.extension),
                   fmt::format("{}{} {}", inputs, filters, recipe.encoding));
}

double rms_dbfs(const Mono& sound) {
  double energy = 1e-20;
  for (float sample : sound) energy += static_cast<double>(sample) * sample;
  return 10 * std::log10(energy / static_cast<double>(std::max<size_t>(1, sound.size())));
}

void gain(Mono& sound, double db) {
  auto factor = static_cast<float>(std::pow(10, db / 20));
  for (float& sample : sound) sample *= factor;
}

Mono white_noise(size_t length, double dbfs, unsigned seed) {
  std::mt19937 random(seed);
  Mono noise(length);
  // The library's distributions differ from one to another; the generator does not.
  for (float& sample : noise) sample = static_cast<float>(random()) / 2147483648.0F - 1;
  gain(noise, dbfs - rms_dbfs(noise));
  return noise;
}

// Paul Kellet's filter, 0.05 dB within 9 Hz to 20 kHz.
Mono pink_noise(size_t length, double dbfs, unsigned seed) {
  Mono noise = white_noise(length, -10, seed);
  constexpr double kPoles[] = {0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616};
  constexpr double kGains[] = {0.0555179, 0.0750759, 0.1538520, 0.3104856, 0.5329522, -0.0168980};
  double states[6] = {};
  double last = 0;
  for (float& sample : noise) {
    double white = sample;
    double sum = white * 0.5362 + last;
    for (size_t i = 0; i < 6; ++i) sum += states[i] = kPoles[i] * states[i] + kGains[i] * white;
    last = white * 0.115926;
    sample = static_cast<float>(sum);
  }
  gain(noise, dbfs - rms_dbfs(noise));
  return noise;
}

void add(Mono& to, const Mono& sound) {
  for (size_t i = 0; i < std::min(to.size(), sound.size()); ++i) to[i] += sound[i];
}

void bend_peaks(Mono& sound) {
  constexpr float kKnee = 0.5F;
  constexpr float kRoom = 0.3F;
  for (float& sample : sound) {
    float over = std::abs(sample) - kKnee;
    if (over > 0) sample = std::copysign(kKnee + kRoom * std::tanh(over / kRoom), sample);
  }
}

void clip_at_full_scale(Mono& sound, double gain_db) {
  gain(sound, gain_db);
  for (float& sample : sound) sample = std::clamp(sample, -1.0F, 1.0F);
}

void add_hum(Mono& sound, double hz, double dbfs, int tones) {
  Mono hum(sound.size());
  for (size_t i = 0; i < hum.size(); ++i) {
    double time = static_cast<double>(i) / media::kSampleRate;
    double value = 0;
    for (int k = 1; k <= tones; ++k) value += std::sin(2 * std::numbers::pi * hz * k * time + k) / k;
    hum[i] = static_cast<float>(value);
  }
  gain(hum, dbfs - rms_dbfs(hum));
  add(sound, hum);
}

void low_pass(Mono& sound, double hz) {
  double share = 1 - std::exp(-2 * std::numbers::pi * hz / media::kSampleRate);
  for (int pass = 0; pass < 4; ++pass) {
    double state = 0;
    for (float& sample : sound) sample = static_cast<float>(state += share * (sample - state));
  }
}

void shift(Mono& sound, double seconds) {
  auto by = static_cast<ptrdiff_t>(seconds * media::kSampleRate);
  size_t length = sound.size();
  if (by > 0) sound.insert(sound.begin(), static_cast<size_t>(by), 0.0F);
  if (by < 0) sound.erase(sound.begin(), sound.begin() - by);
  sound.resize(length, 0.0F);
}

}  // namespace candid::test
