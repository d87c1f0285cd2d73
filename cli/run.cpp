// candid run: proof, render and publish in one go: the main job.

#include <fmt/format.h>

#include "cli/job_command.h"
#include "core/files.h"

namespace candid::cli {
namespace {

struct RunOptions {
  std::filesystem::path folder;
  SendOptions sending;
  campaign::RenderOptions how;
};

void tell_links(const Session& session, const campaign::Job& job, const campaign::PublishReport& report) {
  for (const campaign::PublishedLink& link : report.links) {
    if (link.url.empty()) continue;
    const campaign::Candidate& candidate = job.roster.candidates[link.candidate];
    session.console.say(fmt::format("  {}  {}", session.console.strong(link.url),
                                    candidate.name.empty() ? candidate.id : candidate.name));
  }
}

Outcome run_run(const Session& session, const RunOptions& options) {
  Outcome outcome = Outcome::Done;
  auto work = prepare(session, options.folder, options.sending.preparing(), outcome);
  if (!work) return outcome;
  if (work->no_answer) return session.failed(*work->no_answer);
  auto destination = campaign::open_destination(*work, options.sending.settings, session.stop);
  if (!destination) return session.failed(destination.error());
  auto decisions = decisions_of(session, campaign::decisions_file(options.folder));
  if (!decisions) return session.failed(decisions.error());
  auto proof = prove(session, *work, *decisions);
  if (!proof) return session.failed(proof.error());
  size_t flagged = tell_findings(session, *proof);
  session.console.note(
      fmt::format("proof:  {}, {} to look at: {}", count(proof->rows.size(), "row"), flagged, proof->html.string()));

  auto rendered = render(session, *work, options.how);
  if (!rendered) return session.failed(rendered.error());
  size_t failed = tell_failures(session, work->job, *rendered);
  if (campaign::cut_short(*rendered))
    return session.failed(Error(ErrorKind::Cancelled, "stopped", "run the same command again: it goes on from here"));
  session.console.note(
      fmt::format("render: {} in {}", count(rendered->size() - failed, "video"), work->workspace.folder().string()));

  auto report = publish(session, *work, *decisions, *destination, options.sending.settings.how);
  if (!report) return session.failed(report.error());
  size_t unpublished = tell_failures(session, work->job, *report, *rendered);
  tell_held(session, work->job, *report);
  tell_rejected(session, work->job.roster);

  if (session.console.json) {
    session.console.print_json({{"proof", proof_json(work->job, *proof)},
                                {"rendered", render_json(work->job, *rendered)},
                                {"messages", publish_json(work->job, *report)},
                                {"held", held_json(work->job, *report)},
                                {"rejected", rejected_json(work->job.roster)}});
  }
  session.console.say(fmt::format("{} behind {}:", count(report->links.size() - unpublished, "video"),
                                  count(report->links.size() - unpublished, "link")));
  tell_links(session, work->job, *report);
  tell_server(session, *work);
  session.console.say(fmt::format("They are in {} too. Next: candid serve, and candid status to see who watched.",
                                  work->workspace.links_file().string()));
  if (unpublished == report->links.size() && unpublished > 0) return Outcome::Failed;
  return unpublished + work->job.roster.rejected.size() == 0 ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_run(CLI::App& program, Session& session) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = program.add_subcommand("run", "proof, render and publish in one go");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  add_render_options(*command, options->how);
  add_send_options(*command, options->sending);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_run(session, *options); }; });
}

}  // namespace candid::cli
