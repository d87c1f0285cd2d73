#pragma once
// Pixels on the side of the graphics driver. One thread, the window's, while the window is open.

#include <cstdint>
#include <span>

#include <imgui.h>

#include "media/screen_picture.h"

namespace candid::gui {

class Texture {
 public:
  Texture() = default;
  Texture(Texture&& other) noexcept;
  Texture& operator=(Texture&& other) noexcept;
  ~Texture();

  // RGBA, 8 bits each, straight alpha, rows without gaps from the top. Cheap where the size stays the same.
  void set(std::span<const uint8_t> rgba, int width, int height);
  void set(const media::ScreenPixels& pixels);
  // Drawn pixel by pixel, where it is drawn as large as it is: a third of the cost without a graphics card.
  void set_exact(bool is_exact);

  bool is_empty() const { return name_ == 0; }
  int width() const { return width_; }
  int height() const { return height_; }
  ImTextureID id() const { return reinterpret_cast<ImTextureID>(static_cast<uintptr_t>(name_)); }

 private:
  void upload(const uint8_t* rgba, int pixels_a_row, int width, int height);

  unsigned name_ = 0;  // OpenGL's
  int width_ = 0;
  int height_ = 0;
  bool is_exact_ = false;
};

}  // namespace candid::gui
