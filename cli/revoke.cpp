// candid revoke: ends links.

#include "campaign/publishing/revoke.h"

#include <fmt/format.h>

#include "campaign/campaign_file.h"
#include "cli/job_command.h"
#include "cli/ledger_options.h"

namespace candid::cli {
namespace {

struct RevokeOptions {
  std::filesystem::path folder;
  std::vector<std::string> only;
  bool all = false;
  std::string link;
  std::string server;
  LedgerOptions where;
};

Result<void> check_revoke(const RevokeOptions& options) {
  int ways = (options.only.empty() ? 0 : 1) + (options.all ? 1 : 0) + (options.link.empty() ? 0 : 1);
  if (ways == 1 && (!options.folder.empty() || !options.link.empty())) return {};
  return fail(ErrorKind::InvalidInput, ways > 1 ? "--only, --all and --link exclude one another" : "whose links?",
              "candid revoke CAMPAIGN --only ID, candid revoke CAMPAIGN --all, or candid revoke --link URL");
}

Result<campaign::RevokeReport> revoke(const Session& session, const RevokeOptions& options) {
  TRY_VOID(check_revoke(options));
  campaign::PublishChoice publish;
  std::string campaign_id;
  if (!options.folder.empty()) {
    campaign::Campaign read = TRY(read_published_campaign(options.folder));
    publish = std::move(read.publish);
    campaign_id = std::move(read.id);
  }
  if (!options.server.empty()) publish.server = options.server;
  campaign::OpenLedger ledger = TRY(open_existing_ledger(session, options.where.places(publish)));
  if (!options.link.empty()) return campaign::revoke_link(options.link, options.folder, *ledger.ledger);
  return campaign::revoke(campaign_id, options.only, options.folder, *ledger.ledger);
}

// The links are ended, whatever became of the lists.
Outcome tell_lists(const Session& session, const RevokeOptions& options, const Error& error) {
  if (error.kind() != ErrorKind::Exists) {
    session.console.error(error.wrapped("the links are ended, but the campaign's lists still have them"));
    return outcome_of(error);
  }
  session.console.note(
      fmt::format("note: another candid works in {} right now, so links.csv still has them: the next candid publish "
                  "takes them out. One that is publishing now may still give out links.",
                  options.folder.string()));
  return Outcome::Done;
}

Outcome run_revoke(const Session& session, const RevokeOptions& options) {
  auto report = revoke(session, options);
  if (!report) return session.failed(report.error());
  if (session.console.json)
    session.console.print_json({{"links_ended", report->links},
                                {"messages", report->messages},
                                {"lists_are_up_to_date", !report->lists.has_value()}});
  session.console.say(fmt::format("{} of {} ended.", count(static_cast<size_t>(report->links), "link"),
                                  count(report->messages, "video")));
  if (report->lists) return tell_lists(session, options, *report->lists);
  if (!options.folder.empty()) session.console.say("candid publish makes new ones.");
  return Outcome::Done;
}

}  // namespace

void add_revoke(CLI::App& program, Session& session) {
  auto options = std::make_shared<RevokeOptions>();
  CLI::App* command = program.add_subcommand("revoke", "end links: their pages are gone at once");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder");
  command->add_option("--only", options->only, "ids of candidates whose links end; several may follow")
      ->type_name("ID");
  command->add_flag("--all", options->all, "every link of the campaign");
  command->add_option("--link", options->link, "one link, by its address")->type_name("URL");
  add_ledger_options(*command, options->where);
  add_server_option(*command, options->server);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_revoke(session, *options); }; });
}

}  // namespace candid::cli
