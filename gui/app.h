#pragma once
// The whole window: what is open, which screen is shown, and the frame around it.

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "gui/screen.h"

namespace candid::gui {

class App final : public WindowContent {
 public:
  // Unsupported where no letters can be drawn. The window is borrowed.
  static Result<std::unique_ptr<App>> create(Window& window, Settings settings);
  ~App() override;

  // False: not now, as something goes on; a line says what.
  bool open(const std::filesystem::path& campaign);
  const Settings& settings() const { return settings_; }

  void prepare() override;
  std::array<float, 3> ground() const override;
  void draw() override;
  void dropped(const std::filesystem::path& path) override;
  bool may_close() override;

 private:
  App(Window& window, Settings settings);
  Result<void> apply_theme();
  void go_to(ScreenKind kind);
  // A small window, or large letters.
  bool is_narrow() const;
  float side_width() const;  // px
  void draw_side();
  void draw_settings_menu();
  void draw_notice();
  void draw_closing_question();
  void take_keys();
  void undo();
  void redo();
  void draw_screen();
  std::string window_title() const;
  std::string busy_with() const;

  Window& window_;
  Settings settings_;
  Theme theme_;
  Names names_;
  OpenCampaign campaign_;
  CampaignEdits edits_{campaign_};
  EditHistory history_{campaign_, edits_};
  Ui ui_;
  std::array<std::unique_ptr<Screen>, kScreens> screens_;
  ScreenKind shown_ = ScreenKind::Home;
  // What theme_ was made of.
  Appearance appearance_ = Appearance::Dark;
  float scale_ = 0;
  std::string language_;
  std::string notice_;
  std::chrono::steady_clock::time_point notice_until_{};
  bool asks_to_close_ = false;
  int frames_for_bars_ = 0;
};

}  // namespace candid::gui
