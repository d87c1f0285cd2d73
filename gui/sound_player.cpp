#include "gui/sound_player.h"

#include <SDL.h>
#include <fmt/format.h>

#include "core/log.h"

namespace candid::gui {
namespace {

constexpr uint16_t kBlock = 1024;  // samples a channel: 21 ms of delay

constexpr int64_t kBytesASecond = int64_t{media::kSampleRate} * media::kChannels * static_cast<int64_t>(sizeof(float));

}  // namespace

SoundPlayer::SoundPlayer() {
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) {
    log::warning("gui", fmt::format("nothing can be heard here: {}", SDL_GetError()));
    return;
  }
  SDL_AudioSpec wanted{};
  wanted.freq = media::kSampleRate;
  wanted.format = AUDIO_F32SYS;
  wanted.channels = media::kChannels;
  wanted.samples = kBlock;
  device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, nullptr, 0);
  if (device_ == 0) log::warning("gui", fmt::format("nothing can be heard here: {}", SDL_GetError()));
}

SoundPlayer::~SoundPlayer() {
  if (device_ != 0) SDL_CloseAudioDevice(device_);
  if (SDL_WasInit(SDL_INIT_AUDIO) != 0) SDL_QuitSubSystem(SDL_INIT_AUDIO);
}

void SoundPlayer::push(const media::Samples& sound) {
  if (device_ != 0) SDL_QueueAudio(device_, sound.data(), static_cast<uint32_t>(sound.size() * sizeof(float)));
}

Microseconds SoundPlayer::waiting() const {
  if (device_ == 0) return Microseconds{0};
  return Microseconds(int64_t{SDL_GetQueuedAudioSize(device_)} * 1'000'000 / kBytesASecond);
}

void SoundPlayer::start() {
  if (device_ != 0) SDL_PauseAudioDevice(device_, 0);
}

void SoundPlayer::pause() {
  if (device_ != 0) SDL_PauseAudioDevice(device_, 1);
}

void SoundPlayer::forget() {
  if (device_ != 0) SDL_ClearQueuedAudio(device_);
}

}  // namespace candid::gui
