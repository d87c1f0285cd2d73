#include "gui/keys.h"

#include <algorithm>
#include <iterator>

#include <SDL_keycode.h>
#include <SDL_scancode.h>
#include <imgui.h>
// What is marked and how Tab gets there is nothing that imgui.h tells. Of 1.86.
#include <imgui_internal.h>

namespace candid::gui {
namespace {

struct MappedKey {
  ImGuiKey_ imgui;
  int code;
};
constexpr MappedKey kArrowKeys[] = {
    {ImGuiKey_UpArrow, SDL_SCANCODE_UP},     {ImGuiKey_DownArrow, SDL_SCANCODE_DOWN},
    {ImGuiKey_LeftArrow, SDL_SCANCODE_LEFT}, {ImGuiKey_RightArrow, SDL_SCANCODE_RIGHT},
    {ImGuiKey_PageUp, SDL_SCANCODE_PAGEUP},  {ImGuiKey_PageDown, SDL_SCANCODE_PAGEDOWN},
    {ImGuiKey_Home, SDL_SCANCODE_HOME},      {ImGuiKey_End, SDL_SCANCODE_END},
};
constexpr int kEnterKeys[] = {SDL_SCANCODE_RETURN, SDL_SCANCODE_KP_ENTER};
constexpr int kPressKeys[] = {SDL_SCANCODE_SPACE, SDL_SCANCODE_RETURN, SDL_SCANCODE_KP_ENTER};
constexpr int kEditKeys[] = {SDL_SCANCODE_A, SDL_SCANCODE_C, SDL_SCANCODE_V,
                             SDL_SCANCODE_X, SDL_SCANCODE_Y, SDL_SCANCODE_Z};

constexpr int kFirstOtherScript = 0x370;  // Unicode: Greek, and all that comes after it

bool is_letter_key(int scancode) {
  return scancode >= SDL_SCANCODE_A && scancode <= SDL_SCANCODE_Z;
}

KeyScene& scene() {
  static KeyScene now;
  return now;
}

// A mark on what was drawn in the frame before: one that has gone must not keep Space from the screen.
bool has_mark(const ImGuiContext& g) {
  return g.NavId != 0 && g.NavIdIsAlive && !g.NavDisableHighlight;
}

bool belongs_to(KeyOwner owner, int key) {
  const ImGuiIO& io = ImGui::GetIO();
  return !io.KeyCtrl && !io.KeyAlt && owner_of(kind_of(key, false), scene()) == owner;
}

enum class Tab { First, Next, Previous };

// As ImGui's own Tab does it (NavUpdateCreateTabbingRequest), but for the flag by which SetKeyboardFocusHere() reaches
// more than lines.
void request(Tab tab) {
  ImGuiContext& g = *GImGui;
  if (g.NavWindow == nullptr) ImGui::FocusWindow(ImGui::GetCurrentWindow());
  g.NavTabbingDir = tab == Tab::First ? 0 : tab == Tab::Next ? 1 : -1;
  ImGui::NavMoveRequestSubmit(ImGuiDir_None, tab == Tab::Previous ? ImGuiDir_Up : ImGuiDir_Down,
                              ImGuiNavMoveFlags_Tabbing | ImGuiNavMoveFlags_FocusApi,
                              ImGuiScrollFlags_KeepVisibleEdgeX | ImGuiScrollFlags_KeepVisibleEdgeY);
  g.NavTabbingResultFirst.Clear();
  g.NavTabbingCounter = -1;
}

bool is_tab_pressed() {
  const ImGuiIO& io = ImGui::GetIO();
  return !io.KeyCtrl && !io.KeyAlt && ImGui::IsKeyPressed(SDL_SCANCODE_TAB);
}

}  // namespace

int key_of(int scancode, int symbol) {
  const bool is_of_main_part = scancode < SDL_SCANCODE_CAPSLOCK;
  const bool is_digit = scancode >= SDL_SCANCODE_1 && scancode <= SDL_SCANCODE_0;
  if (!is_of_main_part || is_digit) return scancode;
  if (symbol >= SDLK_a && symbol <= SDLK_z) return SDL_SCANCODE_A + (symbol - SDLK_a);
  if (symbol == SDLK_PLUS || symbol == SDLK_EQUALS) return SDL_SCANCODE_EQUALS;
  if (symbol == SDLK_MINUS) return SDL_SCANCODE_MINUS;
  const bool is_taken = is_letter_key(scancode) || scancode == SDL_SCANCODE_EQUALS || scancode == SDL_SCANCODE_MINUS;
  const bool is_of_other_script = symbol >= kFirstOtherScript && (symbol & SDLK_SCANCODE_MASK) == 0;
  return is_taken && !is_of_other_script ? static_cast<int>(SDL_SCANCODE_UNKNOWN) : scancode;
}

KeyKind kind_of(int key, bool has_ctrl) {
  auto is_in = [key](const auto& keys) { return std::find(std::begin(keys), std::end(keys), key) != std::end(keys); };
  if (has_ctrl) return is_in(kEditKeys) ? KeyKind::EditWithCtrl : KeyKind::WithCtrl;
  if (key == SDL_SCANCODE_ESCAPE) return KeyKind::Escape;
  if (is_in(kPressKeys)) return KeyKind::Press;
  const bool is_arrow = std::any_of(std::begin(kArrowKeys), std::end(kArrowKeys),
                                    [key](const MappedKey& arrow) { return arrow.code == key; });
  return is_arrow ? KeyKind::Arrow : KeyKind::Other;
}

KeyOwner owner_of(KeyKind kind, const KeyScene& now) {
  if (now.asks) {
    const bool is_of_buttons = kind == KeyKind::Arrow || (kind == KeyKind::Press && now.is_marked);
    return is_of_buttons ? KeyOwner::Widgets : KeyOwner::Question;
  }
  switch (kind) {
    case KeyKind::WithCtrl:
      return KeyOwner::Screen;
    case KeyKind::EditWithCtrl:
      return now.is_typing ? KeyOwner::Widgets : KeyOwner::Screen;
    case KeyKind::Arrow:
      if (!now.takes_arrows) return KeyOwner::Widgets;
      break;
    case KeyKind::Press:
    case KeyKind::Escape:
      break;
    case KeyKind::Other:
      return now.has_menu || now.is_typing ? KeyOwner::Widgets : KeyOwner::Screen;
  }
  return now.has_menu || now.is_typing || now.is_marked ? KeyOwner::Widgets : KeyOwner::Screen;
}

void prepare_keys(bool asks, bool takes_arrows) {
  const ImGuiContext& g = *GImGui;
  KeyScene& now = scene();
  now.asks = asks;
  now.has_menu = !g.OpenPopupStack.empty();
  now.is_typing = g.WantTextInputNextFrame == 1;
  now.is_marked = has_mark(g);
  now.takes_arrows = takes_arrows;
  ImGuiIO& io = ImGui::GetIO();
  const bool has_arrows = owner_of(KeyKind::Arrow, now) == KeyOwner::Widgets;
  for (const MappedKey& arrow : kArrowKeys) io.KeyMap[arrow.imgui] = has_arrows ? arrow.code : -1;
  const bool has_escape = !asks && (now.has_menu || now.is_typing || g.ActiveId != 0);
  io.KeyMap[ImGuiKey_Escape] = has_escape ? static_cast<int>(SDL_SCANCODE_ESCAPE) : -1;
  io.KeyMap[ImGuiKey_Tab] = -1;
  // ImGui 1.86 presses by one key alone: Space, or Enter while that is held which went down on a mark.
  int& press_key = io.KeyMap[ImGuiKey_Space];
  if (press_key == SDL_SCANCODE_SPACE || !io.KeysDown[press_key]) {
    const auto enter = std::find_if(std::begin(kEnterKeys), std::end(kEnterKeys),
                                    [&](int key) { return io.KeysDown[key] && io.KeysDownDuration[key] < 0; });
    const bool presses = enter != std::end(kEnterKeys) && now.is_marked && !now.is_typing;
    press_key = presses ? *enter : SDL_SCANCODE_SPACE;
  }
}

void move_mark() {
  const KeyScene& now = scene();
  if (now.is_marked && !now.has_menu && ImGui::IsKeyPressed(SDL_SCANCODE_ESCAPE, false)) drop_mark();
  if (!is_tab_pressed()) return;
  if (ImGui::GetIO().KeyShift) {
    request(Tab::Previous);
  } else if (now.is_marked || now.is_typing) {
    request(Tab::Next);
  }
}

void begin_mark_here() {
  if (is_tab_pressed() && !ImGui::GetIO().KeyShift && !scene().is_marked && !scene().is_typing) request(Tab::First);
}

void drop_mark() {
  GImGui->NavDisableHighlight = true;
}

void show_mark() {
  const ImGuiLastItemData& item = GImGui->LastItemData;
  ImGui::RenderNavHighlight(item.Rect, item.ID);
}

bool pressed(int key) {
  return belongs_to(KeyOwner::Screen, key) && ImGui::IsKeyPressed(key, false);
}

bool pressed_or_held(int key) {
  return belongs_to(KeyOwner::Screen, key) && ImGui::IsKeyPressed(key, true);
}

bool pressed_with_ctrl(int key) {
  return ImGui::GetIO().KeyCtrl && owner_of(kind_of(key, true), scene()) == KeyOwner::Screen &&
         ImGui::IsKeyPressed(key, false);
}

bool answered(int key) {
  return belongs_to(KeyOwner::Question, key) && ImGui::IsKeyPressed(key, false);
}

}  // namespace candid::gui
