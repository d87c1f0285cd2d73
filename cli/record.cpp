// candid record: a take.

#include <fmt/format.h>

#include "campaign/campaign_file.h"
#include "capture/recording.h"
#include "cli/device_options.h"
#include "cli/session.h"
#include "core/files.h"
#include "core/text.h"

namespace candid::cli {
namespace {

struct Options {
  std::filesystem::path campaign;
  std::filesystem::path output;
  std::filesystem::path script;
  DeviceOptions devices;
  std::string max;
};

struct Job {
  capture::SourceSettings source;
  capture::RecordSettings record;
};

Result<Job> job_of(const Options& options) {
  Job job;
  job.source = TRY(source_settings(options.devices));
  job.record.output = options.output;
  if (!options.max.empty()) job.record.max_length = TRY(parse_duration(options.max));
  std::filesystem::path script = options.script;
  if (!options.campaign.empty()) {
    // The take may not be there yet, nor the roster be filled in: only the campaign's own words matter here.
    Findings ignored;
    campaign::Campaign campaign = TRY(campaign::read_campaign(options.campaign, ignored));
    if (job.record.output.empty()) job.record.output = campaign.take;
    std::error_code code;
    if (script.empty() && std::filesystem::exists(options.campaign / "script.txt", code))
      script = options.campaign / "script.txt";
  }
  if (job.record.output.empty()) {
    return fail(ErrorKind::InvalidInput, "no place for the take",
                "candid record CAMPAIGN, or candid record -o take.mkv");
  }
  if (!script.empty()) job.source.script = TRY(capture::read_script(script));
  const std::filesystem::path folder = job.record.output.parent_path();
  if (!folder.empty()) TRY_VOID(make_folder(folder));
  return job;
}

Outcome run(Session& session, const Options& options) {
  auto job = job_of(options);
  if (!job) return session.failed(job.error());
  auto source = capture::open_source(job->source);
  if (!source) return session.failed(source.error());
  Result<capture::RecordSummary> summary = [&] {
    ProgressLine line(session.console, "record");
    double expected = job->record.max_length ? std::chrono::duration<double>(*job->record.max_length).count() : 0;
    auto show = [&](const capture::Moment&, const capture::RecordState& state) {
      double seconds = std::chrono::duration<double>(state.recorded).count();
      line.update(expected > 0 ? seconds / expected : 0, format_duration(state.recorded));
      return capture::Direction::Record;
    };
    return capture::record(**source, job->record, show, nullptr, session.stop);
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
                                {"frames", summary->frames.in_take()},
                                {"dropped", summary->frames.lost()},
                                {"marks", marks}});
    return Outcome::Done;
  }
  session.console.say(fmt::format("{}: {}, {} frames, {} dropped.", session.console.strong(summary->path.string()),
                                  format_duration(summary->duration), summary->frames.in_take(),
                                  summary->frames.lost()));
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
  add_device_options(*command, options->devices);
  command->add_option("--script", options->script, "what to say, a sentence a line; its times are kept beside the take")
      ->type_name("FILE");
  command->add_option("--max", options->max, "longest length, such as 20s or 1:30")->type_name("TIME");
  add_json_option(*command, session);
  command->callback([options, &session] { session.command = [options, &session] { return run(session, *options); }; });
}

}  // namespace candid::cli
