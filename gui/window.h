#pragma once
// The one window: SDL's, drawn by Dear ImGui through OpenGL, and only when something has changed.

#include <array>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/error.h"
#include "gui/waker.h"

struct SDL_Window;
union SDL_Event;

namespace candid::gui {

// Where the window was, in the desktop's own units.
struct WindowPlace {
  std::optional<int> x{};
  std::optional<int> y{};
  int width = 1180;
  int height = 760;
  bool is_maximized = false;
  bool operator==(const WindowPlace&) const = default;
};

// What the window shows. All calls come from the window's thread.
class WindowContent {
 public:
  virtual ~WindowContent() = default;
  // Before a frame begins: letters may change here alone.
  virtual void prepare() = 0;
  // What lies below everything: red, green, blue, 0..1.
  virtual std::array<float, 3> ground() const = 0;
  // Between ImGui's NewFrame and Render.
  virtual void draw() = 0;
  // A file or a folder was dropped onto the window.
  virtual void dropped(const std::filesystem::path& path) = 0;
  // Somebody wants to close the window. True: it closes now. False: the content asks first, and closes by close().
  virtual bool may_close() = 0;
};

// One thread, the one that opened it; it must be the program's first, as some systems want.
class Window {
 public:
  // Unsupported, with what helps, where there is no display or no OpenGL.
  static Result<std::unique_ptr<Window>> open(const WindowPlace& place);
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window();

  // Until close(), or until somebody closes it and the content agrees.
  void run(WindowContent& content);
  void close() { is_closing_ = true; }

  Waker waker() const { return waker_; }
  // Pixels of the picture for one of ImGui's units, which are the desktop's.
  float pixels_per_unit() const;
  // How much larger than by default everything should be drawn, as the desktop asks for, or the screen's density.
  float density() const;
  WindowPlace place() const;
  void set_title(const std::string& title);
  // From now on draws again after so many milliseconds, too; the shortest wish of a frame counts. For what moves by
  // itself.
  void draw_again_in(int milliseconds);

 private:
  Window(SDL_Window* window, void* context, std::optional<float> x11_dots);
  void take(const SDL_Event& event, WindowContent& content);
  void draw_once(WindowContent& content);
  int wait_for() const;

  struct Destroy {
    void operator()(SDL_Window* window) const;
  };
  std::unique_ptr<SDL_Window, Destroy> window_;
  void* context_;                  // SDL_GLContext
  std::optional<float> x11_dots_;  // an inch: of the whole desktop, as it was when the window was opened
  Waker waker_;
  struct Place {
    int x;
    int y;
  };
  std::optional<Place> mouse_{};  // within the window, as the last event told
  bool is_closing_ = false;
  int frames_due_ = 2;
  std::optional<int> draw_again_in_{};
  uint64_t last_drawn_ = 0;  // SDL's clock, ms
};

}  // namespace candid::gui
