#include "gui/app.h"

#include <algorithm>

#include <SDL_scancode.h>
#include <fmt/format.h>
#include <imgui.h>

#include "campaign/recent.h"
#include "core/log.h"
#include "core/text.h"
#include "gui/screens/screens.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kSideWidth = 208;  // units
constexpr float kNarrowSide = 150;
constexpr float kNarrowWindow = 620;   // units: in one that is no wider, the side gives room to the screen
constexpr float kQuestionWidth = 420;  // units
constexpr std::chrono::seconds kNoticeTime{5};
constexpr int kMostFramesForBars = 3;
constexpr float kZoomStep = 0.125F;

const char* name_of(ScreenKind kind) {
  switch (kind) {
    case ScreenKind::Home:
      return tr("Home");
    case ScreenKind::Record:
      return tr("Record");
    case ScreenKind::Greet:
      return tr("Greet");
    case ScreenKind::Design:
      return tr("Design");
    case ScreenKind::Candidates:
      return tr("Candidates");
    case ScreenKind::Publish:
      return tr("Publish");
    case ScreenKind::Results:
      return tr("Results");
  }
  return "";
}

size_t index_of(ScreenKind kind) {
  return static_cast<size_t>(kind);
}

}  // namespace

Result<std::unique_ptr<App>> App::create(Window& window, Settings settings) {
  std::unique_ptr<App> app(new App(window, std::move(settings)));
  TRY_VOID(app->apply_theme());
  return app;
}

App::App(Window& window, Settings settings)
    : window_(window),
      settings_(std::move(settings)),
      campaign_(window.waker()),
      ui_{window_,
          settings_,
          theme_,
          names_,
          campaign_,
          edits_,
          history_,
          [this](ScreenKind kind) { go_to(kind); },
          [this](const std::filesystem::path& folder) { return open(folder); },
          [this](std::string words) {
            notice_ = std::move(words);
            notice_until_ = std::chrono::steady_clock::now() + kNoticeTime;
          },
          [this] { undo(); },
          [this] { redo(); }},
      screens_(make_screens()) {
  set_language(language_ = settings_.language);
  draw_words_by(names_);
}

App::~App() = default;

Result<void> App::apply_theme() {
  const float scale = window_.density() * settings_.zoom;
  if (scale == scale_ && settings_.appearance == appearance_) return {};
  TRY_VOID(theme_.apply(settings_.appearance, scale));
  names_.forget();
  scale_ = scale;
  appearance_ = settings_.appearance;
  return {};
}

void App::prepare() {
  if (auto applied = apply_theme(); !applied) log::warning("gui", applied.error().describe());
  prepare_keys(asks_to_close_, screens_[index_of(shown_)]->takes_arrows());
  if (language_ != settings_.language) set_language(language_ = settings_.language);
}

bool App::open(const std::filesystem::path& campaign) {
  if (const std::string busy = busy_with(); !busy.empty()) {
    ui_.notify(tr("Not now: {}", {busy}));
    return false;
  }
  for (auto& screen : screens_) screen->forget();
  edits_.forget();
  history_.forget();
  campaign_.open(campaign);
  if (auto kept = campaign::remember_recent(campaign::recent_file(), campaign); !kept)
    log::warning("gui", kept.error().describe());
  return true;
}

void App::go_to(ScreenKind kind) {
  if (kind == shown_ || (kind != ScreenKind::Home && !campaign_.is_open())) return;
  screens_[index_of(shown_)]->leave(ui_);
  shown_ = kind;
  drop_mark();
}

void App::take_keys() {
  for (int i = 0; i < kScreens; ++i) {
    const auto kind = static_cast<ScreenKind>(i);
    if (pressed_with_ctrl(SDL_SCANCODE_1 + i)) go_to(kind);
  }
  if (pressed_with_ctrl(SDL_SCANCODE_EQUALS) || pressed_with_ctrl(SDL_SCANCODE_KP_PLUS)) settings_.zoom += kZoomStep;
  if (pressed_with_ctrl(SDL_SCANCODE_MINUS) || pressed_with_ctrl(SDL_SCANCODE_KP_MINUS)) settings_.zoom -= kZoomStep;
  if (pressed_with_ctrl(SDL_SCANCODE_0)) settings_.zoom = 1;
  settings_.zoom = std::clamp(settings_.zoom, 0.75F, 2.5F);
  if (pressed(SDL_SCANCODE_F5)) campaign_.reload();
  if (pressed_with_ctrl(SDL_SCANCODE_Z)) undo();
  if (pressed_with_ctrl(SDL_SCANCODE_Y)) redo();
  if (pressed_with_ctrl(SDL_SCANCODE_Q) && may_close()) window_.close();
}

void App::undo() {
  if (const auto notice = history_.take_notice()) return ui_.notify(*notice);
  const auto words = history_.undo_words();
  if (!words) return;
  const auto undone = history_.undo();
  ui_.notify(undone ? tr("Undone: {}.", {*words}) : in_a_line(undone.error()));
}

