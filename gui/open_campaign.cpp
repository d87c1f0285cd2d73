#include "gui/open_campaign.h"

#include <algorithm>

#include "campaign/campaign_editor.h"
#include "campaign/preflight.h"
#include "campaign/take_captions.h"

namespace candid::gui {
namespace {

Result<std::shared_ptr<const LoadedCampaign>> read(const std::filesystem::path& folder) {
  // One that is no TOML says nothing of itself: what was read before is shown on, as older.
  TRY_VOID(campaign::CampaignEditor::open(folder));
  auto loaded = std::make_shared<LoadedCampaign>();
  loaded->campaign = TRY(campaign::read_campaign(folder, loaded->findings));
  std::error_code code;
  loaded->has_take = std::filesystem::is_regular_file(loaded->campaign.take, code);
  if (loaded->has_take) loaded->layer_without_words = campaign::layer_without_words(loaded->campaign);
  // By itself: a take that is still to be recorded keeps nobody from looking at the candidates.
  Findings of_roster;
  if (std::filesystem::is_regular_file(loaded->campaign.roster, code))
    loaded->roster = campaign::read_roster(loaded->campaign, of_roster);
  loaded->findings.insert(loaded->findings.end(), of_roster.begin(), of_roster.end());
  loaded->of_rows = campaign::preflight(loaded->campaign, loaded->roster);
  loaded->decisions = TRY(campaign::read_decisions(campaign::decisions_file(folder), loaded->findings));
  if (!loaded->has_take || has_errors(loaded->findings)) return loaded;
  // Reads the same again, and what the take is.
  Findings found;
  auto job = campaign::load_job(folder, found);
  loaded->findings = std::move(found);
  if (!job) return loaded;
  loaded->campaign = job->campaign;
  loaded->roster = job->roster;
  loaded->of_rows = campaign::preflight(loaded->campaign, loaded->roster);
  loaded->standings = TRY(campaign::standings(*job, loaded->decisions, loaded->of_rows));
  loaded->job = std::move(*job);
  return loaded;
}

}  // namespace

void OpenCampaign::open(const std::filesystem::path& folder) {
  close();
  folder_ = folder;
  reload();
}

void OpenCampaign::close() {
  reading_.reset();
  loaded_.reset();
  problem_.reset();
  folder_.clear();
  ++edition_;
}

void OpenCampaign::reload() {
  if (!is_open()) return;
  if (reading_) {
    is_outdated_ = true;
    return;
  }
  is_outdated_ = false;
  reading_ = std::make_unique<Reading>(
      waker_, [folder = folder_](TaskReport&, const std::stop_token&) { return read(folder); });
}

std::function<void()> OpenCampaign::change_teller() const {
  return [waker = waker_, is_changed = is_told_changed_] {
    *is_changed = true;
    waker.wake();
  };
}

bool OpenCampaign::update() {
  if (is_told_changed_->exchange(false)) reload();
  if (!reading_ || !reading_->has_ended()) return false;
  auto result = reading_->take();
  reading_.reset();
  if (is_outdated_) {
    reload();
    return false;
  }
  ++edition_;
  if (*result) {
    loaded_ = std::move(**result);
    problem_.reset();
  } else {
    problem_ = result->error();
  }
  return true;
}

}  // namespace candid::gui
