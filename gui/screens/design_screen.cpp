// Design: the look and the layers, with the picture of the candidate who is chosen beside them.

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <span>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/video_shape.h"
#include "core/text.h"
#include "gui/message_picture.h"
#include "gui/picture_view.h"
#include "gui/screens/screens.h"
#include "gui/text_field.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

using campaign::CampaignEditor;
using campaign::TomlPlace;
using campaign::TomlValue;

constexpr float kDesignColumn = 320;  // units
constexpr size_t kNoLayer = static_cast<size_t>(-1);
constexpr float kDesignBelow = 96;  // units, below the picture

struct Choice {
  const char* value;  // in campaign.toml
  const char* words;
};
constexpr std::array<Choice, 4> kLooks{
    {{"clean", "Clean"}, {"bold", "Bold"}, {"warm", "Warm"}, {"minimal", "Minimal"}}};
constexpr std::array<Choice, 6> kKinds{{{"lower_third", "Name strip"},
                                        {"text", "Words"},
                                        {"image", "Picture"},
                                        {"card", "Card"},
                                        {"captions", "Captions"},
                                        {"progress", "Progress"}}};
constexpr std::array<Choice, 3> kShapes{{{"1280x720", "16:9"}, {"720x720", "1:1"}, {"720x1280", "9:16"}}};
constexpr std::array<Choice, 9> kPlaces{{{"top_left", "Top left"},
                                         {"top", "Top"},
                                         {"top_right", "Top right"},
                                         {"left", "Left"},
                                         {"center", "Middle"},
                                         {"right", "Right"},
                                         {"bottom_left", "Bottom left"},
                                         {"bottom", "Bottom"},
                                         {"bottom_right", "Bottom right"}}};
constexpr std::array<Choice, 5> kMotions{
    {{"none", "Stands"}, {"fade", "Fades in"}, {"slide", "Slides in"}, {"wipe", "Is wiped in"}, {"type", "Is typed"}}};

class DesignScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  bool takes_arrows() const override { return true; }
  void leave(Ui& ui) override { take_typed(ui); }
  void forget() override;

 private:
  void take_keys(Ui& ui, const LoadedCampaign& loaded);
  void take_next(Ui& ui, const TomlPlace& place, const char* key, std::span<const Choice> choices, const char* doing);
  void draw_picture(Ui& ui, const std::shared_ptr<const LoadedCampaign>& loaded);
  void draw_safe_areas(const Ui& ui, const Box& box) const;
  void draw_transport(Ui& ui, const LoadedCampaign& loaded);
  void draw_look(Ui& ui);
  void draw_layers(Ui& ui);
  void draw_layer(Ui& ui, size_t number);
  bool edit_layer(Ui& ui, uint64_t seen, const CampaignEdits::Change& change);
  void draw_undo(Ui& ui);
  void words_field(Ui& ui, size_t number, const char* key, const char* label);
  void choice_field(Ui& ui, const TomlPlace& place, const char* key, const char* label, std::span<const Choice> choices,
                    const char* doing);
  void size_field(Ui& ui, size_t number);
  void time_field(Ui& ui, size_t number, const char* key, const char* label, const char* hint);
  void take_typed(Ui& ui);
  void type_into(Ui& ui, size_t number, const char* key, const char* hint, float width, const char* doing);

  size_t candidate_ = 0;
  Microseconds moment_{0};
  size_t layer_ = 0;
  uint64_t shown_ = 0;  // CampaignEdits::numbering() of the layers that somebody sees
  bool shows_safe_areas_ = false;
  std::unique_ptr<MessagePicture> drawing_;
  PictureView picture_;
  Findings findings_;
  std::optional<Error> problem_;
  std::string typed_;        // in the field that has the keyboard
  std::string typed_over_;   // what stood there before
  std::string typed_where_;  // which one that is; empty: none
  size_t typed_layer_ = 0;
  uint64_t typed_numbering_ = 0;
  std::string typed_key_;
  const char* typing_ = "";  // for undo
  uint64_t edition_ = 0;
};

void DesignScreen::forget() {
  drawing_.reset();
  picture_.clear();
  typed_where_.clear();
  candidate_ = 0;
  layer_ = 0;
  edition_ = 0;
}