void App::redo() {
  if (const auto notice = history_.take_notice()) return ui_.notify(*notice);
  const auto words = history_.redo_words();
  if (!words) return;
  const auto done = history_.redo();
  ui_.notify(done ? tr("Done again: {}.", {*words}) : in_a_line(done.error()));
}

// "● Record – Backend Engineer": the dot says that something goes on.
std::string App::window_title() const {
  std::string words = name_of(shown_);
  if (campaign_.is_open()) {
    const auto& loaded = campaign_.loaded();
    words += fmt::format(" – {}", single_line(loaded ? loaded->campaign.name : campaign_.folder().filename().string()));
  }
  return fmt::format("{}{} – Candid", busy_with().empty() ? "" : "● ", words);
}

std::array<float, 3> App::ground() const {
  const ImVec4& color = theme_.colors().ground;
  return {color.x, color.y, color.z};
}

void App::draw() {
  if (campaign_.update()) names_.forget();
  take_keys();
  window_.set_title(window_title());
  const ImGuiViewport& room = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(room.Pos);
  ImGui::SetNextWindowSize(room.Size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::Begin("candid", nullptr,
               // Clearing is cheaper than a rectangle as large as the window, where no graphics card draws.
               ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus);
  ImGui::PopStyleVar();
  move_mark();
  draw_side();
  ImGui::SameLine(0, 0);
  begin_mark_here();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding,
                      is_narrow() ? ImVec2(theme_.px(12), theme_.px(10)) : ImVec2(theme_.px(24), theme_.px(20)));
  ImGui::BeginChild(
      "screen", {0, 0}, false,
      ImGuiWindowFlags_AlwaysUseWindowPadding | ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PopStyleVar();
  draw_screen();
  ImGui::EndChild();
  draw_notice();
  draw_closing_question();
  ImGui::End();
  // One for the bars, one for what is narrower beside them; never on and on.
  frames_for_bars_ = has_its_scroll_bars() ? 0 : frames_for_bars_ + 1;
  if (frames_for_bars_ > 0 && frames_for_bars_ <= kMostFramesForBars) window_.draw_again_in(0);
  // Changes within this frame show in the next one.
  if (scale_ != window_.density() * settings_.zoom || appearance_ != settings_.appearance ||
      language_ != settings_.language)
    window_.draw_again_in(0);
}

void App::draw_screen() {
  Screen& screen = *screens_[index_of(shown_)];
  // Home tells it by itself, and is a way out.
  if (!campaign_.problem() || shown_ == ScreenKind::Home) return screen.draw(ui_);
  show_error(theme_, *campaign_.problem());
  if (!campaign_.loaded()) return;
  words(theme_,
        tr("What is shown below is older: as it was read before. Nothing can be changed until this is mended; F5 reads "
           "it again."),
        theme_.colors().warning);
  gap(theme_, 6);
  screen.draw(ui_);
}

bool App::is_narrow() const {
  return ImGui::GetMainViewport()->Size.x <= theme_.px(kNarrowWindow);
}

float App::side_width() const {
  return theme_.px(is_narrow() ? kNarrowSide : kSideWidth);
}

void App::draw_side() {
  const Colors& colors = theme_.colors();
  ImGui::PushStyleColor(ImGuiCol_ChildBg, colors.panel);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(theme_.px(14), theme_.px(18)));
  ImGui::PushStyleVar(ImGuiStyleVar_ChildRounding, 0);
  ImGui::BeginChild("side", {side_width(), 0}, false,
                    ImGuiWindowFlags_AlwaysUseWindowPadding | ImGuiWindowFlags_NavFlattened);
  ImGui::PopStyleVar(2);
  ImGui::PopStyleColor();
  title(theme_, "Candid");
  if (campaign_.is_open()) {
    const auto& loaded = campaign_.loaded();
    NameStyle style{theme_.px(14), ImGui::GetContentRegionAvail().x, 3, false, colors.muted};
    names_.show(loaded ? loaded->campaign.name : campaign_.folder().filename().string(), style);
  }
  gap(theme_, 10);
  for (int i = 0; i < kScreens; ++i) {
    const auto kind = static_cast<ScreenKind>(i);
    const bool can_go = kind == ScreenKind::Home || campaign_.is_open();
    ImGui::BeginDisabled(!can_go);
    ImGui::PushFont(kind == shown_ ? theme_.strong() : theme_.body());
    ImGui::PushStyleVar(ImGuiStyleVar_SelectableTextAlign, ImVec2(0, 0.5F));
    if (selectable(name_of(kind), kind == shown_, 0, {0, theme_.px(32)})) go_to(kind);
    ImGui::PopStyleVar();
    ImGui::PopFont();
    if (can_go && ImGui::IsItemHovered()) ImGui::SetTooltip("Ctrl-%d", i + 1);
    ImGui::EndDisabled();
  }
  const float bottom = ImGui::GetWindowHeight() - ImGui::GetFrameHeight() - theme_.px(18);
  ImGui::SetCursorPosY(std::max(ImGui::GetCursorPosY(), bottom));
  if (button(theme_, tr("Settings"), ButtonKind::Quiet)) ImGui::OpenPopup("settings");
  draw_settings_menu();
  ImGui::EndChild();
}

