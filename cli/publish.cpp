// candid publish: videos into the store, each behind its own link.

#include <fmt/format.h>

#include "cli/job_command.h"
#include "cli/upload_display.h"

namespace candid::cli {
namespace {

// What an estimate takes where nothing was measured: a usual line's upload, 10 Mbit/s.
constexpr double kAssumedRate = 1.25e6;

struct PublishOptions {
  std::filesystem::path folder;
  SendOptions sending;
  bool dry_run = false;
};

struct Rate {
  double bytes_per_second;
  const char* from;
  std::string words;
};

Rate rate_of(const campaign::PublishPreview& preview, uint64_t limit) {
  auto limited = static_cast<double>(limit);
  bool is_measured = preview.bytes_per_second > 0;
  if (limit > 0 && (!is_measured || limited < preview.bytes_per_second)) return {limited, "limit", "--limit-rate"};
  if (is_measured) return {preview.bytes_per_second, "measured", "as the last upload"};
  return {kAssumedRate, "assumed", "assuming a line of 10 Mbit/s"};
}

void tell_preview(const Session& session, const campaign::Prepared& work, const campaign::PublishPreview& preview,
                  const Rate& rate) {
  double seconds = static_cast<double>(preview.bytes_to_send) / rate.bytes_per_second;
  if (session.console.json) {
    nlohmann::json unready = nlohmann::json::array();
    for (const campaign::PublishedLink& link : preview.unready) {
      unready.push_back({{"id", work.job.roster.candidates[link.candidate].id},
                         {"message", link.message_id},
                         {"error", to_json(*link.error)}});
    }
    session.console.print_json({{"dry_run", true},
                                {"videos", preview.messages},
                                {"held", preview.held},
                                {"unready", unready},
                                {"rejected", rejected_json(work.job.roster)},
                                {"objects_to_send", preview.objects_to_send},
                                {"bytes_to_send", preview.bytes_to_send},
                                {"bytes_there_already", preview.bytes_there},
                                {"links_to_make", preview.links_to_make},
                                {"links_over", preview.links_over},
                                {"seconds", seconds},
                                {"bytes_per_second", rate.bytes_per_second},
                                {"rate_from", rate.from}});
  }
  session.console.say(fmt::format("{} to publish: {} to send in {}, {} there already; {} to make. Nothing was done.",
                                  count(preview.messages, "video"), bytes_in_words(preview.bytes_to_send),
                                  count(preview.objects_to_send, "object"), bytes_in_words(preview.bytes_there),
                                  count(preview.links_to_make, "link")));
  if (preview.held > 0) session.console.say(fmt::format("{} held.", count(preview.held, "video")));
  if (preview.bytes_to_send > 0) {
    session.console.say(fmt::format("It takes about {} at {}/s ({}).", time_in_words(seconds),
                                    bytes_in_words(static_cast<uint64_t>(rate.bytes_per_second)), rate.words));
  }
}

Outcome preview(const Session& session, const PublishOptions& options) {
  std::error_code code;
  bool is_campaign = std::filesystem::exists(options.folder / "campaign.toml", code);
  if (is_campaign && !std::filesystem::exists(options.folder / "out/work/recipes", code)) {
    return session.failed(Error(ErrorKind::NotFound, "nothing is rendered yet",
                                fmt::format("candid render {}", options.folder.string())));
  }
  Outcome outcome = Outcome::Done;
  auto work = prepare(session, options.folder, options.sending.preparing(), outcome);
  if (!work) return outcome;
  if (work->no_answer) return session.failed(*work->no_answer);
  auto decisions = decisions_of(session, campaign::decisions_file(options.folder));
  auto standings = decisions ? campaign::standings_of(*work, *decisions) : tl::unexpected(decisions.error());
  if (!standings) return session.failed(standings.error());
  Result<campaign::PublishPreview> preview = [&] {
    UploadDisplay display(session.console);
    auto progress = [&](const campaign::PublishProgress& so_far) { display.update(so_far); };
    return campaign::preview_sending(*work, *standings, options.sending.settings, progress, session.stop);
  }();
  if (!preview) return session.failed(preview.error());
  campaign::PublishReport unready;
  unready.links = preview->unready;
  unready.links_over = preview->links_over;
  size_t failed = tell_failures(session, work->job, unready, {});
  tell_rejected(session, work->job.roster);
  tell_preview(session, *work, *preview, rate_of(*preview, options.sending.settings.limit_rate));
  if (preview->messages == 0 && failed > 0) return Outcome::Failed;
  return failed + work->job.roster.rejected.size() == 0 ? Outcome::Done : Outcome::SomeRowsFailed;
}

// Nothing can go out; the links that did before are in the list all the same.
Outcome list_and_fail(const Session& session, const campaign::Prepared& work, const campaign::Decisions& decisions) {
  auto standings = campaign::standings_of(work, decisions);
  auto listed = standings ? campaign::list_links({work.job, work.plan, *standings, work.workspace})
                          : tl::unexpected(standings.error());
  if (!listed) session.console.note(fmt::format("note: {}", listed.error().describe()));
  return session.failed(*work.no_answer);
}

Outcome run_publish(const Session& session, const PublishOptions& options) {
  if (options.dry_run) return preview(session, options);
  Outcome outcome = Outcome::Done;
  auto work = prepare(session, options.folder, options.sending.preparing(), outcome);
  if (!work) return outcome;
  auto decisions = decisions_of(session, campaign::decisions_file(options.folder));
  if (!decisions) return session.failed(decisions.error());
  if (work->no_answer) return list_and_fail(session, *work, *decisions);
  auto destination = campaign::open_destination(*work, options.sending.settings, session.stop);
  if (!destination) return session.failed(destination.error());
  auto report = publish(session, *work, *decisions, *destination, options.sending.settings.how);
  if (!report) return session.failed(report.error());
  size_t failed = tell_failures(session, work->job, *report, {});
  tell_held(session, work->job, *report);
  tell_rejected(session, work->job.roster);
  if (session.console.json) {
    session.console.print_json({{"messages", publish_json(work->job, *report)},
                                {"held", held_json(work->job, *report)},
                                {"rejected", rejected_json(work->job.roster)},
                                {"links_over", report->links_over},
                                {"bytes_sent", report->bytes_sent},
                                {"bytes_there_already", report->bytes_there_already}});
  }
  size_t published = report->links.size() - failed;
  session.console.say(fmt::format("{} published ({} sent); links in {}.", count(published, "video"),
                                  bytes_in_words(report->bytes_sent),
                                  session.console.strong(work->workspace.links_file().string())));
  if (published > 0) tell_server(session, *work);
  if (published > 0) session.console.say("Next: candid serve, and candid status to see who watched.");
  if (published == 0 && report->held.empty()) return Outcome::Failed;
  return failed + work->job.roster.rejected.size() == 0 ? Outcome::Done : Outcome::SomeRowsFailed;
}

}  // namespace

void add_publish(CLI::App& program, Session& session) {
  auto options = std::make_shared<PublishOptions>();
  CLI::App* command = program.add_subcommand("publish", "put the videos into the store, each behind its own link");
  command->add_option("CAMPAIGN", options->folder, "the campaign's folder")->required();
  command->add_flag("--dry-run", options->dry_run, "only tell what would be sent and made, and how long it takes");
  add_send_options(*command, options->sending);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_publish(session, *options); }; });
}

}  // namespace candid::cli
