#pragma once
// Who gets a key. Dear ImGui, the screen that is shown and a question that is asked all listen to one keyboard; here
// alone is said which of them hears what. In this order:
//
//   a question      Enter and Escape answer it, unless a button of it is marked; nobody else hears anything
//   Ctrl and a key  the window's and the screen's; what edits text belongs to a line that is typed
//   a menu          an open list or menu has all other keys
//   a line          that somebody types has all other keys
//   a mark          Tab marks what can be pressed, in the order of reading; arrows go on from there, Space and Enter
//                   press it, Escape lets go of it; so does another screen, or the mouse
//   the screen      everything else. Arrows and page keys only where it takes them; where not, they mark
//
// ImGui 1.86 by itself tabs through lines and sliders alone, and Escape marks what cannot be pressed; so both keys are
// taken care of here, with its own requests.
//
// The window's thread. Keys are SDL's scancodes, by what is written on them: see key_of().

namespace candid::gui {

// What there is when a key is pressed.
struct KeyScene {
  bool asks = false;          // a question stands before everything
  bool has_menu = false;      // a list or a menu is open
  bool is_typing = false;     // a line has the caret
  bool is_marked = false;     // something that can be pressed shows the mark
  bool takes_arrows = false;  // Screen::takes_arrows()
};

// The key that a person means, as the scancode that its letter, plus or minus has on an American keyboard: so Ctrl-Z is
// the key with the Z on it, in Germany, too. Digits, and keys that move and press, are where they are; a keyboard of
// another script has Latin letters nowhere, and its keys go by their place. `symbol`: SDL's keycode.
// SDL_SCANCODE_UNKNOWN: a key without a meaning here.
int key_of(int scancode, int symbol);

enum class KeyKind { Arrow, Press, Escape, Other, WithCtrl, EditWithCtrl };
enum class KeyOwner { Question, Widgets, Screen };  // Widgets: ImGui's menus, lines and whatever is marked

KeyKind kind_of(int key, bool has_ctrl);
KeyOwner owner_of(KeyKind kind, const KeyScene& scene);

// Before a frame: looks at what there is, and lets ImGui hear of what is its own. The rest of the scene ImGui tells.
void prepare_keys(bool asks, bool takes_arrows);
// Within the outermost window, before anything of it is drawn: the mark goes on, or is let go.
void move_mark();
// Where something is to be marked and nothing is: the first of what is drawn from here on.
void begin_mark_here();
// Another screen is shown: its keys work at once. Tab goes on from its beginning.
void drop_mark();
// The item that was drawn last shows the mark, where ImGui draws none.
void show_mark();

// For screens and the window: whether the key went down and is theirs.
bool pressed(int key);
// The same, and again and again while it is held.
bool pressed_or_held(int key);
bool pressed_with_ctrl(int key);
// For a question.
bool answered(int key);

}  // namespace candid::gui
