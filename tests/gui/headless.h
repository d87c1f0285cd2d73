#pragma once
// Dear ImGui without a window: frames that a test draws, keys that it presses. Nothing is seen.

#include <functional>
#include <string_view>

#include <SDL_scancode.h>
#include <imgui.h>

#include "gui/keys.h"

namespace candid::gui::test {

// One at a time.
class Headless {
 public:
  // `draw` fills the outermost window of a frame, 800 by 600 px.
  explicit Headless(std::function<void()> draw) : draw_(std::move(draw)) {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {800, 600};
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
    unsigned char* pixels = nullptr;
    int width = 0;
    int height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    // As ImGui's backend for SDL has them.
    io.KeyMap[ImGuiKey_Backspace] = SDL_SCANCODE_BACKSPACE;
    io.KeyMap[ImGuiKey_Delete] = SDL_SCANCODE_DELETE;
    io.KeyMap[ImGuiKey_Space] = SDL_SCANCODE_SPACE;
    io.KeyMap[ImGuiKey_Enter] = SDL_SCANCODE_RETURN;
    settle();
  }
  Headless(const Headless&) = delete;
  Headless& operator=(const Headless&) = delete;
  ~Headless() { ImGui::DestroyContext(); }

  bool asks = false;
  bool takes_arrows = false;

  void frame() {
    ImGui::GetIO().DeltaTime = 1.0F / 60;
    prepare_keys(asks, takes_arrows);
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
    ImGui::Begin("window", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBringToFrontOnFocus);
    draw_();
    ImGui::End();
    ImGui::Render();
  }
  void settle() {
    frame();
    frame();
  }
  // Down, and up again, and what comes of it.
  void press(int key) {
    ImGui::GetIO().KeysDown[key] = true;
    frame();
    ImGui::GetIO().KeysDown[key] = false;
    settle();
  }
  void press_with_shift(int key) {
    ImGui::GetIO().KeyShift = true;
    press(key);
    ImGui::GetIO().KeyShift = false;
  }
  void press_with_ctrl(int key) {
    ImGui::GetIO().KeyCtrl = true;
    press(key);
    ImGui::GetIO().KeyCtrl = false;
  }
  void click(ImVec2 at) {
    ImGuiIO& io = ImGui::GetIO();
    io.MousePos = at;
    settle();
    io.MouseDown[0] = true;
    frame();
    io.MouseDown[0] = false;
    settle();
  }

 private:
  std::function<void()> draw_;
};

}  // namespace candid::gui::test
