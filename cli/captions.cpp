// candid captions: captions of a take, to be edited.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/take_captions.h"
#include "cli/job_command.h"
#include "cli/session.h"

namespace candid::cli {
namespace {

struct CaptionsOptions {
  std::filesystem::path take;
  std::filesystem::path script;
  std::filesystem::path output;
  bool force = false;
};

Result<void> check_output(const CaptionsOptions& options) {
  std::error_code code;
  if (options.output.extension() != ".vtt") {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} does not end in .vtt: captions are written as WebVTT", options.output.string()),
                "-o NAME.vtt");
  }
  if (!options.force && std::filesystem::exists(options.output, code)) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} exists, and may hold somebody's work", options.output.string()),
                "another name with -o, or --force to replace it");
  }
  return {};
}

// As campaign.toml would name it: from the folder of the campaign that the file lies in, if any.
std::string name_in_campaign(const std::filesystem::path& file) {
  std::error_code code;
  std::filesystem::path whole = std::filesystem::absolute(file, code).lexically_normal();
  for (auto folder = whole.parent_path(); folder != folder.parent_path(); folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / "campaign.toml", code)) return whole.lexically_relative(folder).string();
  }
  return file.string();
}

void tell_captions(const Session& session, const CaptionsOptions& options, const campaign::TakeCaptions& captions) {
  bool by_marks = captions.placed_by == capture::PlacedBy::Marks;
  if (session.console.json) {
    nlohmann::json cues = nlohmann::json::array();
    for (const media::Cue& cue : captions.cues) {
      cues.push_back({{"start_s", static_cast<double>(cue.start.count()) / 1e6},
                      {"end_s", static_cast<double>(cue.end.count()) / 1e6},
                      {"text", cue.text}});
    }
    session.console.print_json({{"captions", options.output.string()},
                                {"placed_by", by_marks ? "marks" : "pauses"},
                                {"cues", cues},
                                {"findings", to_json(captions.findings)}});
    return;
  }
  session.console.findings(captions.findings);
  session.console.say(fmt::format("{}: {} of {}, placed by {}.", session.console.strong(options.output.string()),
                                  count(captions.cues.size(), "caption"), count(captions.lines, "line"),
                                  by_marks ? "the take's own marks" : "the pauses in its sound"));
  if (!by_marks) session.console.say("Nobody's words were recognised: watch it once, and mend what is early or late.");
  session.console.say(fmt::format("Next: edit {}, then write file = \"{}\" into the captions layer of campaign.toml",
                                  options.output.string(), name_in_campaign(options.output)));
}

Outcome run_captions(Session& session, CaptionsOptions options) {
  if (options.output.empty()) options.output = std::filesystem::path(options.take).replace_extension(".vtt");
  if (auto free = check_output(options); !free) return session.failed(free.error());
  auto script = campaign::script_of_take(options.take, options.script);
  if (!script) return session.failed(script.error());
  auto captions = campaign::caption_take(options.take, *script, options.output);
  if (!captions) return session.failed(captions.error());
  auto written = campaign::write_captions(*captions, options.output);
  if (!written) return session.failed(written.error());
  tell_captions(session, options, *captions);
  return Outcome::Done;
}

}  // namespace

void add_captions(CLI::App& program, Session& session) {
  auto options = std::make_shared<CaptionsOptions>();
  CLI::App* command = program.add_subcommand("captions", "write a take's captions from its script, to be edited");
  command->add_option("TAKE", options->take, "the recording, NAME.mkv or another video")->required();
  command
      ->add_option("--script", options->script,
                   "what is said, a sentence a line; without it, the lines that were recorded with the take")
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "the WebVTT file to write; NAME.vtt beside the take without it")
      ->type_name("FILE");
  command->add_flag("--force", options->force, "replace a file that exists");
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_captions(session, *options); }; });
}

}  // namespace candid::cli
