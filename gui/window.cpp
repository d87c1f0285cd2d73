#include "gui/window.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>

#include <SDL.h>
#include <SDL_opengl.h>
#include <backends/imgui_impl_opengl3.h>
#include <backends/imgui_impl_sdl.h>
#include <fmt/format.h>
#include <imgui.h>

#include "gui/keys.h"
#include "gui/screen_density.h"
#include "gui/stand_ins.h"
#include "gui/worker.h"

namespace candid::gui {
namespace {

// ImGui settles in a second frame what a first one found: sizes of what is new, who has the keyboard.
constexpr int kFramesAfterChange = 2;
constexpr uint64_t kShortestFrame = 16;  // ms, where nothing else holds us back
constexpr int kCaretBlink = 400;         // ms
constexpr int kNobodyLooks = 250;        // ms between frames of a window that is not to be seen

constexpr float kUsualDots = 96;  // an inch, for which sizes are chosen
constexpr int kLeastWidth = 860;  // at that density
constexpr int kLeastHeight = 560;

Error sdl_error(std::string_view doing, std::string hint) {
  return Error(ErrorKind::Unsupported, fmt::format("{} ({})", doing, SDL_GetError()), std::move(hint));
}

// In sixteenths: a server rounds its size to millimetres, and would make 1.996 of 2.
float scale_of(float dots) {
  return std::clamp(std::round(dots / kUsualDots * 16) / 16, 1.0F, 3.0F);
}

std::optional<float> x11_dots() {
  const char* driver = SDL_GetCurrentVideoDriver();
  return driver != nullptr && std::string_view(driver) == "x11" ? x11_dots_per_inch() : std::nullopt;
}

// The smallest window in which everything has its place; never larger than the screen.
SDL_Point least_size(std::optional<float> dots) {
  const float scale = scale_of(dots.value_or(kUsualDots));
  SDL_Point least{static_cast<int>(kLeastWidth * scale), static_cast<int>(kLeastHeight * scale)};
  SDL_Rect screen{};
  if (SDL_GetDisplayUsableBounds(0, &screen) == 0) least = {std::min(least.x, screen.w), std::min(least.y, screen.h)};
  return least;
}

bool is_on_a_screen(const WindowPlace& place) {
  for (int i = 0; i < SDL_GetNumVideoDisplays(); ++i) {
    SDL_Rect screen{};
    if (SDL_GetDisplayUsableBounds(i, &screen) != 0) continue;
    const bool across = *place.x + 80 < screen.x + screen.w && *place.x + place.width - 80 > screen.x;
    const bool down = *place.y >= screen.y && *place.y + 40 < screen.y + screen.h;
    if (across && down) return true;
  }
  return false;
}

// The clipboard, with stand-ins on ImGui's side of it (stand_ins.h). The text is ImGui's until the next call.
const char* pasted(void*) {
  static std::string text;
  const std::unique_ptr<char, decltype(&SDL_free)> found(SDL_GetClipboardText(), &SDL_free);
  text = with_stand_ins(found ? found.get() : "");
  return text.c_str();
}

void copy(void*, const char* text) {
  SDL_SetClipboardText(without_stand_ins(text).c_str());
}

}  // namespace

void Waker::wake() const {
  if (!state_->is_open || state_->is_pending.exchange(true)) return;
  SDL_Event event{};
  event.type = state_->event_type;
  SDL_PushEvent(&event);
}

void Window::Destroy::operator()(SDL_Window* window) const {
  SDL_DestroyWindow(window);
}

Result<std::unique_ptr<Window>> Window::open(const WindowPlace& place) {
  // Sound is opened where something is played; a window without a sound card is a window all the same.
  if (SDL_Init(SDL_INIT_VIDEO | SDL_INIT_TIMER) != 0) {
    return tl::unexpected(sdl_error("no window can be opened here",
                                    "run it in a desktop session; the command line does everything without one"));
  }
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 0);
  SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
  SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
  // Recordings and screens for them must not keep anybody's screen saver from its work.
  SDL_EnableScreenSaver();
  const bool is_placed = place.x && place.y && is_on_a_screen(place);
  const uint32_t flags = SDL_WINDOW_OPENGL | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI |
                         (place.is_maximized ? uint32_t{SDL_WINDOW_MAXIMIZED} : 0U);
  const int centred = SDL_WINDOWPOS_CENTERED;
  const std::optional<float> dots = x11_dots();
  const SDL_Point least = least_size(dots);
  SDL_Window* window = SDL_CreateWindow("Candid", is_placed ? *place.x : centred, is_placed ? *place.y : centred,
                                        std::max(least.x, place.width), std::max(least.y, place.height), flags);
  SDL_GLContext context = window == nullptr ? nullptr : SDL_GL_CreateContext(window);
  if (context == nullptr) {
    auto error = sdl_error("no window with OpenGL 3 can be opened here",
                           "install a graphics driver, or run it with LIBGL_ALWAYS_SOFTWARE=1");
    if (window != nullptr) SDL_DestroyWindow(window);
    SDL_Quit();
    return tl::unexpected(error);
  }
  return std::unique_ptr<Window>(new Window(window, context, dots));
}