std::string string_value(const CampaignEditor& editor, const TomlPlace& place, const char* key) {
  const auto value = editor.value(place, key);
  const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
  return text != nullptr ? *text : std::string();
}

std::string kind_words(const std::string& kind) {
  const auto known = std::find_if(kKinds.begin(), kKinds.end(), [&](const Choice& one) { return kind == one.value; });
  return known == kKinds.end() ? kind : tr(known->words);
}

TomlPlace layer_place(size_t number) {
  return {{"layer"}, number};
}

void DesignScreen::draw(Ui& ui) {
  const std::shared_ptr<const LoadedCampaign> loaded = ui.campaign.loaded();
  if (!loaded) return muted(ui.theme, tr("The campaign is being read …"));
  if (edition_ == 0 && loaded->job) {
    // Where somebody's words show.
    const std::vector<Microseconds> moments = campaign::personal_moments(*loaded->job);
    if (!moments.empty()) moment_ = moments.front();
  }
  edition_ = ui.campaign.edition();
  candidate_ = std::min(candidate_, loaded->roster.candidates.empty() ? 0 : loaded->roster.candidates.size() - 1);
  take_keys(ui, *loaded);
  with_column(
      ui.theme, "design", kDesignColumn, [&] { draw_picture(ui, loaded); },
      [&] {
        title(ui.theme, tr("Design"));
        draw_look(ui);
        draw_layers(ui);
        draw_undo(ui);
        if (ui.edits.problem()) show_error(ui.theme, *ui.edits.problem());
        show_findings(ui.theme, loaded->findings);
        for (const Finding& finding : findings_) show_finding(ui.theme, finding);
      });
}

void DesignScreen::take_next(Ui& ui, const TomlPlace& place, const char* key, std::span<const Choice> choices,
                             const char* doing) {
  if (ui.edits.editor() == nullptr) return;
  const std::string now = string_value(*ui.edits.editor(), place, key);
  const auto at = std::find_if(choices.begin(), choices.end(), [&](const Choice& one) { return now == one.value; });
  const Choice& next = at == choices.end() || at + 1 == choices.end() ? choices.front() : *(at + 1);
  ui.edits.edit([&](CampaignEditor& editor) { return editor.set(place, key, std::string(next.value), doing); });
}

void DesignScreen::take_keys(Ui& ui, const LoadedCampaign& loaded) {
  if (pressed(SDL_SCANCODE_L)) take_next(ui, {}, "look", kLooks, tr("change the look"));
  if (pressed(SDL_SCANCODE_F)) take_next(ui, {{"video"}}, "size", kShapes, tr("change the shape"));
  if (pressed(SDL_SCANCODE_S)) shows_safe_areas_ = !shows_safe_areas_;
  const size_t count = loaded.roster.candidates.size();
  if (candidate_ + 1 < count && pressed(SDL_SCANCODE_PAGEDOWN)) ++candidate_;
  if (candidate_ > 0 && pressed(SDL_SCANCODE_PAGEUP)) --candidate_;
}