void App::draw_settings_menu() {
  if (!ImGui::BeginPopup("settings")) return;
  bool is_light = settings_.appearance == Appearance::Light;
  if (ImGui::Checkbox(tr("Light"), &is_light)) settings_.appearance = is_light ? Appearance::Light : Appearance::Dark;
  ImGui::SetNextItemWidth(theme_.px(150));
  const std::vector<Language> known = languages();
  auto chosen = std::find_if(known.begin(), known.end(),
                             [&](const Language& language) { return language.code == settings_.language; });
  if (ImGui::BeginCombo(tr("Language"), chosen == known.end() ? tr("of this computer") : chosen->name.c_str())) {
    if (ImGui::Selectable(tr("of this computer"), chosen == known.end())) settings_.language.clear();
    for (const Language& language : known) {
      if (ImGui::Selectable(language.name.c_str(), language.code == settings_.language))
        settings_.language = language.code;
    }
    ImGui::EndCombo();
  }
  muted_line(theme_, tr("Size: {} % (Ctrl +, Ctrl −, Ctrl 0)", {fmt::format("{:.0f}", settings_.zoom * 100)}).c_str());
  ImGui::EndPopup();
}

void App::draw_notice() {
  const auto left = notice_until_ - std::chrono::steady_clock::now();
  if (notice_.empty() || left.count() <= 0) return;
  window_.draw_again_in(static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(left).count()) + 1);
  const ImVec2 room = ImGui::GetMainViewport()->Size;
  const float width = std::min(theme_.px(560), room.x - side_width() - theme_.px(64));
  const NameStyle style{theme_.px(15), width, 3, false, theme_.colors().text};
  const ImVec2 size = names_.size_of(notice_, style);
  const ImVec2 margin{theme_.px(16), theme_.px(10)};
  const ImVec2 at{(room.x + side_width() - size.x) / 2, room.y - size.y - theme_.px(36)};
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  list.AddRectFilled({at.x - margin.x, at.y - margin.y}, {at.x + size.x + margin.x, at.y + size.y + margin.y},
                     ImGui::GetColorU32(theme_.colors().raised), theme_.px(8));
  names_.show_at(list, at, notice_, style);
}

std::string App::busy_with() const {
  for (const auto& screen : screens_) {
    if (std::string words = screen->busy_with(); !words.empty()) return words;
  }
  return {};
}

bool App::may_close() {
  if (busy_with().empty()) {
    screens_[index_of(shown_)]->leave(ui_);
    return true;
  }
  asks_to_close_ = true;
  return false;
}

void App::draw_closing_question() {
  const std::string busy = busy_with();
  // What it was about has ended by itself, and its result is to be seen.
  if (busy.empty()) asks_to_close_ = false;
  if (asks_to_close_ && !ImGui::IsPopupOpen("closing")) ImGui::OpenPopup("closing");
  const ImVec2 room = ImGui::GetMainViewport()->Size;
  ImGui::SetNextWindowPos({room.x / 2, room.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
  if (!ImGui::BeginPopupModal("closing", nullptr, ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoTitleBar))
    return;
  if (!asks_to_close_) {
    ImGui::CloseCurrentPopup();
    return ImGui::EndPopup();
  }
  title(theme_, tr("Close Candid?"));
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + std::min(theme_.px(kQuestionWidth), room.x * 0.8F));
  ImGui::TextUnformatted(busy.c_str());
  ImGui::PopTextWrapPos();
  gap(theme_, 8);
  if (button(theme_, tr("Keep it and close"), ButtonKind::Primary) || answered(SDL_SCANCODE_RETURN)) {
    for (auto& screen : screens_) screen->finish();
    window_.close();
    ImGui::CloseCurrentPopup();
  }
  ImGui::SameLine();
  if (button(theme_, tr("Go on")) || answered(SDL_SCANCODE_ESCAPE)) {
    asks_to_close_ = false;
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndPopup();
}

void App::dropped(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::exists(path / "campaign.toml", code)) {
    open(path);
    return;
  }
  if (std::filesystem::is_directory(path, code)) {
    ui_.notify(tr("{} is no campaign: there is no campaign.toml in it", {path.filename().string()}));
    return;
  }
  drop_on_home(*screens_[index_of(ScreenKind::Home)], path);
  go_to(ScreenKind::Home);
}

}  // namespace candid::gui
