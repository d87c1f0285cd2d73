#include "gui/take_review.h"

#include <algorithm>
#include <utility>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kStripHeight = 64;  // units
constexpr float kHandleWidth = 10;  // units
constexpr Microseconds kLeastLeft{500'000};
constexpr Microseconds kStep{1'000'000};  // of the arrow keys
constexpr size_t kMostFindings = 8;

float place_of(Microseconds time, Microseconds length, float from, float width) {
  return from + static_cast<float>(to_seconds(time) / std::max(1e-6, to_seconds(length))) * width;
}

Microseconds time_at(float x, Microseconds length, float from, float width) {
  const double share = std::clamp(static_cast<double>((x - from) / std::max(1.0F, width)), 0.0, 1.0);
  return Microseconds(static_cast<int64_t>(share * static_cast<double>(length.count())));
}

// A key that presses what is marked makes it active, too.
bool is_held_by_mouse() {
  return ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left);
}

}  // namespace

TakeReview::TakeReview(const Waker& waker, std::filesystem::path take, TrimMarks trim)
    : take_(std::move(take)),
      trim_(trim),
      player_(waker, take_),
      sound_(waker, take_),
      checking_(waker, [path = take_](TaskReport& report, const std::stop_token& stop) {
        return capture::check_take(path, stop, [&](double share) { report.tell({share, {}}); });
      }) {}

TakeReview::Span TakeReview::kept(const Player::View& view) const {
  const capture::Trim cut = cut_by(trim_, view.facts.duration);
  return {cut.start, view.facts.duration - cut.end};
}

