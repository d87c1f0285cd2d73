#include "gui/texture.h"

#include <cassert>
#include <utility>

#include <SDL_opengl.h>

namespace candid::gui {

Texture::Texture(Texture&& other) noexcept
    : name_(std::exchange(other.name_, 0)), width_(other.width_), height_(other.height_), is_exact_(other.is_exact_) {}

Texture& Texture::operator=(Texture&& other) noexcept {
  std::swap(name_, other.name_);
  std::swap(width_, other.width_);
  std::swap(height_, other.height_);
  std::swap(is_exact_, other.is_exact_);
  return *this;
}

Texture::~Texture() {
  if (name_ != 0) glDeleteTextures(1, &name_);
}

void Texture::set(std::span<const uint8_t> rgba, int width, int height) {
  assert(rgba.size() >= static_cast<size_t>(width) * static_cast<size_t>(height) * 4);
  upload(rgba.data(), width, width, height);
}

void Texture::set(const media::ScreenPixels& pixels) {
  upload(pixels.rgba, pixels.stride / 4, pixels.size.width, pixels.size.height);
}

void Texture::set_exact(bool is_exact) {
  if (name_ == 0 || is_exact == is_exact_) return;
  glBindTexture(GL_TEXTURE_2D, name_);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, is_exact ? GL_NEAREST : GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, is_exact ? GL_NEAREST : GL_LINEAR);
  is_exact_ = is_exact;
}

void Texture::upload(const uint8_t* rgba, int pixels_a_row, int width, int height) {
  const bool is_new = name_ == 0;
  if (is_new) glGenTextures(1, &name_);
  glBindTexture(GL_TEXTURE_2D, name_);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, pixels_a_row);
  if (is_new || width != width_ || height != height_) {
    if (is_new) {
      glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
      glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    }
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    width_ = width;
    height_ = height;
    return;
  }
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
}

}  // namespace candid::gui
