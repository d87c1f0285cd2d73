#pragma once
// A window over the whole screen of $DISPLAY, for programs that play to a recorder. One thread. These are tools of
// tests: what fails ends the program with a message and exit code 1.

#include <cstdint>

#include <xcb/xcb.h>

namespace candid::test {

// Pixels of the screen; what lies outside is cut off.
struct Area {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

class FullWindow {
 public:
  FullWindow();  // shown, black
  FullWindow(const FullWindow&) = delete;
  FullWindow& operator=(const FullWindow&) = delete;
  ~FullWindow();

  int width() const { return width_; }
  int height() const { return height_; }
  void fill(const Area& area, uint32_t rgb);
  void move(const Area& from, int x, int y);
  // Returns when the server has drawn all that was asked for.
  void settle();

 private:
  xcb_connection_t* server_;
  xcb_window_t window_ = 0;
  xcb_gcontext_t brush_ = 0;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace candid::test
