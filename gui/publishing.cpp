#include "gui/publishing.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/destination.h"
#include "campaign/prepared.h"
#include "campaign/publishing/publish_preview.h"
#include "gui/widgets.h"
#include "media/frame.h"

namespace candid::gui {
namespace {

using Look = std::function<void(const std::function<void(PublishingView&)>&)>;

// One Candid at a time works in a campaign. What was given up just before may still be at it, and is of this one.
std::mutex& publishing_turn() {
  static std::mutex turn;
  return turn;
}

Result<campaign::Prepared> prepared(const std::filesystem::path& folder, const std::filesystem::path& data,
                                    const std::function<void(const std::string&)>& note, const std::stop_token& stop) {
  Findings findings;
  campaign::Job job = TRY(campaign::load_job(folder, findings));
  campaign::PrepareSettings settings;
  settings.data = data;
  settings.asked = campaign::AskedLedger::Always;
  campaign::Prepared work =
      TRY(campaign::prepare(std::move(job), settings, {note, [](const campaign::Roster&) {}}, stop));
  if (work.no_answer) return tl::unexpected(*work.no_answer);
  return work;
}

Result<std::vector<campaign::Standing>> standings_in(const campaign::Prepared& work) {
  Findings unread;
  const campaign::Decisions decisions =
      TRY(campaign::read_decisions(campaign::decisions_file(work.job.campaign.folder), unread));
  // A hold that is not read would send a video.
  if (!unread.empty()) return fail(ErrorKind::InvalidInput, unread.front().describe(), unread.front().hint);
  return campaign::standings_of(work, decisions);
}

RowProblem row_problem(const campaign::Job& job, size_t candidate, const Error& error) {
  const campaign::Candidate& one = job.roster.candidates[candidate];
  return {one.line, shown_name(one), error.describe(), error.hint()};
}

PublishedResult result_of(const campaign::Prepared& work, const std::vector<campaign::RenderOutcome>& rendered,
                          const campaign::PublishReport& report) {
  PublishedResult result;
  result.bytes_sent = report.bytes_sent;
  result.bytes_there = report.bytes_there_already;
  result.held = report.held.size();
  result.links_file = work.workspace.links_file();
  std::vector<size_t> told;
  for (const campaign::RenderOutcome& outcome : rendered) {
    if (!outcome.error) continue;
    told.push_back(outcome.candidate);
    result.problems.push_back(row_problem(work.job, outcome.candidate, *outcome.error));
  }
  for (const campaign::PublishedLink& link : report.links) {
    if (!link.error) {
      ++result.published;
      result.new_links += link.is_new ? 1 : 0;
    } else if (std::find(told.begin(), told.end(), link.candidate) == told.end()) {
      result.problems.push_back(row_problem(work.job, link.candidate, *link.error));
    }
  }
  for (const campaign::HeldMessage& held : report.held) {
    const campaign::Candidate& one = work.job.roster.candidates[held.candidate];
    result.problems.push_back({one.line, shown_name(one), held.reason});
  }
  for (const campaign::RejectedRow& row : work.job.roster.rejected) {
    for (const Finding& finding : row.findings)
      result.problems.push_back({row.line, row.name, finding.message, finding.hint});
  }
  return result;
}

Result<PublishedResult> run(const std::filesystem::path& folder, const std::filesystem::path& data, const Look& look,
                            const std::stop_token& stop) {
  const std::lock_guard turn(publishing_turn());
  if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
  auto note = [&](const std::string& line) { look([&](PublishingView& view) { view.notes.push_back(line); }); };
  const campaign::Prepared work = TRY(prepared(folder, data, note, stop));
  TRY(standings_in(work));  // told before hours of rendering
  // Opened before hours of rendering rather than after.
  const campaign::Places places = campaign::places_of(work.job.campaign.publish, {data});
  campaign::Destination destination;
  destination.store = TRY(campaign::open_store(places, work.workspace.uploads_file(), 0, stop));
  destination.ledger = TRY(campaign::open_ledger(places, stop));
  look([](PublishingView& view) { view.stage = PublishStage::Rendering; });
  auto rendering = [&](const campaign::RenderProgress& progress) {
    look([&](PublishingView& view) { view.rendering = progress; });
  };
  const auto rendered = TRY(campaign::render(work.job, work.plan, work.workspace, {}, rendering, stop));
  if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
  for (const campaign::RenderOutcome& outcome : rendered) {
    if (outcome.error && outcome.error->kind() == ErrorKind::NoSpace) return tl::unexpected(*outcome.error);
  }
  look([](PublishingView& view) { view.stage = PublishStage::Sending; });
  // As it was decided meanwhile, too.
  const std::vector<campaign::Standing> standings = TRY(standings_in(work));
  auto sending = [&](const campaign::PublishProgress& progress) {
    look([&](PublishingView& view) { view.sending = progress; });
  };
  campaign::PublishOptions how;
  how.verify = destination.store.is_local;  // a look there costs nothing
  const auto report = TRY(campaign::publish({work.job, work.plan, standings, work.workspace}, *destination.store.store,
                                            *destination.ledger.ledger, how, sending, stop));
  PublishedResult result = result_of(work, rendered, report);
  if (auto answers = campaign::check_server(work.job.campaign.publish.server, stop); !answers)
    result.server = answers.error();
  return result;
}

}  // namespace

Publishing::Publishing(const Waker& waker, const std::filesystem::path& folder, const std::filesystem::path& data)
    : task_(waker, [shared = shared_, waker, folder, data](TaskReport&, const std::stop_token& stop) {
        auto result = run(
            folder, data,
            [&](const std::function<void(PublishingView&)>& change) {
              {
                std::lock_guard lock(shared->mutex);
                change(shared->view);
              }
              waker.wake();
            },
            stop);
        media::give_back_frames();  // a gigabyte, which the window has no use for
        return result;
      }) {}

PublishingView Publishing::look() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->view;
}

Result<PublishingPlan> plan_publishing(const std::filesystem::path& folder, const std::filesystem::path& data,
                                       const std::stop_token& stop) {
  const std::lock_guard turn(publishing_turn());
  if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
  const campaign::Prepared work = TRY(prepared(
      folder, data, [](const std::string&) {}, stop));
  const std::vector<campaign::Standing> standings = TRY(standings_in(work));
  const campaign::Places places = campaign::places_of(work.job.campaign.publish, {data});
  campaign::OpenStore store;
  if (TRY(campaign::has_store(places))) store = TRY(campaign::open_store_for_reading(places, stop));
  campaign::OpenLedger ledger = TRY(campaign::look_into_ledger(places, stop));
  campaign::PublishOptions how;
  how.verify = store.is_local;
  PublishingPlan plan;
  plan.preview = TRY(campaign::preview_publish(
      {work.job, work.plan, standings, work.workspace}, store.store.get(), ledger.ledger.get(), how,
      [](const campaign::PublishProgress&) {}, stop));
  plan.unrendered = plan.preview.unready.size();
  return plan;
}

}  // namespace candid::gui
