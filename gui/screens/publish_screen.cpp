// Publish: what it would send, then rendering and sending, row by row, with pause and what is wrong.

#include <algorithm>
#include <cfloat>
#include <memory>
#include <span>

#include <SDL_scancode.h>
#include <fmt/format.h>

#include "gui/missing_captions.h"
#include "gui/publishing.h"
#include "gui/screens/publishing_progress.h"
#include "gui/screens/screens.h"
#include "gui/widgets.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

constexpr float kBeginWidth = 220;  // units
constexpr size_t kProblems = 20;    // at first, and so many more each time

std::string time_words(double seconds) {
  return seconds < 90 ? tr("{} s", {fmt::format("{:.0f}", seconds)})
                      : tr("{} min", {fmt::format("{:.0f}", seconds / 60)});
}

// A campaign that was read last time, with nothing in it that is wrong. What else is told above.
bool can_publish(const OpenCampaign& campaign) {
  return !campaign.problem() && campaign.loaded() && campaign.loaded()->job;
}

class PublishScreen final : public Screen {
 public:
  void draw(Ui& ui) override;
  void forget() override;
  std::string busy_with() const override;
  void finish() override { running_.reset(); }

 private:
  void look_ahead(Ui& ui);
  void begin(Ui& ui);
  void draw_plan(Ui& ui);
  void draw_running(Ui& ui);
  void draw_result(Ui& ui);
  void draw_problems(Ui& ui, const std::vector<RowProblem>& problems);

  std::unique_ptr<Task<PublishingPlan>> planning_;
  std::optional<Result<PublishingPlan>> plan_;
  uint64_t edition_ = 0;  // of the plan
  std::unique_ptr<Publishing> running_;
  std::optional<Result<PublishedResult>> result_;
  size_t problems_shown_ = kProblems;
  MissingCaptions captions_;
};

void PublishScreen::forget() {
  planning_.reset();
  plan_.reset();
  running_.reset();
  result_.reset();
}

std::string PublishScreen::busy_with() const {
  if (!running_) return {};
  return tr("Videos are being made and sent. What is finished stays, and the next run goes on from there.");
}

void PublishScreen::draw(Ui& ui) {
  title(ui.theme, tr("Publish"));
  if (running_) {
    if (auto ended = running_->take()) {
      running_.reset();
      result_ = std::move(*ended);
      plan_.reset();
      ui.campaign.reload();
    }
  }
  if (running_) return draw_running(ui);
  if (result_) draw_result(ui);
  look_ahead(ui);
  draw_plan(ui);
}

// A dry run each time that something was changed.
void PublishScreen::look_ahead(Ui& ui) {
  if (planning_ && planning_->has_ended()) {
    plan_ = planning_->take();
    planning_.reset();
  }
  if (edition_ != ui.campaign.edition() && !planning_) {
    edition_ = ui.campaign.edition();
    plan_.reset();
  }
  if (plan_ || planning_) return;
  const auto folder = ui.campaign.folder();
  planning_ =
      std::make_unique<Task<PublishingPlan>>(ui.window.waker(), [folder](TaskReport&, const std::stop_token& stop) {
        return plan_publishing(folder, default_data_folder(), stop);
      });
}

void PublishScreen::begin(Ui& ui) {
  planning_.reset();
  result_.reset();
  running_ = std::make_unique<Publishing>(ui.window.waker(), ui.campaign.folder());
}

