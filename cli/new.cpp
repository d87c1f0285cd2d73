// candid new: a campaign to start from.

#include <fmt/format.h>

#include "campaign/kits.h"
#include "cli/session.h"
#include "core/suggest.h"

namespace candid::cli {
namespace {

struct NewOptions {
  std::filesystem::path folder;
  std::string kit = "update";
};

Outcome run_new(const Session& session, const NewOptions& options) {
  auto written = campaign::start_campaign(options.folder, options.kit);
  if (!written)
    return session.failed(Error(ErrorKind::InvalidInput, written.error().describe(), written.error().hint()));
  if (session.console.json) {
    nlohmann::json files = nlohmann::json::array();
    for (const auto& file : *written) files.push_back(file.string());
    session.console.print_json({{"campaign", options.folder.string()}, {"kit", options.kit}, {"files", files}});
    return Outcome::Done;
  }
  const std::string folder = options.folder.string();
  session.console.say(fmt::format("{} is ready, from the kit \"{}\".", session.console.strong(folder), options.kit));
  session.console.say(
      fmt::format("Next: put your candidates into {0}/candidates.csv, what you say into {0}/script.txt, what is shown "
                  "into {0}/campaign.toml, then\n"
                  "  candid record {0} --camera test:\n  candid run {0}",
                  folder));
  return Outcome::Done;
}

}  // namespace

void add_new(CLI::App& program, Session& session) {
  auto options = std::make_shared<NewOptions>();
  CLI::App* command = program.add_subcommand("new", "start a campaign from a kit");
  command->add_option("DIR", options->folder, "the new folder")->required();
  command->add_option("--kit", options->kit, "what to start from, see below")->capture_default_str();
  add_json_option(*command, session);
  std::string list = "Kits:\n";
  for (const campaign::Kit& kit : campaign::kits()) list += fmt::format("  {:<18} {}\n", kit.name, kit.purpose);
  command->footer(list);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_new(session, *options); }; });
}

}  // namespace candid::cli
