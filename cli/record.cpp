// candid record: a take.

#include <charconv>

#include <fmt/format.h>

#include "campaign/campaign_file.h"
#include "capture/recording.h"
#include "cli/session.h"
#include "core/files.h"
#include "core/text.h"

namespace candid::cli {
namespace {

struct Options {
  std::filesystem::path campaign;
  std::filesystem::path output;
  std::filesystem::path script;
  std::string camera;
  std::string max;
  std::string size = "1280x720";
  int fps = 30;
};

Result<media::FrameSize> parse_size(const std::string& text) {
  media::FrameSize size;
  const char* end = text.data() + text.size();
  auto width = std::from_chars(text.data(), end, size.width);
  if (width.ec == std::errc{} && width.ptr != end && *width.ptr == 'x') {
    auto height = std::from_chars(width.ptr + 1, end, size.height);
    if (height.ec == std::errc{} && height.ptr == end) return size;
  }
  return fail(ErrorKind::InvalidInput, fmt::format("--size: \"{}\" is not a size", shorten(text, 30)),
              "write 1280x720");
}

Result<capture::RecordSettings> settings_of(const Options& options) {
  capture::RecordSettings settings;
  settings.camera = options.camera;
  settings.output = options.output;
  settings.size = TRY(parse_size(options.size));
  settings.frame_rate = {options.fps, 1};
  if (!options.max.empty()) settings.max_length = TRY(parse_duration(options.max));
  std::filesystem::path script = options.script;
  if (!options.campaign.empty()) {
    // The take may not be there yet, nor the roster be filled in: only the campaign's own words matter here.
    Findings ignored;
    campaign::Campaign campaign = TRY(campaign::read_campaign(options.campaign, ignored));
    if (settings.output.empty()) settings.output = campaign.take;
    std::error_code code;
    if (script.empty() && std::filesystem::exists(options.campaign / "script.txt", code))
      script = options.campaign / "script.txt";
  }
  if (settings.output.empty()) {
    return fail(ErrorKind::InvalidInput, "no place for the take",
                "candid record CAMPAIGN, or candid record -o take.mkv");
  }
  if (!script.empty()) settings.script = TRY(capture::read_script(script));
  if (!settings.output.parent_path().empty()) TRY_VOID(make_folder(settings.output.parent_path()));
  return settings;
}

Outcome run(Session& session, const Options& options) {
  auto settings = settings_of(options);
  if (!settings) return session.failed(settings.error());
  Result<capture::RecordSummary> summary = [&] {
    ProgressLine line(session.console, "record");
    double expected = settings->max_length ? std::chrono::duration<double>(*settings->max_length).count() : 0;
    return capture::record(
        *settings,
        [&](Microseconds recorded) {
          double seconds = std::chrono::duration<double>(recorded).count();
          line.update(expected > 0 ? seconds / expected : 0, format_duration(recorded));
        },
        session.stop);
  }();
  if (!summary) return session.failed(summary.error());
  if (session.console.json) {
    nlohmann::json marks = nlohmann::json::array();
    for (const auto& mark : summary->marks) {
      marks.push_back({{"text", mark.text},
                       {"start_s", static_cast<double>(mark.start.count()) / 1e6},
                       {"end_s", static_cast<double>(mark.end.count()) / 1e6}});
    }
    session.console.print_json({{"take", summary->path.string()},
                                {"duration_s", static_cast<double>(summary->duration.count()) / 1e6},
                                {"frames", summary->frames},
                                {"dropped", summary->dropped},
                                {"marks", marks}});
    return Outcome::Done;
  }
  session.console.say(fmt::format("{}: {}, {} frames, {} dropped.", session.console.strong(summary->path.string()),
                                  format_duration(summary->duration), summary->frames, summary->dropped));
  if (!options.campaign.empty()) session.console.say(fmt::format("Next: candid proof {}", options.campaign.string()));
  return Outcome::Done;
}

}  // namespace

void add_record(CLI::App& program, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("record", "record a take");
  command->add_option("CAMPAIGN", options->campaign, "record this campaign's take, with its script.txt");
  command->add_option("-o,--output", options->output, "the take to make, NAME.mkv; never replaced when it exists")
      ->type_name("FILE");
  command
      ->add_option("--camera", options->camera,
                   "test: is a drawn presenter who speaks the script, and needs no hardware")
      ->required()
      ->type_name("NAME");
  command->add_option("--script", options->script, "what to say, a sentence a line; its times are kept beside the take")
      ->type_name("FILE");
  command->add_option("--max", options->max, "longest length, such as 20s or 1:30")->type_name("TIME");
  command->add_option("--size", options->size, "picture size")->type_name("WxH")->capture_default_str();
  command->add_option("--fps", options->fps, "pictures a second")->check(CLI::Range(1, 60))->capture_default_str();
  add_json_option(*command, session);
  command->callback([options, &session] { session.command = [options, &session] { return run(session, *options); }; });
}

}  // namespace candid::cli
