#include "gui/picture_view.h"

#include <algorithm>
#include <span>

#include "core/log.h"

namespace candid::gui {

void PictureView::set(media::Frame frame) {
  frame_ = std::move(frame);
  is_new_ = true;
}

float PictureView::shape() const {
  if (!frame_) return 16.0F / 9;
  const media::FrameSize size = frame_->size();
  return static_cast<float>(size.width) / static_cast<float>(size.height);
}

void PictureView::show(ImDrawList& list, const Box& box, media::Mirror mirror) {
  if (!frame_) return;
  const ImVec2 room = box.size();
  // Never more pixels than it has: the graphics driver enlarges.
  const media::FrameSize size{std::clamp(static_cast<int>(room.x), 1, frame_->size().width),
                              std::clamp(static_cast<int>(room.y), 1, frame_->size().height)};
  if (is_new_ || mirror != mirror_ || size.width != texture_.width() || size.height != texture_.height()) {
    auto pixels = converter_.convert(*frame_, size, mirror);
    if (!pixels) {
      log::warning("gui", pixels.error().describe());
      return;
    }
    texture_.set(*pixels);
    texture_.set_exact(size.width == static_cast<int>(room.x) && size.height == static_cast<int>(room.y));
    mirror_ = mirror;
    is_new_ = false;
  }
  list.AddImageRounded(texture_.id(), box.from, box.to, {0, 0}, {1, 1}, IM_COL32_WHITE, 8);
}

}  // namespace candid::gui
