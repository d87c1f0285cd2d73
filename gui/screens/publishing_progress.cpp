#include "gui/screens/publishing_progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kBarWidth = 520;  // units
constexpr float kVideoRow = 30;

const char* words_of(VideoState state) {
  switch (state) {
    case VideoState::Waiting:
      return tr("to be made");
    case VideoState::Made:
      return tr("made");
    case VideoState::Live:
      return tr("its link opens");
    case VideoState::Held:
      return tr("stays back");
    case VideoState::Failed:
      return tr("needs a look");
  }
  return "";
}

ImVec4 color_of(const Theme& theme, VideoState state) {
  switch (state) {
    case VideoState::Live:
      return theme.colors().good;
    case VideoState::Failed:
      return theme.colors().bad;
    case VideoState::Held:
      return theme.colors().warning;
    case VideoState::Made:
      return theme.colors().text;
    case VideoState::Waiting:
      break;
  }
  return theme.colors().muted;
}

void draw_rendering(Ui& ui, const campaign::RenderProgress& progress) {
  strong(ui.theme, tr("Making the videos"));
  ImGui::ProgressBar(static_cast<float>(progress.fraction), {steady_width(ui.theme, kBarWidth), ui.theme.px(22)},
                     fmt::format("{:.0f} %", progress.fraction * 100).c_str());
  muted(ui.theme, tr("{} of {}, {} pictures a second",
                     {fmt::format("{}", progress.messages_done), fmt::format("{}", progress.messages_total),
                      fmt::format("{:.0f}", progress.frames_per_second)})
                      .c_str());
}

void draw_sending(Ui& ui, const campaign::PublishProgress& progress) {
  const Theme& theme = ui.theme;
  strong(theme, progress.step == campaign::PublishStep::Checking ? tr("Looking what is there already") : tr("Sending"));
  const double share =
      progress.bytes_total > 0   ? static_cast<double>(progress.bytes_done) / static_cast<double>(progress.bytes_total)
      : progress.items_total > 0 ? static_cast<double>(progress.items_done) / static_cast<double>(progress.items_total)
                                 : 0;
  ImGui::ProgressBar(static_cast<float>(share), {steady_width(theme, kBarWidth), theme.px(22)},
                     fmt::format("{:.0f} %", share * 100).c_str());
  std::string words = fmt::format("{} / {}", megabytes(progress.bytes_done), megabytes(progress.bytes_total));
  if (progress.bytes_per_second > 0)
    words += fmt::format(" · {}/s", megabytes(static_cast<uint64_t>(progress.bytes_per_second)));
  muted(theme, words.c_str());
  for (const campaign::FileUnderWay& file : progress.files) {
    const double done = file.size > 0 ? static_cast<double>(file.sent) / static_cast<double>(file.size) : 0;
    ImGui::ProgressBar(static_cast<float>(done), {theme.px(120), theme.px(10)}, "");
    ImGui::SameLine();
    ui.names.show(file.label,
                  {theme.px(14), std::max(1.0F, ImGui::GetContentRegionAvail().x), 1, false, theme.colors().muted});
  }
}

}  // namespace

std::string megabytes(uint64_t bytes) {
  return bytes < 1'000'000 ? fmt::format("{:.0f} kB", static_cast<double>(bytes) / 1e3)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

void draw_stage(Ui& ui, const PublishingView& view) {
  switch (view.stage) {
    case PublishStage::Preparing:
      muted(ui.theme, tr("Getting ready: reading the take, looking for faces …"));
      return ui.window.draw_again_in(500);
    case PublishStage::Rendering:
      return draw_rendering(ui, view.rendering);
    case PublishStage::Sending:
      return draw_sending(ui, view.sending);
  }
}

void draw_videos(Ui& ui, const PublishingView& view) {
  if (!view.names) return;
  const Theme& theme = ui.theme;
  gap(theme, 6);
  const float height = theme.px(kVideoRow);
  const ImGuiTableFlags flags =
      ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("videos", 2, flags, table_room(theme))) return;
  ImGui::TableSetupColumn(tr("Name"), ImGuiTableColumnFlags_WidthStretch, 2);
  ImGui::TableSetupColumn(tr("Video"), ImGuiTableColumnFlags_WidthStretch, 1);
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableHeadersRow();
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(view.videos.size()), height);
  while (clipper.Step()) {
    for (auto i = static_cast<size_t>(clipper.DisplayStart); i < static_cast<size_t>(clipper.DisplayEnd); ++i) {
      ImGui::TableNextRow(0, height);
      ImGui::TableNextColumn();
      ui.names.show_at(*ImGui::GetWindowDrawList(), ImGui::GetCursorScreenPos(), (*view.names)[i],
                       {theme.px(15), ImGui::GetContentRegionAvail().x, 1, false, theme.colors().text});
      ImGui::TableNextColumn();
      ImGui::TextColored(color_of(theme, view.videos[i]), "%s", words_of(view.videos[i]));
    }
  }
  ImGui::EndTable();
}

}  // namespace candid::gui
