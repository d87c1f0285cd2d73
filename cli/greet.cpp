// candid greet: many candidates greeted by name in one sitting.

#include <fmt/format.h>

#include "campaign/greetings/greeting_choice.h"
#include "campaign/greetings/greeting_folder.h"
#include "campaign/greetings/open_sitting.h"
#include "campaign/greetings/presenter_director.h"
#include "campaign/greetings/sitting_director.h"
#include "cli/device_options.h"
#include "cli/greet_report.h"
#include "cli/greet_screen.h"
#include "cli/job_command.h"
#include "cli/keyboard.h"
#include "cli/session.h"

namespace candid::cli {
namespace {

using campaign::GreetingFolder;

struct GreetOptions {
  std::filesystem::path folder;
  DeviceOptions devices;
  campaign::GreetingChoice choice;
  std::vector<std::string> keep;
  bool is_automatic = false;
};

Result<void> check_use(const GreetOptions& options) {
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

Result<campaign::RecordedSitting> sit(const Session& session, const GreetOptions& options, const GreetingFolder& folder,
                                      const std::vector<const campaign::Candidate*>& chosen) {
  const std::vector<campaign::Sitting::Turn> turns = TRY(campaign::turns_for(folder, chosen));
  const std::vector<std::string> lines = campaign::presenter_lines(turns);
  capture::SourceSettings settings = TRY(source_settings(options.devices));
  settings.script = lines;
  auto source = TRY(capture::open_source(settings));
  auto opened = TRY(campaign::OpenSitting::begin(folder, turns, *source));
  if (options.is_automatic) {
    campaign::PresenterDirector director(opened->sitting(), lines, source->marks());
    return opened->record([&](const auto& moment, const auto& state) { return director.hear(moment, state); },
                          session.stop);
  }
  Keyboard keyboard;
  campaign::SittingDirector director(opened->sitting());
  GreetScreen screen(director, keyboard);
  return opened->record([&](const auto& moment, const auto& state) { return screen.hear(moment, state); },
                        session.stop);
}

Result<std::vector<campaign::GreetingCut>> cut(const Session& session, const GreetingFolder& folder) {
  ProgressLine line(session.console, "cut   ");
  auto progress = [&](size_t done, size_t total) {
    line.update(static_cast<double>(done) / static_cast<double>(total),
                fmt::format("{} of {}", done, count(total, "greeting")));
  };
  return campaign::cut_pending(folder, progress, session.stop);
}

Result<void> accept(const Session& session, const GreetingFolder& folder, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    bool is_new = TRY(campaign::accept_greeting(folder, id));
    session.console.note(fmt::format("{}: {}", id, is_new ? "its greeting is right as it is" : "nothing was wrong"));
  }
  return {};
}

Result<void> greet(const Session& session, const GreetOptions& options, const GreetingFolder& folder,
                   GreetReport& report) {
  // Of a sitting that was killed.
  report.cuts = TRY(cut(session, folder));
  const auto chosen = TRY(campaign::choose_greeted(folder, options.choice));
  if (chosen.empty()) return {};
  TRY_VOID(check_use(options));
  Findings findings;
  auto checked = campaign::check_clip_names(folder, chosen, findings);
  session.console.findings(findings);
  TRY_VOID(checked);
  report.sitting = TRY(sit(session, options, folder, chosen));
  for (campaign::GreetingCut& one : TRY(cut(session, folder))) report.cuts.push_back(std::move(one));
  return {};
}

Result<GreetReport> work(const Session& session, const GreetOptions& options, const GreetingFolder& folder) {
  auto lock = TRY(campaign::lock_greetings(folder));
  GreetReport report;
  TRY_VOID(options.keep.empty() ? greet(session, options, folder, report) : accept(session, folder, options.keep));
  report.overview = TRY(campaign::overview_of(folder));
  return report;
}

Outcome run_greet(Session& session, const GreetOptions& options) {
  Findings findings;
  auto folder = campaign::open_greetings(options.folder, findings);
  session.console.findings(findings);
  if (!folder) return session.failed(folder.error());
  auto report = work(session, options, *folder);
  if (!report) {
    Error error = report.error();
    if (error.kind() == ErrorKind::Cancelled)
      error =
          Error(ErrorKind::Cancelled, "stopped", "run the same command again: what was said to be good is cut then");
    return session.failed(error);
  }
  tell_rejected(session, folder->roster);
  tell(session, options.folder, *report);
  if (!folder->has_table) {
    session.console.note(
        "campaign.toml does not use the greetings yet. Add these lines:\n  [greeting]\n  folder = \"greetings\"");
  }
  if (report->sitting.problem) return session.failed(*report->sitting.problem);
  return report->is_clean() ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_greet(CLI::App& program, Session& session) {
  auto options = std::make_shared<GreetOptions>();
  CLI::App* command = program.add_subcommand("greet", "greet many candidates by name in one sitting");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  add_device_options(*command, options->devices);
  command->add_option("--only", options->choice.only, "greet this candidate, whether or not there is a greeting")
      ->type_name("ID");
  command->add_flag("--redo-flagged", options->choice.redo_flagged,
                    "ask for those again in which something was found wrong");
  command->add_option("--keep", options->keep, "a greeting that was flagged is right as it is; nothing is recorded")
      ->type_name("ID")
      ->excludes("--only")
      ->excludes("--redo-flagged");
  command->add_option("--count", options->choice.count, "end the sitting after so many candidates")
      ->check(CLI::Range(1, 9999));
  command->add_flag("--auto", options->is_automatic,
                    "with --camera test:, the presenter says all and no key is needed");
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_greet(session, *options); }; });
}

}  // namespace candid::cli