void DesignScreen::draw_picture(Ui& ui, const std::shared_ptr<const LoadedCampaign>& loaded) {
  const Theme& theme = ui.theme;
  if (!loaded->job || loaded->roster.candidates.empty()) {
    const bool lacks_take = !loaded->has_take;
    muted(theme, lacks_take ? tr("Record the take first; the look shows on it then.")
                            : tr("What is told on the right comes first; then the picture shows here."));
    if (lacks_take && button(theme, tr("To recording"), ButtonKind::Primary)) ui.go_to(ScreenKind::Record);
    return;
  }
  if (!drawing_) drawing_ = std::make_unique<MessagePicture>(ui.window.waker());
  drawing_->want(loaded, candidate_, moment_);
  if (auto drawn = drawing_->take(); drawn && drawn->candidate == candidate_) {
    problem_ = drawn->picture ? std::optional<Error>() : drawn->picture.error();
    findings_ = drawn->picture ? std::move(drawn->picture->findings) : Findings{};
    if (drawn->picture) picture_.set(std::move(drawn->picture->frame));
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float most = std::max(room.y - theme.px(kDesignBelow), theme.px(kLeastPicture));
  const float height = std::min(most, room.x / picture_.shape());
  const Box box = fitted(ImGui::GetCursorScreenPos(), {room.x, height}, picture_.shape());
  picture_.show(*ImGui::GetWindowDrawList(), box);
  if (shows_safe_areas_) draw_safe_areas(ui, box);
  ImGui::Dummy({room.x, height});
  draw_transport(ui, *loaded);
  if (problem_) show_error(theme, *problem_);
}

void DesignScreen::draw_safe_areas(const Ui& ui, const Box& box) const {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  for (double edge : {campaign::kActionSafeEdge, campaign::kTitleSafeEdge}) {
    const ImVec2 inset{box.size().x * static_cast<float>(edge), box.size().y * static_cast<float>(edge)};
    list.AddRect(
        {box.from.x + inset.x, box.from.y + inset.y}, {box.to.x - inset.x, box.to.y - inset.y},
        ImGui::GetColorU32(edge == campaign::kTitleSafeEdge ? ui.theme.colors().warning : ui.theme.colors().good));
  }
}

void DesignScreen::draw_transport(Ui& ui, const LoadedCampaign& loaded) {
  const Theme& theme = ui.theme;
  const auto& candidates = loaded.roster.candidates;
  const Microseconds length = loaded.job->timeline.duration();
  auto seconds = static_cast<float>(to_seconds(moment_));
  ImGui::SetNextItemWidth(-1);
  if (ImGui::SliderFloat("##moment", &seconds, 0, static_cast<float>(to_seconds(length)), "%.1f s"))
    moment_ = Microseconds(static_cast<int64_t>(static_cast<double>(seconds) * 1e6));
  ImGui::BeginDisabled(candidate_ == 0);
  if (button(theme, tr("Previous"))) --candidate_;
  ImGui::EndDisabled();
  ImGui::BeginDisabled(candidate_ + 1 >= candidates.size());
  if (button_beside(theme, tr("Next"))) ++candidate_;
  ImGui::EndDisabled();
  const std::string number = fmt::format("{} / {}", candidate_ + 1, candidates.size());
  beside(ImGui::CalcTextSize(number.c_str()).x);
  ImGui::AlignTextToFramePadding();
  muted_line(theme, number.c_str());
  const std::string& name = shown_name(candidates[candidate_]);
  NameStyle style{theme.px(17), ImGui::GetContentRegionAvail().x, 1, true, theme.colors().text};
  // Below each other where there is no room beside each other.
  const float safe = ImGui::GetFrameHeight() + ImGui::CalcTextSize(tr("Safe areas")).x + theme.px(16);
  const float end = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  const float room = end - ImGui::GetItemRectMax().x - ImGui::GetStyle().ItemSpacing.x - safe;
  if (room < theme.px(120)) {
    style.max_width = ImGui::GetContentRegionAvail().x;
    ui.names.show(name, style);
  } else {
    ImGui::SameLine();
    style.max_width = room;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float above = (ImGui::GetFrameHeight() - ui.names.size_of(name, style).y) / 2;
    ui.names.show_at(*ImGui::GetWindowDrawList(), {at.x, at.y + above}, name, style);
    ImGui::SameLine(ImGui::GetContentRegionMax().x - safe);
  }
  ImGui::Checkbox(tr("Safe areas"), &shows_safe_areas_);
}

void DesignScreen::draw_look(Ui& ui) {
  choice_field(ui, {}, "look", tr("Look"), kLooks, tr("change the look"));
  choice_field(ui, {{"video"}}, "size", tr("Shape"), kShapes, tr("change the shape"));
  muted(ui.theme, tr("L: next look. F: next shape. S: safe areas. Page up, page down: candidates."));
  gap(ui.theme, 4);
}

void DesignScreen::draw_layers(Ui& ui) {
  if (ui.edits.editor() == nullptr) return;
  const size_t count = ui.edits.editor()->layer_count();
  strong(ui.theme, tr("Layers"));
  for (size_t i = 0; i < count; ++i) {
    const std::string kind = string_value(*ui.edits.editor(), layer_place(i), "kind");
    std::string label = kind_words(kind);
    if (const std::string text = string_value(*ui.edits.editor(), layer_place(i), "text"); !text.empty())
      label += ": " + shorten(single_line(text), 28);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    if (selectable(fmt::format("###layer{}", i).c_str(), i == layer_)) layer_ = i;
    ui.names.show_at(*ImGui::GetWindowDrawList(), at, label,
                     {ui.theme.body_size(), width, 1, false, ui.theme.colors().text});
  }
  if (layer_ < count) draw_layer(ui, layer_);
  shown_ = ui.edits.numbering();
}

// Refused, nothing is chosen any more: that number is another layer's by now.
bool DesignScreen::edit_layer(Ui& ui, uint64_t seen, const CampaignEdits::Change& change) {
  if (ui.edits.edit_layer(seen, change)) return true;
  const std::optional<Error>& problem = ui.edits.problem();
  if (problem && problem->kind() == ErrorKind::Exists) {
    layer_ = kNoLayer;
    const auto notice = ui.history.take_notice();
    ui.notify(notice ? fmt::format("{}. {}", in_a_line(*problem), *notice) : in_a_line(*problem));
  }
  return false;
}

void DesignScreen::draw_layer(Ui& ui, size_t number) {
  const Theme& theme = ui.theme;
  const std::string kind = string_value(*ui.edits.editor(), layer_place(number), "kind");
  gap(theme, 4);
  ImGui::Separator();
  const bool has_words = kind == "text" || kind == "lower_third" || kind == "card";
  if (has_words) words_field(ui, number, "text", tr("Words"));
  if (kind == "lower_third" || kind == "card") words_field(ui, number, "subtext", tr("Second line"));
  if (kind != "progress") choice_field(ui, layer_place(number), "place", tr("Place"), kPlaces, tr("move a layer"));
  if (kind != "captions" && kind != "progress")
    choice_field(ui, layer_place(number), "animate", tr("Comes"), kMotions, tr("change how a layer comes"));
  if (has_words) size_field(ui, number);
  time_field(ui, number, "start", tr("From"), "0s");
  time_field(ui, number, "end", tr("Until"), tr("the end"));
  const size_t count = ui.edits.editor()->layer_count();
  ImGui::BeginDisabled(number == 0);
  if (button(theme, tr("Lower"))) {
    if (edit_layer(ui, shown_,
                   [&](CampaignEditor& editor) { return editor.move_layer(number, number - 1, tr("lower a layer")); }))
      --layer_;
  }
  ImGui::EndDisabled();
  ImGui::BeginDisabled(number + 1 >= count);
  if (button_beside(theme, tr("Higher"))) {
    if (edit_layer(ui, shown_,
                   [&](CampaignEditor& editor) { return editor.move_layer(number, number + 1, tr("raise a layer")); }))
      ++layer_;
  }
  ImGui::EndDisabled();
  if (button_beside(theme, tr("Take away"), ButtonKind::Quiet)) {
    if (edit_layer(ui, shown_,
                   [&](CampaignEditor& editor) { return editor.remove_layer(number, tr("take a layer away")); }))
      layer_ = number > 0 ? number - 1 : 0;
  }
  if (button(theme, tr("Add words"))) {
    const campaign::TomlFields fields = {{"kind", std::string("text")},
                                         {"text", std::string("{{first_name}}")},
                                         {"start", std::string("1s")},
                                         {"end", std::string("4s")}};
    if (edit_layer(ui, shown_,
                   [&](CampaignEditor& editor) { return editor.add_layer(count, fields, tr("add a layer")); }))
      layer_ = count;
  }
}

void DesignScreen::words_field(Ui& ui, size_t number, const char* key, const char* label) {
  muted_line(ui.theme, label);
  type_into(ui, number, key, "", 0, tr("change words"));
}

void DesignScreen::time_field(Ui& ui, size_t number, const char* key, const char* label, const char* hint) {
  type_into(ui, number, key, hint, 90, tr("change when a layer shows"));
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(label);
}

// What is typed counts once somebody leaves the field.
void DesignScreen::type_into(Ui& ui, size_t number, const char* key, const char* hint, float width, const char* doing) {
  const std::string where = fmt::format("##{}{}", key, number);
  const std::string saved = string_value(*ui.edits.editor(), layer_place(number), key);
  const bool is_typed = typed_where_ == where;
  std::string shown = is_typed ? typed_ : saved;
  text_field(ui.theme, ui.names, {where.c_str(), hint, width}, shown);
  if (ImGui::IsItemActive()) {
    if (!is_typed) {
      typed_over_ = saved;
      typed_numbering_ = shown_;
    }
    typed_where_ = where;
    typed_layer_ = number;
    typed_key_ = key;
    typing_ = doing;
    typed_ = ImGui::IsKeyPressed(SDL_SCANCODE_ESCAPE, false) ? typed_over_ : shown;
    return;
  }
  if (is_typed) take_typed(ui);
}

void DesignScreen::take_typed(Ui& ui) {
  if (std::exchange(typed_where_, "").empty() || ui.edits.editor() == nullptr) return;
  if (typed_ == typed_over_) return;
  edit_layer(ui, typed_numbering_, [&](CampaignEditor& editor) {
    return typed_.empty() ? editor.remove(layer_place(typed_layer_), typed_key_, typing_)
                          : editor.set(layer_place(typed_layer_), typed_key_, typed_, typing_);
  });
}

void DesignScreen::choice_field(Ui& ui, const TomlPlace& place, const char* key, const char* label,
                                std::span<const Choice> choices, const char* doing) {
  if (ui.edits.editor() == nullptr) return;
  const std::string now = string_value(*ui.edits.editor(), place, key);
  const auto chosen = std::find_if(choices.begin(), choices.end(), [&](const Choice& one) { return now == one.value; });
  const char* shown = chosen != choices.end() ? tr(chosen->words) : now.empty() ? tr("as it comes") : now.c_str();
  ImGui::SetNextItemWidth(ui.theme.px(180));
  if (!ImGui::BeginCombo(label, shown)) return;
  // Opened for a layer that may have another number by now.
  if (place.number && shown_ != ui.edits.numbering()) ImGui::CloseCurrentPopup();
  auto edit = [&](const CampaignEdits::Change& change) {
    return place.number ? edit_layer(ui, shown_, change) : ui.edits.edit(change);
  };
  if (ImGui::Selectable(tr("as it comes"), now.empty()) && !now.empty())
    edit([&](CampaignEditor& editor) { return editor.remove(place, key, doing); });
  for (const Choice& choice : choices) {
    if (!ImGui::Selectable(tr(choice.words), now == choice.value) || now == choice.value) continue;
    edit([&](CampaignEditor& editor) { return editor.set(place, key, std::string(choice.value), doing); });
  }
  ImGui::EndCombo();
}

void DesignScreen::size_field(Ui& ui, size_t number) {
  const auto value = ui.edits.editor()->value(layer_place(number), "font_size");
  const auto* given = value ? std::get_if<double>(&*value) : nullptr;
  // Shares of the picture's shorter side.
  auto percent = static_cast<float>(given != nullptr ? *given * 100 : 6);
  ImGui::SetNextItemWidth(ui.theme.px(180));
  ImGui::SliderFloat(tr("Letters"), &percent, 2, 16, "%.1f %%");
  if (!ImGui::IsItemDeactivatedAfterEdit()) return;
  const double share = std::round(static_cast<double>(percent) * 10) / 1000;
  edit_layer(ui, shown_, [&](CampaignEditor& editor) {
    return editor.set(layer_place(number), "font_size", share, tr("change the size of letters"));
  });
}

void DesignScreen::draw_undo(Ui& ui) {
  gap(ui.theme, 6);
  if (const auto notice = ui.history.take_notice()) ui.notify(*notice);
  if (const auto words = ui.history.undo_words()) {
    if (button(ui.theme, tr("Undo: {}", {*words}).c_str(), ButtonKind::Quiet)) ui.undo();
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("Ctrl-Z");
  }
  if (const auto words = ui.history.redo_words()) {
    if (button(ui.theme, tr("Again: {}", {*words}).c_str(), ButtonKind::Quiet)) ui.redo();
    if (ImGui::IsItemHovered()) ImGui::SetTooltip("Ctrl-Y");
  }
}

}  // namespace

std::unique_ptr<Screen> make_design_screen() {
  return std::make_unique<DesignScreen>();
}

}  // namespace candid::gui
