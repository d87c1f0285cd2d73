// candid export: everything that is held about one candidate, for them.

#include <fmt/format.h>

#include "campaign/campaign_file.h"
#include "campaign/privacy/export_data.h"
#include "campaign/privacy/export_folder.h"
#include "cli/job_command.h"
#include "cli/ledger_options.h"
#include "core/text.h"

namespace candid::cli {
namespace {

struct ExportOptions {
  std::filesystem::path folder;
  std::string who;
  std::filesystem::path out;
  bool everywhere = false;
  std::string server;
  LedgerOptions where;
};

Result<campaign::ExportReport> give_out(const Session& session, const ExportOptions& options) {
  campaign::Campaign campaign = TRY(read_published_campaign(options.folder));
  if (!options.server.empty()) campaign.publish.server = options.server;
  campaign::Places places = options.where.places(campaign.publish);
  campaign::OpenLedger ledger = TRY(open_existing_ledger(session, places));
  campaign::OpenStore store;
  if (TRY(campaign::has_store(places))) store = TRY(campaign::open_store_for_reading(places, session.stop));
  track::ReplyVideos replies(places.data.replies());
  bool is_elsewhere = places.ledger == campaign::kOnServer || places.ledger.starts_with("http");
  std::vector<campaign::Subject> subjects = {TRY(campaign::find_subject(campaign, options.who, *ledger.ledger))};
  if (options.everywhere) {
    auto others =
        TRY(campaign::find_elsewhere(subjects.front().addresses, subjects.front().message_id, *ledger.ledger));
    const std::string name = subjects.front().name;
    for (campaign::Subject& other : others) {
      // A mailbox may be several people's, and nobody gets what is held of another.
      bool is_them = to_lower(trim(other.name)) == to_lower(trim(name));
      if (is_them) subjects.push_back(std::move(other));
      if (!is_them) {
        session.console.note(fmt::format("note: not in it: {} in \"{}\", who has the same address and another name.",
                                         other.candidate_id, other.campaign_name));
      }
    }
  }
  std::filesystem::path out = options.out;
  if (out.empty()) out = fmt::format("{}-data.zip", file_stem(subjects.front().candidate_id));
  campaign::ExportReach reach{.ledger = *ledger.ledger,
                              .store = store.store.get(),
                              .replies = is_elsewhere ? nullptr : &replies,
                              .work_folder = places.data.path / "outgoing" / "exports",
                              .also_held = TRY(campaign::held_in_folder(campaign, subjects.front()))};
  return campaign::export_data(reach, subjects, out, Clock::system());
}

Outcome run_export(const Session& session, const ExportOptions& options) {
  auto report = give_out(session, options);
  if (!report) return session.failed(report.error());
  if (session.console.json) {
    session.console.print_json({{"file", report->where.string()},
                                {"messages", report->messages},
                                {"events", report->events},
                                {"files", report->files},
                                {"missing", report->missing}});
  }
  session.console.say(fmt::format("{}: {}, {}, {}.", session.console.strong(report->where.string()),
                                  count(report->messages, "message"), count(report->events, "event"),
                                  count(report->files, "file")));
  for (const std::string& what : report->missing) session.console.note(fmt::format("note: not in it: {}", what));
  session.console.say("It holds all that is known of one person: send it to them alone.");
  return Outcome::Done;
}

}  // namespace

void add_export(CLI::App& program, Session& session) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = program.add_subcommand("export", "everything that is held about one candidate, for them");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  command->add_option("CANDIDATE", options->who, "an id, a mail address, or a name that only one has")->required();
  command->add_option("--out", options->out, "a ZIP file, or a folder, to be made; else ID-data.zip here")
      ->type_name("FILE");
  command->add_flag("--everywhere", options->everywhere, "of all campaigns of the ledger, by mail address");
  add_ledger_options(*command, options->where);
  add_server_option(*command, options->server);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_export(session, *options); }; });
}

}  // namespace candid::cli
