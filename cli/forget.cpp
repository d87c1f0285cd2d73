// candid forget: erases a candidate everywhere, with a receipt.

#include "campaign/privacy/forget.h"

#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "campaign/campaign_file.h"
#include "campaign/privacy/begun_erasure.h"
#include "campaign/privacy/erased_rows.h"
#include "campaign/privacy/retention.h"
#include "campaign/privacy/work_folder.h"
#include "cli/job_command.h"
#include "cli/ledger_options.h"
#include "core/text.h"

namespace candid::cli {
namespace {

struct ForgetOptions {
  std::string folder;
  std::string who;
  bool everywhere = false;
  bool again = false;
  bool expired = false;
  bool dry_run = false;
  bool yes = false;
  bool keep_row = false;
  int keep_days = 0;
  std::string store;
  std::string server;
  LedgerOptions where;
};

// What the work reaches, opened in the order in which it is needed.
struct Opened {
  std::optional<campaign::Campaign> campaign{};
  campaign::Places places{};
  std::optional<campaign::Workspace> workspace{};
  campaign::OpenLedger ledger{};
  campaign::OpenStore store{};
  std::optional<track::ReplyVideos> replies{};

  campaign::ErasureReach reach() {
    campaign::ErasureReach reach{.ledger = *ledger.ledger, .store = store.store.get()};
    if (replies) reach.replies = &*replies;
    if (campaign) reach.campaign = &*campaign;
    if (workspace) reach.workspace = &*workspace;
    reach.journal_folder = campaign ? campaign->folder : places.data.path;
    return reach;
  }
};

Result<void> check_forget(ForgetOptions& options) {
  if (options.everywhere && options.who.empty()) std::swap(options.who, options.folder);
  bool has_both = !options.folder.empty() && !options.who.empty();
  if (options.expired && (!options.who.empty() || options.again || options.everywhere)) {
    return fail(ErrorKind::InvalidInput, "--expired is about everybody whose time is over",
                "candid forget --expired, or candid forget CAMPAIGN --expired for this one's alone");
  }
  if (options.again && !has_both)
    return fail(ErrorKind::InvalidInput, "who may come back?", "candid forget CAMPAIGN CANDIDATE --again");
  if (options.expired || has_both || (options.everywhere && !options.who.empty())) return {};
  return fail(ErrorKind::InvalidInput, "who is to be forgotten?",
              "candid forget CAMPAIGN CANDIDATE, or candid forget --everywhere MAIL-ADDRESS");
}

bool is_of_server(const campaign::Places& places) {
  return places.ledger == campaign::kOnServer || places.ledger.starts_with("http");
}

Result<void> open_store(const Session& session, const ForgetOptions& options, Opened& opened) {
  if (!TRY(campaign::has_store(opened.places))) return {};
  if (options.dry_run || !opened.workspace) {
    opened.store = TRY(campaign::open_store_for_reading(opened.places, session.stop));
  } else {
    opened.store = TRY(campaign::open_store(opened.places, opened.workspace->uploads_file(), 0, session.stop));
  }
  return {};
}

Result<Opened> open(const Session& session, const ForgetOptions& options) {
  Opened opened;
  campaign::PublishChoice publish;
  std::error_code code;
  if (!options.folder.empty()) {
    opened.campaign = TRY(read_published_campaign(options.folder));
    publish = opened.campaign->publish;
    bool has_results = std::filesystem::exists(opened.campaign->folder / "out", code);
    if (has_results || !options.dry_run)
      opened.workspace.emplace(TRY(campaign::Workspace::open(opened.campaign->folder)));
  }
  if (!options.server.empty()) publish.server = options.server;
  opened.places = options.where.places(publish);
  if (!options.store.empty()) opened.places.store = options.store;
  // One that has to be made remembers who was erased.
  bool only_looks = options.dry_run;
  opened.ledger = only_looks        ? TRY(campaign::look_into_ledger(opened.places, session.stop))
                  : opened.campaign ? TRY(campaign::open_ledger(opened.places, session.stop))
                                    : TRY(open_existing_ledger(session, opened.places));
  TRY_VOID(open_store(session, options, opened));
  if (!is_of_server(opened.places)) opened.replies.emplace(opened.places.data.replies());
  return opened;
}

void tell_plan(const Session& session, const campaign::ErasurePlan& plan) {
  const Console& console = session.console;
  for (const campaign::Subject& subject : plan.subjects) {
    std::string place = subject.record ? "published" : "not published";
    console.say(fmt::format("{} {}, in \"{}\"{}", console.strong(subject.name.empty() ? "?" : subject.name),
                            subject.candidate_id, subject.campaign_name,
                            plan.is_resumed ? "" : fmt::format(" ({})", place)));
  }
  console.say("  goes: what the ledger holds, with all links, visits and replies");
  if (plan.replies > 0) console.say(fmt::format("  goes: {}", count(static_cast<size_t>(plan.replies), "video reply")));
  console.say(
      fmt::format("  goes: {} of the store, which nobody else's video needs", count(plan.objects.size(), "object")));
  console.say(fmt::format("  goes: {} of the campaign's folder, and lines of its lists",
                          count(plan.local.files.size(), "file")));
  if (plan.row) console.say(fmt::format("  goes: the roster's row in line {}", plan.row->line));
  if (plan.keeps_row) console.say("  stays: the roster's row (--keep-row); it gets no video any more");
  for (const std::string& what : plan.local.remains) console.say(fmt::format("  stays: {}", what));
  for (const campaign::Subject& other : plan.shared_with) {
    console.say(fmt::format("  stays: {} {} in \"{}\", who has the same mail address", other.name, other.candidate_id,
                            other.campaign_name));
  }
  if (plan.not_in_store > 0) {
    console.say(fmt::format("  stays: objects of {}, which {} not hold: --store names the one they were published to",
                            count(static_cast<size_t>(plan.not_in_store), "video"),
                            plan.store.empty() ? "no store here does" : plan.store + " does"));
  }
  for (const campaign::Subject& subject : plan.subjects) {
    if (subject.is_of_folder) continue;
    console.say(fmt::format("  stays: files in the folder of \"{}\": candid forget THAT-FOLDER {}",
                            subject.campaign_name, subject.candidate_id));
  }
}

nlohmann::json plan_json(const campaign::ErasurePlan& plan) {
  nlohmann::json subjects = nlohmann::json::array();
  for (const campaign::Subject& subject : plan.subjects) {
    subjects.push_back({{"campaign", subject.campaign_id},
                        {"id", subject.candidate_id},
                        {"message", subject.message_id},
                        {"published", subject.record.has_value()}});
  }
  return {{"dry_run", true},
          {"candidates", subjects},
          {"objects", plan.objects},
          {"not_in_store", plan.not_in_store},
          {"files", plan.local.files.size()},
          {"video_replies", plan.replies},
          {"roster_row", plan.row ? nlohmann::json(plan.row->line) : nlohmann::json(nullptr)},
          {"remains", plan.local.remains},
          {"same_address", plan.shared_with.size()}};
}

Outcome tell_erased(const Session& session, const campaign::Erased& erased) {
  const campaign::ErasureReceipt& receipt = erased.receipt;
  if (session.console.json) {
    nlohmann::json json = nlohmann::json::parse(campaign::to_json(receipt));
    json["file"] = erased.file.string();
    session.console.print_json(json);
  }
  session.console.say(
      fmt::format("Erased. Receipt {}, in {}.", session.console.strong(receipt.receipt), erased.file.string()));
  session.console.say(fmt::format(
      "  {}, {}, {} of the ledger; {}; {} of the store; {}; {}.",
      count(static_cast<size_t>(receipt.ledger.messages), "message"),
      count(static_cast<size_t>(receipt.ledger.links), "link"),
      count(static_cast<size_t>(receipt.ledger.events), "event"),
      receipt.reply_videos == 1 ? "1 video reply" : fmt::format("{} video replies", receipt.reply_videos),
      count(static_cast<size_t>(receipt.stored_objects), "object"), count(static_cast<size_t>(receipt.files), "file"),
      count(static_cast<size_t>(receipt.roster_rows), "roster row")));
  for (const std::string& what : receipt.remains) session.console.note(fmt::format("note: {} was left.", what));
  if (receipt.ledger.awaits_clearing) {
    session.console.note(
        "note: the rows are gone and overwritten; their bytes leave the ledger's write-ahead log within a minute, by "
        "the server that has it open.");
  }
  if (receipt.ledger.is_overwritten_only) {
    session.console.note(
        "note: the rows are overwritten; the ledger's file is too large to be written anew while others wait, and an "
        "old page of it may hold a copy: docs/privacy.md tells what to do.");
  }
  session.console.note(
      "note: backups and mails that were sent are out of this program's reach: docs/privacy.md tells what to do.");
  return Outcome::Done;
}

// What exports that were killed left is removed by whoever opens the folder next.
Result<void> clear_exports(const campaign::Places& places) {
  std::filesystem::path folder = places.data.path / "outgoing" / "exports";
  std::error_code code;
  if (!std::filesystem::exists(folder, code)) return {};
  auto work = campaign::WorkFolder::create(folder);
  if (work) return {};
  return tl::unexpected(work.error().wrapped("nothing was erased, as an export is being put together"));
}

bool is_about(const campaign::ErasurePlan& plan, const std::string& word) {
  const std::string who = normalize(word);
  for (const campaign::Subject& subject : plan.subjects) {
    if (subject.candidate_id == who || subject.name == who) return true;
    for (const std::string& address : subject.addresses) {
      if (track::mail_identity(address) == track::mail_identity(who)) return true;
    }
  }
  return false;
}

bool can_ask(const Session& session) {
  return !session.console.json && ::isatty(STDIN_FILENO) != 0;
}

// At a terminal a person says yes; elsewhere the command line does.
Result<bool> is_confirmed(const Session& session, const ForgetOptions& options) {
  if (options.yes) return true;
  if (!can_ask(session)) {
    return fail(ErrorKind::InvalidInput, "nothing was erased, as nobody can be asked",
                "--dry-run tells what would go, --yes erases it");
  }
  std::cerr << "This cannot be undone. Erase? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return to_lower(trim(answer)) == "y" || to_lower(trim(answer)) == "yes";
}

Outcome nothing_done(const Session& session) {
  session.console.say("Nothing was done.");
  return Outcome::Done;
}

// Whoever is named on the command line said yes to their own erasure, and not to another's.
Result<void> check_begun(const Session& session, const ForgetOptions& options, const campaign::ErasureReach& reach,
                         const campaign::ErasurePlan& begun) {
  TRY_VOID(campaign::check_plan(reach, begun));
  bool is_asked = can_ask(session) && !options.yes;
  if (is_asked || is_about(begun, options.who)) return {};
  const campaign::Subject& first = begun.subjects.front();
  std::string file = campaign::ErasureJournal(reach.journal_folder).begun_file().string();
  std::string whose = first.is_of_folder ? fmt::format("candid forget {} {}", options.folder, first.candidate_id)
                                         : "candid forget --everywhere with their address";
  return fail(
      ErrorKind::InvalidInput,
      fmt::format("the erasure of \"{}\" was begun here and is not done; nothing was erased now", first.candidate_id),
      fmt::format("{} goes on with it; where nobody here began it, remove {}", whose, file));
}

// An erasure that was begun and not ended. Nothing: it is done or was none, and the one that was asked for is next.
std::optional<Outcome> go_on(const Session& session, const ForgetOptions& options,
                             const campaign::ErasureReach& reach) {
  auto begun = campaign::ErasureJournal(reach.journal_folder).find_begun();
  if (!begun) return session.failed(begun.error());
  if (!*begun) return std::nullopt;
  const campaign::ErasurePlan& plan = **begun;
  if (options.dry_run) {
    session.console.note(
        "note: an erasure was begun and is not done: the next candid forget here asks to go on with it.");
    return std::nullopt;
  }
  if (auto checked = check_begun(session, options, reach, plan); !checked) return session.failed(checked.error());
  auto found = campaign::resumed_plan(reach, plan);
  if (!found) return session.failed(found.error());
  session.console.note("note: this erasure was begun before, and is not done:");
  tell_plan(session, *found);
  for (const auto& file : found->local.files) session.console.say(fmt::format("  {}", file.string()));
  auto confirmed = is_confirmed(session, options);
  if (!confirmed) return session.failed(confirmed.error());
  if (!*confirmed) return nothing_done(session);
  auto erased = campaign::carry_out(reach, plan);
  if (!erased) return session.failed(erased.error());
  if (is_about(plan, options.who)) return tell_erased(session, *erased);
  session.console.note("note: the erasure that was begun before is done now.");
  return std::nullopt;
}

Outcome forget(const Session& session, const ForgetOptions& options, Opened& opened) {
  campaign::ErasureReach reach = opened.reach();
  auto cleared = options.dry_run ? Result<void>() : clear_exports(opened.places);
  if (!cleared) return session.failed(cleared.error());
  if (auto ended = go_on(session, options, reach)) return *ended;
  auto plan = campaign::plan_erasure(reach, {options.who, options.everywhere, options.keep_row}, Clock::system());
  if (!plan && plan.error().kind() == ErrorKind::Exists) {
    if (session.console.json) session.console.print_json({{"erased_already", plan.error().message()}});
    session.console.say(fmt::format("Nothing to do: {}.", plan.error().message()));
    return Outcome::Done;
  }
  if (!plan) return session.failed(plan.error());
  if (options.dry_run && session.console.json) session.console.print_json(plan_json(*plan));
  tell_plan(session, *plan);
  if (options.dry_run) return nothing_done(session);
  auto confirmed = is_confirmed(session, options);
  if (!confirmed) return session.failed(confirmed.error());
  if (!*confirmed) return nothing_done(session);
  auto erased = campaign::carry_out(reach, *plan);
  if (!erased) return session.failed(erased.error());
  return tell_erased(session, *erased);
}

Outcome readmit(const Session& session, const ForgetOptions& options, Opened& opened) {
  auto readmitted = campaign::readmit(*opened.campaign, options.who, *opened.ledger.ledger);
  if (!readmitted) return session.failed(readmitted.error());
  if (session.console.json) session.console.print_json({{"readmitted", *readmitted}});
  session.console.say(*readmitted > 0 ? "They get a video again, by the next candid run. Their receipt stays."
                                      : "Nothing to do: they were never erased.");
  return Outcome::Done;
}

void tell_due(const Session& session, const std::vector<track::CampaignSummary>& due) {
  for (const track::CampaignSummary& campaign : due) {
    session.console.say(fmt::format("  {} of \"{}\", the latest published {}",
                                    count(static_cast<size_t>(campaign.messages), "message"), campaign.name,
                                    format_utc(campaign.published_at)));
  }
  if (due.empty()) session.console.say("Nobody's time is over.");
}

nlohmann::json due_json(const std::vector<track::CampaignSummary>& due) {
  nlohmann::json list = nlohmann::json::array();
  for (const track::CampaignSummary& campaign : due)
    list.push_back({{"campaign", campaign.id}, {"name", campaign.name}, {"messages", campaign.messages}});
  return {{"dry_run", true}, {"due", list}};
}

Outcome tell_expired(const Session& session, const campaign::RetentionReport& report) {
  if (session.console.json) {
    session.console.print_json({{"receipts", report.receipts},
                                {"messages", report.messages},
                                {"events", report.events},
                                {"video_replies", report.reply_videos},
                                {"stored_objects", report.stored_objects},
                                {"replaced_objects", report.unused ? report.unused->removed : 0}});
  }
  session.console.say(fmt::format("{} erased whose time was over, and {} of the store.",
                                  count(static_cast<size_t>(report.messages), "message"),
                                  count(static_cast<size_t>(report.stored_objects), "object")));
  if (report.unused) {
    session.console.say(fmt::format("{} removed that nothing shows any more; {} wait for a week.",
                                    count(static_cast<size_t>(report.unused->removed), "object"),
                                    report.unused->waiting));
  }
  for (const Error& problem : report.problems) session.console.error(problem);
  return report.problems.empty() ? Outcome::Done : Outcome::SomeRowsFailed;
}

// Of one campaign alone, in its own store, where one is named. What was replaced there is the business of whoever
// serves from it.
Outcome expire(const Session& session, const ForgetOptions& options, Opened& opened) {
  campaign::RetentionReach reach{.ledger = *opened.ledger.ledger, .store = opened.store.store.get()};
  if (opened.replies) reach.replies = &*opened.replies;
  if (opened.campaign) reach.campaign_id = opened.campaign->id;
  if (opened.store.is_local && !opened.campaign) reach.unused_notes = opened.places.data.unused_objects();
  auto due = campaign::due_by_retention(reach, options.keep_days, Clock::system());
  if (!due) return session.failed(due.error());
  tell_due(session, *due);
  if (options.dry_run) {
    if (session.console.json) session.console.print_json(due_json(*due));
    return nothing_done(session);
  }
  auto confirmed = due->empty() ? Result<bool>(true) : is_confirmed(session, options);
  if (!confirmed) return session.failed(confirmed.error());
  if (!*confirmed) return nothing_done(session);
  auto report = campaign::apply_retention(reach, options.keep_days, Clock::system(), session.stop);
  if (!report) return session.failed(report.error());
  return tell_expired(session, *report);
}

Outcome run_forget(const Session& session, ForgetOptions options) {
  if (auto checked = check_forget(options); !checked) return session.failed(checked.error());
  auto opened = open(session, options);
  if (!opened) return session.failed(opened.error());
  if (options.again) return readmit(session, options, *opened);
  if (options.expired) return expire(session, options, *opened);
  return forget(session, options, *opened);
}

}  // namespace

void add_forget(CLI::App& program, Session& session) {
  auto options = std::make_shared<ForgetOptions>();
  CLI::App* command = program.add_subcommand("forget", "erase a candidate everywhere, with a receipt");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder");
  command->add_option("CANDIDATE", options->who, "an id, a mail address, or a name that only one has");
  CLI::Option* everywhere = command->add_flag(
      "--everywhere", options->everywhere, "in all campaigns of the ledger, by mail address; CAMPAIGN may be left out");
  CLI::Option* dry_run = command->add_flag("--dry-run", options->dry_run, "only tell what would go");
  command->add_flag("--yes", options->yes, "erase without asking");
  command->add_flag("--keep-row", options->keep_row, "leave the roster as it is; the row gets no video any more");
  command->add_flag("--again", options->again, "let somebody in again who was erased and asked to come back")
      ->excludes(everywhere)
      ->excludes(dry_run);
  CLI::Option* expired = command->add_flag(
      "--expired", options->expired, "erase everybody whose time is over ([publish] keep), of CAMPAIGN or of all");
  command
      ->add_option("--keep", options->keep_days,
                   "with --expired: days after which everything is erased; 0: only by campaigns")
      ->needs(expired)
      ->check(CLI::Range(0, 36500));
  command->add_option("--store", options->store, "the store, as in [publish]; else the campaign's or the data folder's")
      ->type_name("STORE");
  add_ledger_options(*command, options->where);
  add_server_option(*command, options->server);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_forget(session, *options); }; });
}

}  // namespace candid::cli
