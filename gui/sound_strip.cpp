#include "gui/sound_strip.h"

#include <algorithm>

namespace candid::gui {
namespace {

constexpr size_t kSoundBars = 600;

}  // namespace

SoundStrip::SoundStrip(const Waker& waker, const std::filesystem::path& file)
    : reading_(waker, [file](TaskReport&, const std::stop_token& stop) {
        return media::read_waveform(file, kSoundBars, stop);
      }) {}

void SoundStrip::show(const Theme& theme, ImDrawList& list, ImVec2 from, ImVec2 size) {
  list.AddRectFilled(from, {from.x + size.x, from.y + size.y}, ImGui::GetColorU32(theme.colors().panel), theme.px(6));
  if (!sound_ && reading_.has_ended()) {
    auto read = reading_.take();
    sound_ = *read ? std::move(**read) : media::Waveform{};
  }
  const size_t bars = sound_ && sound_->has_sound ? sound_->bars.size() : 0;
  const float middle = from.y + size.y / 2;
  for (size_t i = 0; i < bars; ++i) {
    const float peak = std::max(-sound_->bars[i].lowest, sound_->bars[i].highest);
    const float half = std::max(1.0F, peak * (size.y / 2 - theme.px(4)));
    const float x = from.x + size.x * static_cast<float>(i) / static_cast<float>(bars);
    list.AddLine({x, middle - half}, {x, middle + half}, ImGui::GetColorU32(theme.colors().muted), theme.px(1));
  }
}

}  // namespace candid::gui