Window::Window(SDL_Window* window, void* context, std::optional<float> x11_dots)
    : window_(window), context_(context), x11_dots_(x11_dots) {
  waker_.state_->event_type = SDL_RegisterEvents(1);
  waker_.state_->is_open = true;
  const SDL_Point least = least_size(x11_dots_);
  SDL_SetWindowMinimumSize(window, least.x, least.y);
  SDL_GL_SetSwapInterval(1);
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;  // what is remembered lies in settings.h
  io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
  ImGui_ImplSDL2_InitForOpenGL(window, context);
  ImGui_ImplOpenGL3_Init("#version 130");
  io.GetClipboardTextFn = pasted;
  io.SetClipboardTextFn = copy;
}

Window::~Window() {
  // What was given up may take its time to end, and calls SDL until then.
  SDL_HideWindow(window_.get());
  Worker::join_all();
  waker_.state_->is_open = false;
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplSDL2_Shutdown();
  ImGui::DestroyContext();
  SDL_GL_DeleteContext(context_);
  window_.reset();
  SDL_Quit();
}

void Window::run(WindowContent& content) {
  while (!is_closing_) {
    SDL_Event event;
    if (SDL_WaitEventTimeout(&event, wait_for()) != 0) {
      do {
        take(event, content);
        // ImGui 1.86 looks at keys once a frame: one that is let go before the next would never have been pressed, and
        // one that is pressed again before the next never let go.
        const bool is_key = event.type == SDL_KEYDOWN || event.type == SDL_KEYUP;
        if (is_key || event.type == SDL_MOUSEBUTTONDOWN) draw_once(content);
      } while (!is_closing_ && SDL_PollEvent(&event) != 0);
    } else {
      frames_due_ = std::max(frames_due_, 1);
    }
    if (frames_due_ > 0 && SDL_GetTicks64() >= last_drawn_ + kShortestFrame) draw_once(content);
  }
}

// Milliseconds until a frame is due by itself; -1: only something that happens makes one.
int Window::wait_for() const {
  const auto since = static_cast<int>(SDL_GetTicks64() - last_drawn_);
  if (frames_due_ > 0) return std::max(0, static_cast<int>(kShortestFrame) - since);
  int wish = draw_again_in_.value_or(-1);
  if (ImGui::GetIO().WantTextInput) wish = wish < 0 ? kCaretBlink : std::min(wish, kCaretBlink);
  if (wish < 0) return -1;
  const bool is_hidden = (SDL_GetWindowFlags(window_.get()) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN)) != 0;
  return std::max(0, (is_hidden ? std::max(wish, kNobodyLooks) : wish) - since);
}

