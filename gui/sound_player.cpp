#include "gui/sound_player.h"

#include <SDL.h>
#include <fmt/format.h>

#include "core/log.h"

namespace candid::gui {
namespace {

constexpr uint16_t kBlock = 1024;  // samples a channel: 21 ms of delay

constexpr int64_t kBytesASecond = int64_t{media::kSampleRate} * media::kChannels * static_cast<int64_t>(sizeof(float));

}  // namespace

Speakers& Speakers::of_this_machine() {
  static Speakers speakers;
  return speakers;
}

Speakers::Speakers() {
  SDL_AudioSpec wanted{};
  wanted.freq = media::kSampleRate;
  wanted.format = AUDIO_F32SYS;
  wanted.channels = media::kChannels;
  wanted.samples = kBlock;
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) == 0) device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, nullptr, 0);
  if (device_ == 0) log::warning("gui", fmt::format("nothing can be heard here: {}", SDL_GetError()));
}

void SoundPlayer::start() {
  std::lock_guard lock(speakers_.mutex_);
  speakers_.player_ = this;
  if (speakers_.device_ == 0) return;
  SDL_ClearQueuedAudio(speakers_.device_);
  SDL_PauseAudioDevice(speakers_.device_, 0);
}

void SoundPlayer::stop() {
  std::lock_guard lock(speakers_.mutex_);
  if (speakers_.player_ != this) return;
  speakers_.player_ = nullptr;
  if (speakers_.device_ == 0) return;
  SDL_PauseAudioDevice(speakers_.device_, 1);
  SDL_ClearQueuedAudio(speakers_.device_);
}

bool SoundPlayer::is_heard() const {
  std::lock_guard lock(speakers_.mutex_);
  return speakers_.device_ != 0 && speakers_.player_ == this;
}

void SoundPlayer::push(const media::Samples& sound) {
  std::lock_guard lock(speakers_.mutex_);
  if (speakers_.device_ == 0 || speakers_.player_ != this) return;
  SDL_QueueAudio(speakers_.device_, sound.data(), static_cast<uint32_t>(sound.size() * sizeof(float)));
}

Microseconds SoundPlayer::waiting() const {
  std::lock_guard lock(speakers_.mutex_);
  if (speakers_.device_ == 0 || speakers_.player_ != this) return Microseconds{0};
  return Microseconds(int64_t{SDL_GetQueuedAudioSize(speakers_.device_)} * 1'000'000 / kBytesASecond);
}

}  // namespace candid::gui
