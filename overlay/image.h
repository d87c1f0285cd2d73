#pragma once
// A picture file as pixels. Internal to overlay, but for check_image().

#include <filesystem>
#include <memory>

#include "core/error.h"
#include "overlay/canvas.h"

namespace candid::overlay {

class Image {
 public:
  // PNG, JPEG (turned as its EXIF says) or SVG, with alpha where it has one. An SVG may not refer to other files.
  static Result<Image> load(const std::filesystem::path& path);
  Image(Image&&) noexcept;
  Image& operator=(Image&&) noexcept;
  ~Image();

  double aspect() const;  // width / height
  // Fails when an SVG turns out to be one that cannot be drawn.
  Result<void> paint(Canvas& canvas, double x, double y, double width, double height) const;

 private:
  struct State;
  explicit Image(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::overlay
