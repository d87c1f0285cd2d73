#include "tests/recorder/full_window.h"

#include <cstdio>
#include <cstdlib>

namespace candid::test {
namespace {

[[noreturn]] void give_up(const char* words) {
  const char* display = std::getenv("DISPLAY");
  std::fprintf(stderr, "error: display \"%s\": %s\n", display == nullptr ? "" : display, words);
  std::exit(1);
}

}  // namespace

FullWindow::FullWindow() : server_(xcb_connect(nullptr, nullptr)) {
  if (xcb_connection_has_error(server_) != 0) give_up("cannot be reached");
  const xcb_screen_t* screen = xcb_setup_roots_iterator(xcb_get_setup(server_)).data;
  width_ = screen->width_in_pixels;
  height_ = screen->height_in_pixels;
  window_ = xcb_generate_id(server_);
  const uint32_t look[] = {screen->black_pixel, 1};  // no window manager is asked
  xcb_create_window(server_, XCB_COPY_FROM_PARENT, window_, screen->root, 0, 0, screen->width_in_pixels,
                    screen->height_in_pixels, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, screen->root_visual,
                    XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, look);
  brush_ = xcb_generate_id(server_);
  const uint32_t quiet = 0;  // no events for copied areas
  xcb_create_gc(server_, brush_, window_, XCB_GC_GRAPHICS_EXPOSURES, &quiet);
  xcb_map_window(server_, window_);
  settle();
}

FullWindow::~FullWindow() {
  xcb_disconnect(server_);
}

void FullWindow::fill(const Area& area, uint32_t rgb) {
  xcb_change_gc(server_, brush_, XCB_GC_FOREGROUND, &rgb);
  xcb_rectangle_t rectangle{static_cast<int16_t>(area.x), static_cast<int16_t>(area.y),
                            static_cast<uint16_t>(area.width), static_cast<uint16_t>(area.height)};
  xcb_poly_fill_rectangle(server_, window_, brush_, 1, &rectangle);
}

void FullWindow::move(const Area& from, int x, int y) {
  xcb_copy_area(server_, window_, window_, brush_, static_cast<int16_t>(from.x), static_cast<int16_t>(from.y),
                static_cast<int16_t>(x), static_cast<int16_t>(y), static_cast<uint16_t>(from.width),
                static_cast<uint16_t>(from.height));
}

void FullWindow::settle() {
  // Any request with an answer: the server works in order.
  std::free(xcb_get_input_focus_reply(server_, xcb_get_input_focus(server_), nullptr));
  if (xcb_connection_has_error(server_) != 0) give_up("the connection broke");
}

}  // namespace candid::test