void TakeReview::take_keys(const Player::View& view) {
  const Span span = kept(view);
  if (pressed(SDL_SCANCODE_SPACE)) {
    if (view.is_playing) {
      player_.pause();
    } else {
      const bool is_at_end = view.position + Microseconds{100'000} >= span.last;
      player_.play(is_at_end || view.position < span.first ? span.first : view.position);
    }
  }
  if (pressed(SDL_SCANCODE_LEFT)) player_.seek(std::max(span.first, view.position - kStep));
  if (pressed(SDL_SCANCODE_RIGHT)) player_.seek(std::min(span.last, view.position + kStep));
}

void TakeReview::draw_picture(const Ui& ui, ImVec2 room) {
  const Theme& theme = ui.theme;
  if (auto picture = player_.take_picture()) picture_.set(std::move(*picture));
  const Player::View view = player_.look();
  if (view.problem) return show_error(theme, *view.problem);
  const Span span = kept(view);
  if (view.is_playing && view.position >= span.last) player_.pause();
  take_keys(view);
  const float strip = theme.px(kStripHeight);
  const ImVec2 from = ImGui::GetCursorScreenPos();
  const float most = room.y - strip - ImGui::GetFrameHeight() - theme.px(32);
  const ImVec2 above{room.x, std::max(theme.px(120), std::min(most, room.x / picture_.shape()))};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  picture_.show(list, fitted(from, above, picture_.shape()));
  if (ImGui::InvisibleButton("picture", above)) view.is_playing ? player_.pause() : player_.play(view.position);
  show_mark();
  gap(theme, 4);
  draw_strip(ui, view, ImGui::GetCursorScreenPos(), {room.x, strip});
  if (button(theme, view.is_playing ? tr("Pause") : tr("Play"), ButtonKind::Usual, {90, 0}))
    view.is_playing ? player_.pause() : player_.play(view.position >= span.last ? span.first : view.position);
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  const PlayTime time = play_time(cut_by(trim_, view.facts.duration), view.facts.duration, view.position);
  muted_line(theme, fmt::format("{} / {}", clock_words(time.position), clock_words(time.length)).c_str());
}

void TakeReview::draw_strip(const Ui& ui, const Player::View& view, ImVec2 from, ImVec2 room) {
  const Theme& theme = ui.theme;
  const Colors& colors = theme.colors();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float handle = theme.px(kHandleWidth);
  const ImVec2 inner{from.x + handle, from.y};
  const ImVec2 size{room.x - 2 * handle, room.y};
  list.AddRectFilled(from, {from.x + room.x, from.y + room.y}, ImGui::GetColorU32(colors.panel), theme.px(6));
  sound_.show(theme, list, inner, size);
  const Microseconds length = view.facts.duration;
  if (length.count() <= 0) {
    ImGui::Dummy(room);
    return;
  }
  // The handles lie above the strip, and come first: of two that overlap, ImGui gives the mouse to the earlier one.
  list.ChannelsSplit(2);
  list.ChannelsSetCurrent(1);
  drag_handle(ui, view, End::Start, inner, size);
  drag_handle(ui, view, End::End, inner, size);
  list.ChannelsSetCurrent(0);
  ImGui::SetCursorScreenPos(inner);
  ImGui::InvisibleButton("strip", size);
  show_mark();
  if (is_held_by_mouse()) player_.seek(time_at(ImGui::GetIO().MousePos.x, length, inner.x, size.x));
  const Span span = kept(view);
  const float start = place_of(span.first, length, inner.x, size.x);
  const float end = place_of(span.last, length, inner.x, size.x);
  const ImU32 cut = ImGui::GetColorU32(ImVec4(colors.ground.x, colors.ground.y, colors.ground.z, 0.72F));
  list.AddRectFilled({inner.x, inner.y}, {start, inner.y + size.y}, cut);
  list.AddRectFilled({end, inner.y}, {inner.x + size.x, inner.y + size.y}, cut);
  const float now = place_of(view.position, length, inner.x, size.x);
  list.AddLine({now, inner.y}, {now, inner.y + size.y}, ImGui::GetColorU32(colors.text), theme.px(2));
  list.ChannelsMerge();
  ImGui::SetCursorScreenPos({from.x, from.y + room.y + theme.px(6)});
}

void TakeReview::drag_handle(const Ui& ui, const Player::View& view, End which, ImVec2 from, ImVec2 room) {
  const Theme& theme = ui.theme;
  const Microseconds length = view.facts.duration;
  const Span span = kept(view);
  const bool is_start = which == End::Start;
  const float handle = theme.px(kHandleWidth);
  const float at = place_of(is_start ? span.first : span.last, length, from.x, room.x);
  const float left = is_start ? at - handle : at;
  ImGui::SetCursorScreenPos({left, from.y});
  const bool is_pressed = ImGui::InvisibleButton(is_start ? "trim start" : "trim end", {handle, room.y});
  show_mark();
  const bool is_held = is_held_by_mouse();
  if (ImGui::IsItemHovered() || is_held) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
  ImGui::GetWindowDrawList()->AddRectFilled({left, from.y}, {left + handle, from.y + room.y},
                                            ImGui::GetColorU32(theme.colors().accent), theme.px(4));
  // Marked and pressed by key, it comes to where the take stands.
  const bool is_fetched = is_pressed && !ImGui::IsMouseReleased(ImGuiMouseButton_Left);
  // A click alone moves nothing.
  if ((is_held && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) || is_fetched) {
    const float edge = ImGui::GetIO().MousePos.x + (is_start ? handle / 2 : -handle / 2);
    const Microseconds place = is_fetched ? view.position : time_at(edge, length, from.x, room.x);
    capture::Trim cut{span.first, length - span.last};
    Microseconds& moved = is_start ? cut.start : cut.end;
    const Microseconds most = std::max(Microseconds{0}, length - (is_start ? cut.end : cut.start) - kLeastLeft);
    moved = std::clamp(is_start ? place : length - place, Microseconds{0}, most);
    move_to(trim_, cut, length);
    has_moved_ = true;
    player_.seek(is_start ? cut.start : length - cut.end);
  }
  if ((ImGui::IsItemDeactivated() || is_fetched) && std::exchange(has_moved_, false)) was_trimmed_ = true;
}

void TakeReview::draw_report(const Ui& ui) {
  const Theme& theme = ui.theme;
  if (!report_ && checking_.has_ended()) report_ = checking_.take();
  if (!report_) {
    muted_line(theme, tr("Looking whether it is fit to send …"));
    const double share = checking_.progress().share.value_or(0);
    ImGui::ProgressBar(static_cast<float>(share), {-1, theme.px(6)}, "");
    return;
  }
  if (!*report_) return show_error(theme, report_->error());
  const capture::TakeReport& report = **report_;
  if (report.findings.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, theme.colors().good);
    ImGui::TextUnformatted(tr("Fit to send: sound and picture are good."));
    ImGui::PopStyleColor();
  }
  size_t room = kMostFindings;
  ImGui::PushTextWrapPos(0);
  for (const capture::TakeFinding& finding : report.findings) {
    if (room-- == 0) break;
    ImGui::PushStyleColor(ImGuiCol_Text, color_of(theme, finding.severity));
    ImGui::TextUnformatted(finding.message.c_str());
    ImGui::PopStyleColor();
    muted_line(theme, finding.remedy.c_str());
  }
  ImGui::PopTextWrapPos();
  if (report.trim) offer_trim(ui, *report.trim);
}

void TakeReview::offer_trim(const Ui& ui, const capture::Trim& silence) {
  const Microseconds length = player_.look().facts.duration;
  if (length.count() <= 0 || cut_by(trim_, length) != capture::Trim{}) return;
  gap(ui.theme, 4);
  if (!button(ui.theme, tr("Trim the silence"))) return;
  move_to(trim_, silence, length);
  was_trimmed_ = true;
}

}  // namespace candid::gui
