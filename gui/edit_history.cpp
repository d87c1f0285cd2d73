#include "gui/edit_history.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "gui/words.h"

namespace candid::gui {
namespace {

using campaign::Decided;
using campaign::Decision;
using campaign::Decisions;

constexpr size_t kMostSteps = 500;  // as an editor keeps

std::string words_of(const Decided& decided) {
  if (!decided.decision) return tr("decide later about {}", {decided.name});
  return *decided.decision == Decision::Hold ? tr("hold {}", {decided.name}) : tr("approve {}", {decided.name});
}

Decided decided_in(const Decisions& decisions, const std::string& id, const std::string& name) {
  const auto found = decisions.find(id);
  return found == decisions.end() ? Decided{std::nullopt, "", name} : found->second;
}

}  // namespace

Result<Decisions> EditHistory::decisions_now() const {
  if (campaign_.problem()) return tl::unexpected(*campaign_.problem());
  Findings unread;
  Decisions decisions = TRY(campaign::read_decisions(campaign::decisions_file(campaign_.folder()), unread));
  if (!unread.empty()) return fail(ErrorKind::InvalidInput, unread.front().describe(), unread.front().hint);
  return decisions;
}

Result<void> EditHistory::decide(const std::string& id, const Decided& decided) {
  const Decisions now = TRY(decisions_now());
  const Decided before = decided_in(now, id, decided.name);
  find_edits();
  TRY_VOID(campaign::write_decisions(campaign_.folder(), merged(now, {{id, decided}})));
  add({DecisionStep{id, before, decided}, words_of(decided)});
  campaign_.reload();
  return {};
}

// One decision in the place of another, if that is still what stands there.
Result<void> EditHistory::replace(const std::string& id, const Decided& there, const Decided& decided) {
  const Decisions now = TRY(decisions_now());
  const Decided found = decided_in(now, id, decided.name);
  if (found.decision != there.decision || (found.decision && found.seen != there.seen)) {
    return fail(ErrorKind::Exists, tr("about {} was decided elsewhere since", {decided.name}),
                tr("look at what it is now, and decide anew"));
  }
  TRY_VOID(campaign::write_decisions(campaign_.folder(), merged(now, {{id, decided}})));
  campaign_.reload();
  return {};
}

// What was edited since this was asked last, as steps after those that are known.
void EditHistory::find_edits() {
  const campaign::CampaignEditor* editor = edits_.editor();
  if (editor == nullptr) return;
  if (std::exchange(edits_over_, editor->steps_over()) != editor->steps_over()) {
    drop_edits();
    known_edits_ = std::max(known_edits_, edits_over_);
  }
  for (; known_edits_ < editor->steps_made(); ++known_edits_) add({});
}

void EditHistory::drop_edits() {
  const auto is_edit = [](const Step& step) { return !step.decision; };
  const auto done = steps_.begin() + static_cast<std::ptrdiff_t>(done_);
  done_ -= static_cast<size_t>(std::count_if(steps_.begin(), done, is_edit));
  std::erase_if(steps_, is_edit);
  has_dropped_ = true;
}

std::optional<std::string> EditHistory::take_notice() {
  find_edits();
  if (!std::exchange(has_dropped_, false)) return std::nullopt;
  return tr("What was edited here before campaign.toml was changed elsewhere cannot be undone any more.");
}

void EditHistory::add(Step step) {
  steps_.resize(done_);
  steps_.push_back(std::move(step));
  if (steps_.size() > kMostSteps) steps_.erase(steps_.begin());
  done_ = steps_.size();
}

std::optional<std::string> EditHistory::undo_words() {
  find_edits();
  if (done_ == 0) return std::nullopt;
  const Step& step = steps_[done_ - 1];
  return step.decision ? step.words : edits_.editor()->undo_words();
}

std::optional<std::string> EditHistory::redo_words() {
  find_edits();
  if (done_ == steps_.size()) return std::nullopt;
  const Step& step = steps_[done_];
  return step.decision ? step.words : edits_.editor()->redo_words();
}

Result<void> EditHistory::undo() {
  if (!undo_words()) return {};
  const std::optional<DecisionStep> decision = steps_[done_ - 1].decision;
  const Result<void> undone =
      decision ? replace(decision->id, decision->after, decision->before) : edited(edits_.undo());
  if (undone) {
    --done_;
  } else {
    drop_refused(done_ - 1, undone.error());
  }
  return undone;
}

Result<void> EditHistory::redo() {
  if (!redo_words()) return {};
  const std::optional<DecisionStep> decision = steps_[done_].decision;
  const Result<void> done = decision ? replace(decision->id, decision->before, decision->after) : edited(edits_.redo());
  if (done) {
    ++done_;
  } else {
    drop_refused(done_, done.error());
  }
  return done;
}

Result<void> EditHistory::edited(bool is_done) const {
  if (is_done) return {};
  return tl::unexpected(*edits_.problem());
}

// It would be refused again each time, and what was done before it could never be undone.
void EditHistory::drop_refused(size_t at, const Error& why) {
  if (why.kind() != ErrorKind::Exists) return;
  if (steps_[at].decision) {
    steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(at));
    if (at < done_) --done_;
    campaign_.reload();
  } else {
    find_edits();
    has_dropped_ = false;  // `why` tells it
  }
}

void EditHistory::forget() {
  steps_.clear();
  done_ = 0;
  known_edits_ = 0;
  edits_over_ = 0;
  has_dropped_ = false;
}

}  // namespace candid::gui