void PublishScreen::draw_plan(Ui& ui) {
  const Theme& theme = ui.theme;
  const auto& loaded = ui.campaign.loaded();
  const bool can_begin = can_publish(ui.campaign);
  if (!loaded) return muted(theme, tr("The campaign is being read …"));
  show_findings(theme, loaded->findings);
  captions_.draw(ui);
  if (!loaded->has_take) muted(theme, tr("Record the take first; then videos can be made."));
  if (can_begin) {
    const size_t all = loaded->roster.candidates.size();
    const auto held =
        static_cast<size_t>(std::count_if(loaded->standings.begin(), loaded->standings.end(),
                                          [](const auto& standing) { return !standing.held_because.empty(); }));
    strong(theme, tr_count("{} video for one candidate each", "{} videos, one a candidate", all - held).c_str());
    if (held > 0) muted(theme, tr_count("{} stays back", "{} stay back", held).c_str());
    muted(theme, tr("Links lead to {}.", {loaded->campaign.publish.server}).c_str());
    const std::string& store = loaded->campaign.publish.store;
    muted(theme, tr("Videos go to {}.", {store.empty() ? tr("this computer's own store") : store}).c_str());
  }
  gap(theme, 6);
  if (planning_) muted_line(theme, tr("Looking what there is to send …"));
  if (plan_ && *plan_ && can_begin) {
    const campaign::PublishPreview& preview = (*plan_)->preview;
    if ((*plan_)->unrendered > 0)
      muted(theme,
            tr_count("{} video is to be made first.", "{} videos are to be made first.", (*plan_)->unrendered).c_str());
    muted(theme,
          tr("Ready to be sent: {} in {}; {} there already; {}.",
             {megabytes(preview.bytes_to_send), tr_count("{} file", "{} files", preview.objects_to_send),
              megabytes(preview.bytes_there), tr_count("{} link to make", "{} links to make", preview.links_to_make)})
              .c_str());
    if (preview.bytes_per_second > 0 && preview.bytes_to_send > 0) {
      muted(theme, tr("That takes about {}, as fast as last time.",
                      {time_words(static_cast<double>(preview.bytes_to_send) / preview.bytes_per_second)})
                       .c_str());
    }
    muted(theme, tr("Nothing was sent yet; looking costs nothing."));
    draw_problems(ui, (*plan_)->problems);
  } else if (plan_ && can_begin) {
    show_error(theme, plan_->error());
  }
  gap(theme, 8);
  if (!can_begin)
    return disabled_button(theme, tr("Make and publish"), tr("What is told above comes first."), {kBeginWidth, 44});
  const bool is_wanted = pressed_with_ctrl(SDL_SCANCODE_RETURN);
  if (button(theme, tr("Make and publish"), ButtonKind::Primary, {kBeginWidth, 44}) || is_wanted) begin(ui);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("Ctrl-Enter");
}

void PublishScreen::draw_running(Ui& ui) {
  const Theme& theme = ui.theme;
  const PublishingView view = running_->look();
  draw_stage(ui, view);
  for (const std::string& note : view.notes) muted(theme, note.c_str());
  gap(theme, 8);
  if (running_->is_stopping()) {
    muted_line(theme, tr("Stopping …"));
  } else {
    if (button(theme, tr("Pause")) || pressed(SDL_SCANCODE_ESCAPE)) running_->stop();
    muted(theme, tr("What is made and sent stays. Going on later begins where this ends."));
  }
  draw_videos(ui, view);
}

void PublishScreen::draw_result(Ui& ui) {
  const Theme& theme = ui.theme;
  if (!*result_) {
    if (result_->error().kind() == ErrorKind::Cancelled) {
      strong(theme, tr("Paused."));
      muted(theme, tr("What was made and sent so far stays; “Make and publish” goes on from there."));
    } else if (can_publish(ui.campaign)) {
      show_error(theme, result_->error());
    }
    gap(theme, 8);
    return;
  }
  const PublishedResult& result = **result_;
  ImGui::PushStyleColor(ImGuiCol_Text, theme.colors().good);
  strong(theme, tr_count("{} video is published.", "{} videos are published.", result.published).c_str());
  ImGui::PopStyleColor();
  muted(theme, tr("{} sent, {} there already. The links are in {}.",
                  {megabytes(result.bytes_sent), megabytes(result.bytes_there), result.links_file.string()})
                   .c_str());
  if (result.server) {
    wrap_from_here();
    ImGui::TextColored(theme.colors().warning, "%s",
                       tr("The links' server does not answer yet ({}). They open once candid serve runs there.",
                          {result.server->describe()})
                           .c_str());
    ImGui::PopTextWrapPos();
  }
  draw_problems(ui, result.problems);
  if (button(theme, tr("See who watched"), ButtonKind::Primary)) ui.go_to(ScreenKind::Results);
  gap(theme, 16);
}

void PublishScreen::draw_problems(Ui& ui, const std::vector<RowProblem>& problems) {
  if (problems.empty()) return;
  const Theme& theme = ui.theme;
  gap(theme, 6);
  strong(theme, tr_count("{} needs a look", "{} need a look", problems.size()).c_str());
  const float width = steady_width(theme, FLT_MAX);
  const size_t shown = std::min(problems.size(), problems_shown_);
  for (const RowProblem& problem : std::span(problems).first(shown)) {
    ui.names.show(fmt::format("{}: {}", problem.line, problem.name),
                  {theme.px(15), width, 1, true, theme.colors().text});
    words(theme, problem.words, theme.colors().muted);
    if (!problem.hint.empty()) words(theme, tr("Try: {}", {problem.hint}), theme.colors().muted);
  }
  if (shown < problems.size() && button(theme, tr("Show more"), ButtonKind::Quiet)) problems_shown_ += kProblems;
}

}  // namespace

std::unique_ptr<Screen> make_publish_screen() {
  return std::make_unique<PublishScreen>();
}

}  // namespace candid::gui
