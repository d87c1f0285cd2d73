#include "gui/names.h"

#include <algorithm>
#include <cmath>

#include "core/log.h"

namespace candid::gui {
namespace {

constexpr size_t kMostKept = 600;
constexpr int kWidestWords = 8192;  // px; the least that textures of OpenGL 3 drivers reach in practice

uint8_t byte_of(float share) {
  return static_cast<uint8_t>(std::lround(std::clamp(share, 0.0F, 1.0F) * 255));
}

int width_of(const NameStyle& style) {
  return style.max_width > 0 ? std::min(kWidestWords, static_cast<int>(style.max_width)) : kWidestWords;
}

overlay::Words words_of(const std::string& text, const NameStyle& style) {
  overlay::Words words;
  words.text = text;
  words.bold = style.is_bold;
  words.size = std::max(1.0F, style.size);
  words.max_width = std::max(1, width_of(style));
  words.max_lines = style.max_lines;
  words.color = {byte_of(style.color.x), byte_of(style.color.y), byte_of(style.color.z), byte_of(style.color.w)};
  return words;
}

}  // namespace

const Names::Drawn& Names::drawn(const std::string& text, const NameStyle& style) {
  const Key key{text,          static_cast<int>(std::lround(style.size)),  width_of(style), style.max_lines,
                style.is_bold, ImGui::ColorConvertFloat4ToU32(style.color)};
  if (auto found = by_key_.find(key); found != by_key_.end()) {
    kept_.splice(kept_.begin(), kept_, found->second);
    kept_.front().frame = ImGui::GetFrameCount();
    return kept_.front();
  }
  const overlay::Words words = words_of(text, style);
  Texture texture;
  auto picture = overlay::draw_words(words);
  if (picture && picture->width > 0) texture.set(picture->rgba, picture->width, picture->height);
  if (!picture) log::warning("gui", "words cannot be drawn: " + picture.error().describe());
  kept_.push_front({std::move(texture), key, ImGui::GetFrameCount(), picture && picture->reads_from_right});
  by_key_.emplace(key, kept_.begin());
  // What was used within this frame is still to be drawn.
  if (kept_.size() > kMostKept && kept_.back().frame != ImGui::GetFrameCount()) {
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
  return kept_.front();
}

void Names::show(const std::string& text, const NameStyle& style) {
  const Texture& texture = drawn(text, style).texture;
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
  const Texture& texture = drawn(text, style).texture;
  const ImVec2 size{static_cast<float>(texture.width()), static_cast<float>(texture.height())};
  const ImVec2 at{std::floor(place.x), std::floor(place.y)};
  if (!texture.is_empty()) list.AddImage(texture.id(), at, {at.x + size.x, at.y + size.y});
  return size;
}

ImVec2 Names::size_of(const std::string& text, const NameStyle& style) {
  const Texture& texture = drawn(text, style).texture;
  return {static_cast<float>(texture.width()), static_cast<float>(texture.height())};
}

bool Names::reads_from_right(const std::string& text, const NameStyle& style) {
  return drawn(text, style).reads_from_right;
}

std::vector<overlay::LetterPlace> Names::letters_of(const std::string& text, const NameStyle& style) const {
  auto letters = overlay::place_letters(words_of(text, style));
  return letters ? std::move(*letters) : std::vector<overlay::LetterPlace>{};
}

void Names::forget() {
  by_key_.clear();
  kept_.clear();
}

}  // namespace candid::gui
