#include "gui/names.h"

#include <algorithm>
#include <cmath>

#include "core/log.h"
#include "overlay/text_picture.h"

namespace candid::gui {
namespace {

constexpr size_t kMostKept = 600;
constexpr int kWidest = 4096;  // px

uint8_t byte_of(float share) {
  return static_cast<uint8_t>(std::lround(std::clamp(share, 0.0F, 1.0F) * 255));
}

}  // namespace

const Texture& Names::drawn(const std::string& text, const NameStyle& style) {
  const int width = style.max_width > 0 ? std::min(kWidest, static_cast<int>(style.max_width)) : kWidest;
  const Key key{text,          static_cast<int>(std::lround(style.size)),  width, style.max_lines,
                style.is_bold, ImGui::ColorConvertFloat4ToU32(style.color)};
  if (auto found = by_key_.find(key); found != by_key_.end()) {
    kept_.splice(kept_.begin(), kept_, found->second);
    kept_.front().frame = ImGui::GetFrameCount();
    return kept_.front().texture;
  }
  overlay::Words words;
  words.text = text;
  words.bold = style.is_bold;
  words.size = std::max(1.0F, style.size);
  words.max_width = std::max(1, width);
  words.max_lines = style.max_lines;
  words.color = {byte_of(style.color.x), byte_of(style.color.y), byte_of(style.color.z), byte_of(style.color.w)};
  Texture texture;
  auto picture = overlay::draw_words(words);
  if (picture && picture->width > 0) texture.set(picture->rgba, picture->width, picture->height);
  if (!picture) log::warning("gui", "words cannot be drawn: " + picture.error().describe());
  kept_.push_front({std::move(texture), key, ImGui::GetFrameCount()});
  by_key_.emplace(key, kept_.begin());
  // What was used within this frame is still to be drawn.
  if (kept_.size() > kMostKept && kept_.back().frame != ImGui::GetFrameCount()) {
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
  return kept_.front().texture;
}

void Names::show(const std::string& text, const NameStyle& style) {
  const Texture& texture = drawn(text, style);
  if (texture.is_empty()) return ImGui::Dummy({0, style.size});
  ImGui::Image(texture.id(), {static_cast<float>(texture.width()), static_cast<float>(texture.height())});
}

void Names::show_in_cell(const std::string& text, NameStyle style, float row_height) {
  style.max_width = std::max(1.0F, ImGui::GetContentRegionAvail().x);
  style.max_lines = 1;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float inner = row_height - 2 * ImGui::GetStyle().CellPadding.y;
  if (!text.empty())
    show_at(*ImGui::GetWindowDrawList(), {at.x, at.y + (inner - size_of(text, style).y) / 2}, text, style);
  ImGui::Dummy({0, inner});
}

ImVec2 Names::show_at(ImDrawList& list, ImVec2 place, const std::string& text, const NameStyle& style) {
  const Texture& texture = drawn(text, style);
  const ImVec2 size{static_cast<float>(texture.width()), static_cast<float>(texture.height())};
  const ImVec2 at{std::floor(place.x), std::floor(place.y)};
  if (!texture.is_empty()) list.AddImage(texture.id(), at, {at.x + size.x, at.y + size.y});
  return size;
}

ImVec2 Names::size_of(const std::string& text, const NameStyle& style) {
  const Texture& texture = drawn(text, style);
  return {static_cast<float>(texture.width()), static_cast<float>(texture.height())};
}

void Names::forget() {
  by_key_.clear();
  kept_.clear();
}

}  // namespace candid::gui
