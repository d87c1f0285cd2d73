// candid greet: many candidates greeted by name in one sitting.

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "campaign/campaign_file.h"
#include "campaign/greetings/greeting_cuts.h"
#include "campaign/greetings/sitting.h"
#include "capture/recording.h"
#include "cli/device_options.h"
#include "cli/greet_director.h"
#include "cli/greet_report.h"
#include "cli/job_command.h"
#include "cli/keyboard.h"
#include "cli/session.h"
#include "core/files.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::cli {
namespace {

using campaign::Candidate;
using campaign::GreetingBook;
using campaign::GreetingState;

struct Options {
  std::filesystem::path folder;
  DeviceOptions devices;
  std::vector<std::string> only;
  std::vector<std::string> keep;
  bool redo_flagged = false;
  bool is_automatic = false;
  size_t count = 0;
};

// What is worked on, checked.
struct Desk {
  campaign::Campaign campaign;
  campaign::Roster roster;
  std::filesystem::path greetings;
  bool has_table = true;  // campaign.toml has [greeting]
};

bool is_of_take(const Finding& finding) {
  return finding.column == "take" || finding.column == "trim";
}

// The take may not be there yet: greetings are often said first.
Result<Desk> open_desk(const Session& session, const std::filesystem::path& folder) {
  Desk desk;
  {
    Findings before;
    campaign::Campaign campaign = TRY(campaign::read_campaign(folder, before));
    desk.has_table = !campaign.greetings.empty();
    desk.greetings = desk.has_table ? campaign.greetings : folder / "greetings";
  }
  std::error_code code;
  bool is_new = !std::filesystem::exists(desk.greetings, code);
  if (is_new) TRY_VOID(make_folder(desk.greetings));
  Findings findings;
  desk.campaign = TRY(campaign::read_campaign(folder, findings));
  std::erase_if(findings, is_of_take);
  if (std::filesystem::is_regular_file(desk.campaign.roster, code))
    desk.roster = campaign::read_roster(desk.campaign, findings);
  session.console.findings(findings);
  if (!has_errors(findings)) return desk;
  if (is_new) std::filesystem::remove(desk.greetings, code);
  return fail(ErrorKind::InvalidInput, fmt::format("{} cannot be used as it is; nothing was done", folder.string()),
              "mend the lines above");
}

const Candidate* find(const campaign::Roster& roster, const std::string& id) {
  auto found = std::find_if(roster.candidates.begin(), roster.candidates.end(),
                            [&](const Candidate& candidate) { return candidate.id == id; });
  return found == roster.candidates.end() ? nullptr : &*found;
}

Result<const Candidate*> find_named(const campaign::Roster& roster, const std::string& id) {
  if (const Candidate* candidate = find(roster, id)) return candidate;
  std::vector<std::string> ids;
  for (const Candidate& candidate : roster.candidates) ids.push_back(candidate.id);
  std::string near = closest(id, ids);
  return fail(ErrorKind::InvalidInput, fmt::format("no candidate has the id \"{}\"", shorten(id, 40)),
              near.empty() ? "candid proof lists the ids" : fmt::format("did you mean \"{}\"?", near));
}

// Who is to be greeted, in the roster's order.
Result<std::vector<const Candidate*>> choose(const Desk& desk, const GreetingBook& book, const Options& options) {
  std::set<const Candidate*> named;
  for (const std::string& id : options.only) named.insert(TRY(find_named(desk.roster, id)));
  std::vector<const Candidate*> chosen;
  for (const Candidate& candidate : desk.roster.candidates) {
    GreetingState state = TRY(book.status_of(candidate)).state;
    bool lacks = state == GreetingState::Missing || state == GreetingState::OtherName ||
                 state == GreetingState::Changed || (state == GreetingState::Flawed && options.redo_flagged);
    if (named.empty() ? lacks : named.contains(&candidate)) chosen.push_back(&candidate);
  }
  if (options.count > 0 && chosen.size() > options.count) chosen.resize(options.count);
  return chosen;
}

// Before anything is recorded: whether each one's clip can have its name.
Result<void> check_ids(const Session& session, const Desk& desk, const std::vector<const Candidate*>& chosen) {
  Findings findings;
  std::map<std::string, const Candidate*> folded;
  auto report = [&](const Candidate& candidate, std::string message, std::string hint) {
    findings.push_back(
        {Severity::Error, desk.campaign.roster.string(), candidate.line, "id", std::move(message), std::move(hint)});
  };
  for (const Candidate& candidate : desk.roster.candidates) {
    auto [first, is_new] = folded.emplace(to_lower(candidate.id), &candidate);
    bool is_asked = std::find(chosen.begin(), chosen.end(), &candidate) != chosen.end() ||
                    std::find(chosen.begin(), chosen.end(), first->second) != chosen.end();
    if (!is_new && is_asked) {
      report(candidate,
             fmt::format("\"{}\" and \"{}\" are one file name on some disks", first->second->id, candidate.id),
             "give them ids that differ in more than their letter case");
    }
  }
  for (const Candidate* candidate : chosen) {
    auto path = campaign::clip_path(desk.greetings, candidate->id);
    if (!path) report(*candidate, path.error().message(), path.error().hint());
  }
  if (findings.empty()) return {};
  session.console.findings(findings);
  return fail(ErrorKind::InvalidInput,
              fmt::format("{} cannot be a clip's name; nothing was recorded", count(findings.size(), "id")),
              "mend the lines above");
}

Result<std::vector<campaign::Sitting::Turn>> turns_for(const Desk& desk, const std::vector<const Candidate*>& chosen) {
  std::vector<campaign::Sitting::Turn> turns;
  for (const Candidate* candidate : chosen)
    turns.push_back({candidate, TRY(campaign::words_for(*candidate, desk.campaign.greeting_script))});
  return turns;
}

// For the presenter; without a script in campaign.toml, the name as a greeting.
std::vector<std::string> lines_of(const std::vector<campaign::Sitting::Turn>& turns) {
  std::vector<std::string> lines;
  for (const auto& [candidate, said] : turns)
    lines.push_back(said.script.empty() ? fmt::format("Hello {}.", said.words) : said.words);
  return lines;
}

struct Recorded {
  std::string sitting;           // empty: nothing was recorded
  std::optional<Error> problem;  // why it ended before its time; what was good before it counts
  int64_t lost_pictures = 0;
};

template <typename Direct>
Result<Recorded> film(const Session& session, capture::Source& source, const campaign::SittingJournal& journal,
                      Direct& direct) {
  capture::RecordSettings settings;
  settings.output = journal.take();
  auto director = [&](const capture::Moment& moment, const capture::RecordState& state) {
    return direct(moment, state);
  };
  auto summary = capture::record(source, settings, director, nullptr, session.stop);
  Recorded recorded{journal.take().stem().string(), direct.failure()};
  if (summary) recorded.lost_pictures = summary->frames.lost();
  if (!summary && summary.error().kind() != ErrorKind::Cancelled) recorded.problem = summary.error();
  if (summary && summary->ended_by == capture::EndedBy::DiskLow) {
    recorded.problem = Error(ErrorKind::NoSpace, "the disk is nearly full, and the sitting was ended",
                             "make room; the same command goes on with who is left");
  }
  std::error_code code;
  if (!std::filesystem::exists(journal.take(), code)) recorded.sitting.clear();
  return recorded;
}

Result<Recorded> sit(const Session& session, const Options& options, const Desk& desk,
                     const std::vector<const Candidate*>& chosen) {
  const std::vector<campaign::Sitting::Turn> turns = TRY(turns_for(desk, chosen));
  const std::vector<std::string> lines = lines_of(turns);
  capture::SourceSettings settings = TRY(source_settings(options.devices));
  settings.script = lines;
  auto source = TRY(capture::open_source(settings));
  if (!source->format().size || !source->format().has_sound) {
    return fail(ErrorKind::InvalidInput, "a greeting needs a picture and sound",
                "--camera NAME and --mic NAME; candid devices lists them");
  }
  auto journal = TRY(campaign::SittingJournal::create(desk.greetings, desk.campaign.id, Clock::system().now()));
  campaign::SittingWriter writer(journal);
  campaign::Sitting sitting(turns, writer);
  auto recorded = [&]() -> Result<Recorded> {
    if (options.is_automatic) {
      PresenterDirector director(sitting, lines, source->marks());
      return film(session, *source, journal, director);
    }
    Keyboard keyboard;
    KeyDirector director(sitting, keyboard);
    return film(session, *source, journal, director);
  }();
  auto written = writer.finish();
  if (!written && recorded)
    recorded->problem =
        written.error().wrapped("the sitting's journal could not be written, and the sitting was ended");
  // Nothing is in it that anybody could want.
  if (recorded && recorded->sitting.empty()) TRY_VOID(journal.discard());
  return recorded;
}

Result<void> check_use(const Options& options) {
  const bool is_drawn = options.devices.camera.starts_with("test:");
  if (options.is_automatic && !is_drawn) {
    return fail(ErrorKind::InvalidInput,
                "--auto works with the drawn presenter alone: nobody else knows its lines' times",
                "--camera test: --auto");
  }
  if (!options.is_automatic && !Keyboard().is_terminal()) {
    return fail(ErrorKind::InvalidInput, "a sitting is led by keys, and there is no terminal for them",
                "run it in a terminal; --camera test: --auto shows how it goes without one");
  }
  return {};
}

Result<std::vector<campaign::GreetingCut>> cut(const Session& session, const Desk& desk) {
  GreetingBook book = TRY(GreetingBook::read(desk.greetings));
  ProgressLine line(session.console, "cut   ");
  auto progress = [&](size_t done, size_t total) {
    line.update(static_cast<double>(done) / static_cast<double>(total),
                fmt::format("{} of {}", done, count(total, "greeting")));
  };
  return campaign::cut_pending(desk.greetings, book, desk.roster, progress, session.stop);
}

Result<size_t> accept(const Session& session, const Desk& desk, const std::vector<std::string>& ids) {
  size_t accepted = 0;
  for (const std::string& id : ids) {
    const Candidate* candidate = TRY(find_named(desk.roster, id));
    GreetingBook book = TRY(GreetingBook::read(desk.greetings));
    bool is_new = TRY(campaign::accept_greeting(book, *candidate, desk.campaign.greeting_script));
    session.console.note(fmt::format("{}: {}", id, is_new ? "its greeting is right as it is" : "nothing was wrong"));
    if (is_new) ++accepted;
  }
  return accepted;
}

Result<GreetReport> work(const Session& session, const Options& options, const Desk& desk) {
  TRY_VOID(make_folder(campaign::sittings_folder(desk.greetings)));
  auto lock = FileLock::try_acquire(campaign::sittings_folder(desk.greetings) / ".lock");
  if (!lock && lock.error().kind() != ErrorKind::Exists) return tl::unexpected(lock.error());
  if (!lock) {
    return fail(lock.error().kind(), fmt::format("another candid greet works in {}", desk.greetings.string()),
                "wait until it has ended");
  }
  GreetReport report;
  if (!options.keep.empty()) {
    TRY(accept(session, desk, options.keep));
  } else {
    // Of a sitting that was killed.
    report.cuts = TRY(cut(session, desk));
    GreetingBook book = TRY(GreetingBook::read(desk.greetings));
    std::vector<const Candidate*> chosen = TRY(choose(desk, book, options));
    if (!chosen.empty()) {
      TRY_VOID(check_use(options));
      TRY_VOID(check_ids(session, desk, chosen));
      Recorded recorded = TRY(sit(session, options, desk, chosen));
      report.sitting = recorded.sitting;
      report.problem = recorded.problem;
      report.lost_pictures = recorded.lost_pictures;
      for (campaign::GreetingCut& one : TRY(cut(session, desk))) report.cuts.push_back(std::move(one));
    }
  }
  GreetingBook book = TRY(GreetingBook::read(desk.greetings));
  for (const Candidate& candidate : desk.roster.candidates)
    report.standing.emplace_back(&candidate, TRY(book.status_of(candidate)));
  report.orphans = book.orphans(desk.roster);
  return report;
}

Outcome run(Session& session, const Options& options) {
  auto desk = open_desk(session, options.folder);
  if (!desk) return session.failed(desk.error());
  auto report = work(session, options, *desk);
  if (!report) {
    Error error = report.error();
    if (error.kind() == ErrorKind::Cancelled)
      error =
          Error(ErrorKind::Cancelled, "stopped", "run the same command again: what was said to be good is cut then");
    return session.failed(error);
  }
  tell_rejected(session, desk->roster);
  tell(session, options.folder, *report);
  if (!desk->has_table) {
    session.console.note(
        "campaign.toml does not use the greetings yet. Add these lines:\n  [greeting]\n  folder = \"greetings\"");
  }
  if (report->problem) return session.failed(*report->problem);
  return report->is_clean() ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_greet(CLI::App& program, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("greet", "greet many candidates by name in one sitting");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  add_device_options(*command, options->devices);
  command->add_option("--only", options->only, "greet this candidate, whether or not there is a greeting")
      ->type_name("ID");
  command->add_flag("--redo-flagged", options->redo_flagged, "ask for those again in which something was found wrong");
  command->add_option("--keep", options->keep, "a greeting that was flagged is right as it is; nothing is recorded")
      ->type_name("ID")
      ->excludes("--only")
      ->excludes("--redo-flagged");
  command->add_option("--count", options->count, "end the sitting after so many candidates")
      ->check(CLI::Range(1, 9999));
  command->add_flag("--auto", options->is_automatic,
                    "with --camera test:, the presenter says all and no key is needed");
  add_json_option(*command, session);
  command->callback([options, &session] { session.command = [options, &session] { return run(session, *options); }; });
}

}  // namespace candid::cli
