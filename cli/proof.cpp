// candid proof: every row at a glance, before any encoding; and what was decided about each.

#include <fmt/format.h>

#include "cli/job_command.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::cli {
namespace {

using campaign::Decision;

struct ProofOptions {
  std::filesystem::path folder;
  std::filesystem::path decisions;  // saved by the sheet
  std::vector<std::string> approve;
  std::vector<std::string> hold;
  std::vector<std::string> clear;
  bool changes_decisions() const { return !decisions.empty() || !approve.empty() || !hold.empty() || !clear.empty(); }
};

Result<void> check_ids(const campaign::Job& job, const std::vector<std::string>& asked) {
  std::vector<std::string> ids;
  for (const campaign::Candidate& candidate : job.roster.candidates) ids.push_back(candidate.id);
  for (const std::string& id : asked) {
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    std::string near = closest(id, ids);
    return fail(ErrorKind::InvalidInput, fmt::format("no candidate has the id \"{}\"", shorten(id, 40)),
                near.empty() ? "the proof sheet shows the ids" : fmt::format("did you mean \"{}\"?", near));
  }
  return {};
}

// The campaign's decisions, after those that were asked for.
Result<campaign::Decisions> decide(const Session& session, const campaign::Job& job, const ProofOptions& options) {
  auto file = campaign::decisions_file(options.folder);
  campaign::Decisions decisions = TRY(decisions_of(session, file));
  if (!options.decisions.empty() && !std::filesystem::exists(options.decisions))
    return fail(ErrorKind::NotFound, fmt::format("{} does not exist", options.decisions.string()),
                "give the file that the proof sheet saved");
  if (!options.decisions.empty())
    decisions = campaign::merged(std::move(decisions), TRY(decisions_of(session, options.decisions)));
  for (const auto* ids : {&options.approve, &options.hold}) TRY_VOID(check_ids(job, *ids));
  for (const std::string& id : options.clear) {
    if (decisions.erase(id) == 0)
      return fail(ErrorKind::InvalidInput, fmt::format("nothing was decided about \"{}\"", shorten(id, 40)),
                  "decisions.csv beside campaign.toml lists what was");
  }
  for (const campaign::Candidate& candidate : job.roster.candidates) {
    auto is_among = [&](const std::vector<std::string>& ids) {
      return std::find(ids.begin(), ids.end(), candidate.id) != ids.end();
    };
    auto decide_on = [&](Decision decision) -> Result<void> {
      decisions[candidate.id] = {decision, TRY(campaign::words_seen(job, candidate)), candidate.name};
      return {};
    };
    if (is_among(options.approve)) TRY_VOID(decide_on(Decision::Approve));
    if (is_among(options.hold)) TRY_VOID(decide_on(Decision::Hold));
  }
  if (options.changes_decisions()) TRY_VOID(campaign::write_decisions(options.folder, decisions));
  return decisions;
}

size_t count_decided(const campaign::Proof& proof, Decision decision) {
  return static_cast<size_t>(std::count_if(proof.rows.begin(), proof.rows.end(), [&](const campaign::ProofRow& row) {
    return row.standing.decision == decision;
  }));
}

Outcome run_proof(const Session& session, const ProofOptions& options) {
  Outcome outcome = Outcome::Done;
  auto work = prepare(session, options.folder, {}, outcome);
  if (!work) return outcome;
  auto decisions = decide(session, work->job, options);
  if (!decisions) return session.failed(decisions.error());
  auto proof = prove(session, *work, *decisions);
  if (!proof) return session.failed(proof.error());
  size_t flagged = tell_findings(session, *proof);
  tell_rejected(session, work->job.roster);
  if (session.console.json) {
    nlohmann::json json = proof_json(work->job, *proof);
    json["rejected"] = rejected_json(work->job.roster);
    session.console.print_json(json);
  }
  session.console.say(fmt::format("{} proofed, {} to look at, {} approved, {} held, {} left out.",
                                  count(proof->rows.size(), "row"), flagged, count_decided(*proof, Decision::Approve),
                                  count_decided(*proof, Decision::Hold), work->job.roster.rejected.size()));
  session.console.say(fmt::format("Look: {}", session.console.strong(proof->html.string())));
  session.console.say(fmt::format("Next: candid run {}", options.folder.string()));
  return work->job.roster.rejected.empty() ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_proof(CLI::App& program, Session& session) {
  auto options = std::make_shared<ProofOptions>();
  CLI::App* command = program.add_subcommand("proof", "check every row and show its frames, before any encoding");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  command
      ->add_option("--decisions", options->decisions,
                   "the file that the proof sheet saved: who is approved, held, or neither again")
      ->type_name("FILE");
  command->add_option("--approve", options->approve, "let these candidates' videos go out as they are now")
      ->type_name("ID");
  command->add_option("--hold", options->hold, "keep these candidates' videos back: publish gives them no link")
      ->type_name("ID");
  command->add_option("--clear", options->clear, "forget what was decided about these candidates")->type_name("ID");
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_proof(session, *options); }; });
}

}  // namespace candid::cli
