// candid captions: captions of a take, to be edited.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "capture/script_timing.h"
#include "cli/job_command.h"
#include "cli/session.h"
#include "core/files.h"
#include "media/caption_layout.h"
#include "media/probe.h"

namespace candid::cli {
namespace {

struct CaptionsOptions {
  std::filesystem::path take;
  std::filesystem::path script;
  std::filesystem::path output;
  bool force = false;
};

struct Captions {
  std::vector<media::Cue> cues;
  Findings findings;
  capture::PlacedBy placed_by = capture::PlacedBy::Marks;
  size_t lines = 0;
};

// The script's lines, or what the take's sidecar says was said.
Result<capture::Script> script_of(const CaptionsOptions& options) {
  if (!options.script.empty()) return capture::read_script(options.script);
  auto sidecar = capture::read_sidecar(options.take);
  capture::Script script;
  for (const auto& mark : sidecar ? sidecar->marks : std::vector<capture::ScriptMark>()) script.push_back(mark.text);
  if (script.empty()) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} has no script beside it ({})", options.take.string(),
                            sidecar ? "its sidecar has no marks" : sidecar.error().message()),
                "--script FILE, with what is said, one sentence a line");
  }
  return script;
}

Result<Captions> captions_of(const CaptionsOptions& options) {
  auto facts = TRY(media::probe(options.take));
  capture::Script script = TRY(script_of(options));
  auto timing = TRY(capture::time_script(script, options.take));
  std::vector<media::Cue> spoken;
  for (const auto& mark : timing.marks) spoken.push_back({mark.start, mark.end, mark.text});
  std::vector<media::Silence> silences;
  for (size_t i = 1; i < timing.voiced.size(); ++i) {
    silences.push_back({timing.voiced[i - 1].end, timing.voiced[i].start});
  }
  media::CaptionRules rules;
  rules.frame_rate = facts.video.output_rate;
  Captions captions;
  captions.cues = media::laid_out(spoken, rules, silences, facts.duration);
  captions.findings = media::check_captions(captions.cues, options.output.string(), rules);
  captions.placed_by = timing.placed_by;
  captions.lines = timing.marks.size();
  return captions;
}

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

void tell_captions(const Session& session, const CaptionsOptions& options, const Captions& captions) {
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

std::string note() {
  media::CaptionRules rules;
  return fmt::format(
      "To be edited: mend words and times; no player shows this remark. At most {} characters a line, {} lines,\n"
      "{} characters a second, and {:.2f} s to {:.0f} s for each caption, so that everybody can follow.",
      rules.line_characters, rules.lines, rules.characters_per_second,
      std::chrono::duration<double>(rules.shortest).count(), std::chrono::duration<double>(rules.longest).count());
}

Outcome run_captions(Session& session, CaptionsOptions options) {
  if (options.output.empty()) options.output = std::filesystem::path(options.take).replace_extension(".vtt");
  if (auto free = check_output(options); !free) return session.failed(free.error());
  auto captions = captions_of(options);
  if (!captions) return session.failed(captions.error());
  auto written = write_file(options.output, media::to_webvtt(captions->cues, note()));
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
