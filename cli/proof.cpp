// candid proof: every row at a glance, before any encoding.

#include <fmt/format.h>

#include "cli/job_command.h"

namespace candid::cli {
namespace {

Outcome run(const Session& session, const std::filesystem::path& folder) {
  Outcome outcome = Outcome::Done;
  auto work = prepare(session, folder, "", outcome);
  if (!work) return outcome;
  auto proof = prove(session, *work);
  if (!proof) return session.failed(proof.error());
  size_t flagged = tell_findings(session, *proof);
  tell_rejected(session, work->job.roster);
  if (session.console.json) {
    nlohmann::json json = proof_json(work->job, *proof);
    json["rejected"] = rejected_json(work->job.roster);
    session.console.print_json(json);
  }
  session.console.say(fmt::format("{} proofed, {} to look at, {} left out.", count(proof->rows.size(), "row"), flagged,
                                  work->job.roster.rejected.size()));
  session.console.say(fmt::format("Look: {}", session.console.strong(proof->html.string())));
  session.console.say(fmt::format("Next: candid run {}", folder.string()));
  return work->job.roster.rejected.empty() ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_proof(CLI::App& program, Session& session) {
  auto folder = std::make_shared<std::filesystem::path>();
  CLI::App* command = program.add_subcommand("proof", "check every row and show its frames, before any encoding");
  command->add_option("CAMPAIGN", *folder, "the campaign's folder")->required();
  add_json_option(*command, session);
  command->callback([folder, &session] { session.command = [folder, &session] { return run(session, *folder); }; });
}

}  // namespace candid::cli
