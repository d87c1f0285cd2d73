// candid render: messages into out/.

#include <fmt/format.h>

#include "cli/job_command.h"

namespace candid::cli {
namespace {

struct RenderOptions {
  std::filesystem::path folder;
  std::string only;
  campaign::RenderOptions how;
};

Outcome run_render(const Session& session, const RenderOptions& options) {
  Outcome outcome = Outcome::Done;
  auto work = prepare(session, options.folder, {}, outcome);
  if (!work) return outcome;
  campaign::RenderOptions how = options.how;
  if (!options.only.empty()) how.only = options.only;
  auto outcomes = render(session, *work, how);
  if (!outcomes) return session.failed(outcomes.error());
  size_t failed = tell_failures(session, work->job, *outcomes);
  tell_rejected(session, work->job.roster);
  if (session.console.json) {
    session.console.print_json(
        {{"messages", render_json(work->job, *outcomes)}, {"rejected", rejected_json(work->job.roster)}});
  }
  size_t rendered = 0;
  size_t unchanged = 0;
  for (const auto& one : *outcomes) {
    rendered += one.state == campaign::RenderState::Rendered ? 1 : 0;
    unchanged += one.state == campaign::RenderState::Unchanged ? 1 : 0;
  }
  session.console.say(fmt::format("{} rendered, {} unchanged, {} failed, in {}.", count(rendered, "video"), unchanged,
                                  failed, session.console.strong(work->workspace.folder().string())));
  if (campaign::cut_short(*outcomes)) {
    session.console.note("Stopped. The same command goes on from here.");
    return Outcome::Failed;
  }
  if (rendered + unchanged == 0) return Outcome::Failed;
  if (failed == 0) session.console.say(fmt::format("Next: candid publish {}", options.folder.string()));
  return failed + work->job.roster.rejected.size() == 0 ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_render(CLI::App& program, Session& session) {
  auto options = std::make_shared<RenderOptions>();
  CLI::App* command =
      program.add_subcommand("render", "make the videos; only what changed, and what an interruption left");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  command->add_option("--only", options->only, "only this candidate")->type_name("ID");
  add_render_options(*command, options->how);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_render(session, *options); }; });
}

}  // namespace candid::cli
