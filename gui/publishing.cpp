#include "gui/publishing.h"

#include "campaign/sending.h"
#include "gui/widgets.h"
#include "media/frame.h"

namespace candid::gui {
namespace {

// One Candid at a time works in a campaign. What was given up just before may still be at it, and is of this one.
std::mutex& publishing_turn() {
  static std::mutex turn;
  return turn;
}

using Look = std::function<void(const std::function<void(PublishingView&)>&)>;

// The problems themselves, where an error only counts them.
Error with_findings(const Error& error, const Findings& findings) {
  std::string words;
  std::string hint;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::Error) continue;
    words += (words.empty() ? "" : "\n") + finding.describe();
    if (hint.empty()) hint = finding.hint;
  }
  return words.empty() ? error : Error(error.kind(), words, hint);
}

Result<campaign::Prepared> prepared(const std::filesystem::path& folder, const std::filesystem::path& data,
                                    const std::function<void(const std::string&)>& note, const std::stop_token& stop) {
  Findings findings;
  auto loaded = campaign::load_job(folder, findings);
  if (!loaded) return tl::unexpected(with_findings(loaded.error(), findings));
  campaign::Job job = std::move(*loaded);
  campaign::PrepareSettings settings;
  settings.data = data;
  settings.asked = campaign::AskedLedger::Always;
  campaign::Prepared work =
      TRY(campaign::prepare(std::move(job), settings, {note, [](const campaign::Roster&) {}}, stop));
  if (work.no_answer) return tl::unexpected(*work.no_answer);
  return work;
}

// A hold that is not read would send a video.
Result<campaign::Decisions> decisions_in(const campaign::Prepared& work) {
  Findings unread;
  campaign::Decisions decisions =
      TRY(campaign::read_decisions(campaign::decisions_file(work.job.campaign.folder), unread));
  if (!unread.empty()) return fail(ErrorKind::InvalidInput, unread.front().describe(), unread.front().hint);
  return decisions;
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
  for (const campaign::PublishedLink& link : report.links) {
    if (link.error) continue;
    ++result.published;
    result.new_links += link.is_new ? 1 : 0;
  }
  for (const campaign::RenderOutcome& outcome : rendered) {
    if (outcome.error) result.problems.push_back(row_problem(work.job, outcome.candidate, *outcome.error));
  }
  for (const campaign::PublishedLink* link : campaign::failed_links(report, rendered))
    result.problems.push_back(row_problem(work.job, link->candidate, *link->error));
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

void name_videos(PublishingView& view, const campaign::Job& job) {
  auto names = std::make_shared<std::vector<std::string>>();
  for (const campaign::Candidate& one : job.roster.candidates) names->push_back(shown_name(one));
  view.videos.assign(names->size(), VideoState::Waiting);
  view.names = std::move(names);
}

void mark(PublishingView& view, const std::vector<size_t>& candidates, VideoState state) {
  for (size_t candidate : candidates) view.videos[candidate] = state;
}

// What was up to date is told by nobody on the way.
void mark_rendered(PublishingView& view, const std::vector<campaign::RenderOutcome>& rendered) {
  for (const campaign::RenderOutcome& one : rendered)
    view.videos[one.candidate] = one.error ? VideoState::Failed : VideoState::Made;
}

void mark_held(PublishingView& view, const std::vector<campaign::Standing>& standings) {
  for (size_t i = 0; i < standings.size(); ++i) {
    if (!standings[i].held_because.empty() && view.videos[i] != VideoState::Failed) view.videos[i] = VideoState::Held;
  }
}

Result<PublishedResult> run(const std::filesystem::path& folder, const campaign::SendSettings& settings,
                            const Look& look, const std::stop_token& stop) {
  const std::lock_guard turn(publishing_turn());
  if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
  auto note = [&](const std::string& line) { look([&](PublishingView& view) { view.notes.push_back(line); }); };
  const campaign::Prepared work = TRY(prepared(folder, settings.data, note, stop));
  TRY(decisions_in(work));  // told before hours of rendering
  const campaign::Destination destination = TRY(campaign::open_destination(work, settings, stop));
  look([&](PublishingView& view) {
    name_videos(view, work.job);
    view.stage = PublishStage::Rendering;
  });
  auto rendering = [&](const campaign::RenderProgress& progress) {
    look([&](PublishingView& view) {
      view.rendering = progress;
      mark(view, progress.ready, VideoState::Made);
      mark(view, progress.failed, VideoState::Failed);
    });
  };
  const auto rendered = TRY(campaign::render(work.job, work.plan, work.workspace, {}, rendering, stop));
  if (auto reason = campaign::cut_short(rendered)) return tl::unexpected(*reason);
  const campaign::Decisions decisions = TRY(decisions_in(work));  // as it was decided meanwhile, too
  const std::vector<campaign::Standing> standings = TRY(campaign::standings_of(work, decisions));
  look([&](PublishingView& view) {
    mark_rendered(view, rendered);
    mark_held(view, standings);
    view.stage = PublishStage::Sending;
  });
  auto sending = [&](const campaign::PublishProgress& progress) {
    look([&](PublishingView& view) {
      view.sending = progress;
      mark(view, progress.live, VideoState::Live);
    });
  };
  const auto report = TRY(campaign::send(work, standings, destination, settings.how, sending, stop));
  PublishedResult result = result_of(work, rendered, report);
  if (auto answers = campaign::check_server(work.job.campaign.publish.server, stop); !answers)
    result.server = answers.error();
  return result;
}

}  // namespace

Publishing::Publishing(const Waker& waker, const std::filesystem::path& folder, const std::filesystem::path& data)
    : task_(waker, [shared = shared_, waker, folder, data](TaskReport&, const std::stop_token& stop) {
        auto result = run(
            folder, {data, 0, {}},
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
  PublishingPlan plan;
  const campaign::Decisions decisions = TRY(decisions_in(work));
  const std::vector<campaign::Standing> standings = TRY(campaign::standings_of(work, decisions));
  plan.preview = TRY(campaign::preview_sending(
      work, standings, {data, 0, {}}, [](const campaign::PublishProgress&) {}, stop));
  for (const campaign::PublishedLink& link : plan.preview.unready) {
    if (link.error->kind() == ErrorKind::NotFound) {
      ++plan.unrendered;
    } else {
      plan.problems.push_back(row_problem(work.job, link.candidate, *link.error));
    }
  }
  return plan;
}

}  // namespace candid::gui