void Window::take(const SDL_Event& event, WindowContent& content) {
  if (event.type == waker_.state_->event_type) {
    // What is told from here on makes another event.
    waker_.state_->is_pending = false;
    frames_due_ = std::max(frames_due_, 1);
    return;
  }
  if (event.type == SDL_TEXTINPUT) {
    ImGui::GetIO().AddInputCharactersUTF8(with_stand_ins(event.text.text).c_str());
  } else if (event.type == SDL_KEYDOWN || event.type == SDL_KEYUP) {
    SDL_Event meant = event;
    meant.key.keysym.scancode = static_cast<SDL_Scancode>(key_of(event.key.keysym.scancode, event.key.keysym.sym));
    ImGui_ImplSDL2_ProcessEvent(&meant);
  } else {
    ImGui_ImplSDL2_ProcessEvent(&event);
  }
  // A key that is held now will be let go as another one.
  if (event.type == SDL_KEYMAPCHANGED)
    std::fill(std::begin(ImGui::GetIO().KeysDown), std::end(ImGui::GetIO().KeysDown), false);
  if (event.type == SDL_KEYDOWN) {
    // The backend asks what is held now, which may be past the event that is being told.
    ImGuiIO& io = ImGui::GetIO();
    io.KeyCtrl = (event.key.keysym.mod & KMOD_CTRL) != 0;
    io.KeyShift = (event.key.keysym.mod & KMOD_SHIFT) != 0;
    io.KeyAlt = (event.key.keysym.mod & KMOD_ALT) != 0;
  }
  if (event.type == SDL_MOUSEMOTION) mouse_ = {event.motion.x, event.motion.y};
  if (event.type == SDL_MOUSEBUTTONDOWN || event.type == SDL_MOUSEBUTTONUP) mouse_ = {event.button.x, event.button.y};
  frames_due_ = kFramesAfterChange;
  if (event.type == SDL_DROPFILE) {
    content.dropped(event.drop.file);
    SDL_free(event.drop.file);
  }
  const bool is_close =
      event.type == SDL_QUIT || (event.type == SDL_WINDOWEVENT && event.window.event == SDL_WINDOWEVENT_CLOSE &&
                                 event.window.windowID == SDL_GetWindowID(window_.get()));
  if (is_close && content.may_close()) is_closing_ = true;
}

void Window::draw_once(WindowContent& content) {
  --frames_due_;
  draw_again_in_.reset();
  last_drawn_ = SDL_GetTicks64();
  content.prepare();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplSDL2_NewFrame();
  // The backend asks SDL for the mouse's place on the whole screen. On X11 that stands still while a button is held
  // (SDL 2.26: raw motion ends with the grab), so that nothing could be dragged; and it may be past the event that is
  // drawn.
  ImGuiIO& io = ImGui::GetIO();
  if (mouse_ && ImGui::IsMousePosValid(&io.MousePos))
    io.MousePos = {static_cast<float>(mouse_->x), static_cast<float>(mouse_->y)};
  ImGui::NewFrame();
  content.draw();
  ImGui::Render();
  int width = 0;
  int height = 0;
  SDL_GL_GetDrawableSize(window_.get(), &width, &height);
  glViewport(0, 0, width, height);
  const std::array<float, 3> ground = content.ground();
  glClearColor(ground[0], ground[1], ground[2], 1);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  SDL_GL_SwapWindow(window_.get());
}

float Window::pixels_per_unit() const {
  int units = 0;
  int pixels = 0;
  SDL_GetWindowSize(window_.get(), &units, nullptr);
  SDL_GL_GetDrawableSize(window_.get(), &pixels, nullptr);
  return units > 0 ? static_cast<float>(pixels) / static_cast<float>(units) : 1;
}

float Window::density() const {
  // SDL 2.26 tells X11 screens' own millimetres, and nothing where a screen has none.
  if (x11_dots_) return scale_of(*x11_dots_);
  float dots = kUsualDots;
  if (SDL_GetDisplayDPI(std::max(0, SDL_GetWindowDisplayIndex(window_.get())), nullptr, &dots, nullptr) != 0) return 1;
  // Systems with scaled units have it in those, too.
  return scale_of(dots / pixels_per_unit());
}

WindowPlace Window::place() const {
  WindowPlace place;
  place.is_maximized = (SDL_GetWindowFlags(window_.get()) & SDL_WINDOW_MAXIMIZED) != 0;
  int x = 0;
  int y = 0;
  SDL_GetWindowPosition(window_.get(), &x, &y);
  SDL_GetWindowSize(window_.get(), &place.width, &place.height);
  place.x = x;
  place.y = y;
  return place;
}

void Window::set_title(const std::string& title) {
  if (title != SDL_GetWindowTitle(window_.get())) SDL_SetWindowTitle(window_.get(), title.c_str());
}

void Window::draw_again_in(int milliseconds) {
  draw_again_in_ = draw_again_in_ ? std::min(*draw_again_in_, milliseconds) : milliseconds;
}

}  // namespace candid::gui
