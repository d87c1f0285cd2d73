// candid doctor: what this machine can do.

#include "campaign/doctor.h"

#include <fmt/format.h>

#include "cli/session.h"
#include "core/files.h"

namespace candid::cli {
namespace {

Outcome run_doctor(const Session& session, const std::filesystem::path& data) {
  std::vector<campaign::Check> checks = campaign::examine_machine(data);
  bool fine = true;
  nlohmann::json list = nlohmann::json::array();
  for (const campaign::Check& check : checks) {
    fine = fine && (check.is_fine || !check.is_needed);
    const char* mark = check.is_fine ? "ok  " : check.is_needed ? "LACK" : "note";
    session.console.say(fmt::format("{}  {:<24} {}", mark, check.name, check.detail));
    if (!check.is_fine) session.console.say(fmt::format("      {:<24} try: {}", "", check.remedy));
    list.push_back({{"name", check.name},
                    {"ok", check.is_fine},
                    {"needed", check.is_needed},
                    {"detail", check.detail},
                    {"remedy", check.remedy}});
  }
  if (session.console.json) session.console.print_json({{"ok", fine}, {"checks", list}});
  session.console.say(fine ? "This machine can do the whole job." : "Mend what lacks, then run candid doctor again.");
  return fine ? Outcome::Done : Outcome::Failed;
}

}  // namespace

void add_doctor(CLI::App& program, Session& session) {
  auto data = std::make_shared<std::filesystem::path>(default_data_folder());
  CLI::App* command = program.add_subcommand("doctor", "what this machine can do, and the remedy for what it lacks");
  add_data_option(*command, *data);
  add_json_option(*command, session);
  command->callback([data, &session] { session.command = [data, &session] { return run_doctor(session, *data); }; });
}

}  // namespace candid::cli
