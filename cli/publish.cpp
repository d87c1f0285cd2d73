// candid publish: videos into the store, each behind its own link.

#include <fmt/format.h>

#include "cli/job_command.h"
#include "core/files.h"

namespace candid::cli {
namespace {

struct Options {
  std::filesystem::path folder;
  std::filesystem::path data = default_data_folder();
  std::string server;
};

Outcome run(const Session& session, const Options& options) {
  Outcome outcome = Outcome::Done;
  auto work = prepare(session, options.folder, options.server, outcome);
  if (!work) return outcome;
  auto destination = open_destination(*work, {options.data});
  if (!destination) return session.failed(destination.error());
  auto decisions = decisions_of(session, campaign::decisions_file(options.folder));
  if (!decisions) return session.failed(decisions.error());
  auto report = publish(session, *work, *decisions, *destination);
  if (!report) return session.failed(report.error());
  size_t failed = tell_failures(session, work->job, *report, {});
  tell_held(session, work->job, *report);
  tell_rejected(session, work->job.roster);
  if (session.console.json) {
    session.console.print_json({{"messages", publish_json(work->job, *report)},
                                {"held", held_json(work->job, *report)},
                                {"rejected", rejected_json(work->job.roster)},
                                {"bytes_sent", report->bytes_sent},
                                {"bytes_there_already", report->bytes_there_already}});
  }
  size_t published = report->links.size() - failed;
  session.console.say(fmt::format("{} published ({:.1f} MB sent); links in {}.", count(published, "video"),
                                  static_cast<double>(report->bytes_sent) / 1e6,
                                  session.console.strong(work->workspace.links_file().string())));
  if (published > 0) tell_server(session, *work);
  if (published > 0) session.console.say("Next: candid serve, and candid status to see who watched.");
  if (published == 0 && report->held.empty()) return Outcome::Failed;
  return failed + work->job.roster.rejected.size() == 0 ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_publish(CLI::App& program, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("publish", "put the videos into the store, each behind its own link");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  add_data_option(*command, options->data);
  add_server_option(*command, options->server);
  add_json_option(*command, session);
  command->callback([options, &session] { session.command = [options, &session] { return run(session, *options); }; });
}

}  // namespace candid::cli
