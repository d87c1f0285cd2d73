// candid record: a take.

#include <thread>

#include <fmt/format.h>

#include "campaign/takes.h"
#include "capture/desk/disk_warning.h"
#include "capture/desk/recording_desk.h"
#include "capture/recording.h"
#include "capture/take_sidecar.h"
#include "cli/check_report.h"
#include "cli/device_options.h"
#include "cli/recording_screen.h"
#include "cli/session.h"
#include "core/time.h"

namespace candid::cli {
namespace {

using capture::RecordingDesk;

// Between two lines of a recording that nobody watches.
constexpr Microseconds kStatusInterval = std::chrono::seconds(10);
constexpr std::chrono::milliseconds kKeyInterval{30};

struct RecordOptions {
  campaign::TakeRequest take;
  DeviceOptions devices;
  std::string max;
  int countdown = -1;  // seconds; negative: three at a terminal, none elsewhere
};

struct Job {
  capture::SourceSettings source;
  capture::RecordSettings record;
};

Result<Job> job_of(const RecordOptions& options) {
  Job job;
  job.source = TRY(source_settings(options.devices));
  if (!options.max.empty()) job.record.max_length = TRY(parse_duration(options.max));
  campaign::TakePlan plan = TRY(campaign::plan_take(options.take));
  job.record.output = std::move(plan.output);
  job.source.script = std::move(plan.script);
  return job;
}

// The presenter hurries through its script by itself; everybody else reads it.
bool is_read_by_a_person(const Job& job) {
  return job.source.camera != "test:";
}

using Recorded = Result<capture::RecordSummary>;

// Nobody is there: begins at once, after a countdown if one was asked for, and tells now and then how it goes.
Recorded record_unwatched(Session& session, const Job& job, capture::Source& source, int countdown) {
  ProgressLine line(session.console, "record");
  const double rate = source.format().frame_rate.value();
  const auto standby = static_cast<int64_t>(std::max(0, countdown) * rate);
  int64_t moments = 0;
  Microseconds next_status = kStatusInterval;
  bool warned = false;
  auto direct = [&](const capture::Moment&, const capture::RecordState& state) {
    if (job.record.max_length) {
      double whole = std::chrono::duration<double>(*job.record.max_length).count();
      line.update(std::chrono::duration<double>(state.recorded).count() / whole, format_duration(state.recorded));
    } else if (state.recorded >= next_status) {
      session.console.note(plain_status(state));
      next_status += kStatusInterval;
    }
    if (auto warning = capture::disk_warning(state); warning && !std::exchange(warned, true))
      session.console.note(fmt::format("warning: {}", *warning));
    return moments++ < standby ? capture::Direction::Standby : capture::Direction::Record;
  };
  return capture::record(source, job.record, direct, nullptr, session.stop);
}

// Shows what is good and bad about a take, and asks whether it is the one.
bool wants_another(const Session& session, Keyboard& keyboard, const std::filesystem::path& take) {
  auto report = check_with_progress(session, take);
  if (!report) {
    // The take is there all the same.
    if (report.error().kind() != ErrorKind::Cancelled) session.console.error(report.error());
    return false;
  }
  say_report(session.console, take, *report);
  LiveDisplay question;
  question.show({"", "Enter keep it · r record it again"});
  while (!session.stop.stop_requested()) {
    std::optional<Key> key = keyboard.poll();
    if (key == Key::Enter || key == Key::Escape || key == key_of('q')) return false;
    if (key == key_of('r')) return true;
    std::this_thread::sleep_for(kKeyInterval);
  }
  return false;
}

// Somebody sits there: looks first, begins by key, and may begin again.
Recorded record_watched(Session& session, const Job& job, capture::Source& source, Keyboard& keyboard, int countdown) {
  const capture::SourceFormat format = source.format();
  session.console.note(fmt::format("{} → {}", format.device, job.record.output.string()));
  while (true) {
    RecordingDesk desk(
        {countdown, is_read_by_a_person(job) ? job.source.script : capture::Script{}, job.record.max_length, format});
    RecordingScreen screen(desk, keyboard);
    auto direct = [&](const capture::Moment& moment, const capture::RecordState& state) {
      return screen.hear(moment, state);
    };
    Recorded summary = capture::record(source, job.record, direct, &desk.notes(), session.stop);
    const bool nothing_yet = !summary && summary.error().kind() == ErrorKind::Cancelled;
    if (nothing_yet && desk.wish() == RecordingDesk::Wish::Again && !session.stop.stop_requested()) continue;
    if (!summary || session.stop.stop_requested()) return summary;
    bool again = desk.wish() == RecordingDesk::Wish::Again || wants_another(session, keyboard, summary->path);
    if (!again) return summary;
    std::filesystem::path aside = TRY(campaign::put_aside(summary->path));
    session.console.note(fmt::format("Once more; what you have said so far is kept as {}.", aside.string()));
  }
}

nlohmann::json sidecar_json(const std::filesystem::path& take, const capture::TakeSidecar& sidecar) {
  nlohmann::json marks = nlohmann::json::array();
  for (const auto& mark : sidecar.marks)
    marks.push_back({{"text", mark.text}, {"start_s", to_seconds(mark.start)}, {"end_s", to_seconds(mark.end)}});
  nlohmann::json bookmarks = nlohmann::json::array();
  for (Microseconds bookmark : sidecar.bookmarks) bookmarks.push_back(to_seconds(bookmark));
  nlohmann::json pauses = nlohmann::json::array();
  for (const auto& pause : sidecar.pauses)
    pauses.push_back({{"at_s", to_seconds(pause.at)}, {"length_s", to_seconds(pause.length)}});
  nlohmann::json dropped = nlohmann::json::object();
  for (capture::Drop reason : capture::kDrops) dropped[capture::to_string(reason)] = sidecar.frames.dropped_for(reason);
  return {{"take", take.string()},
          {"duration_s", to_seconds(sidecar.duration)},
          {"device", sidecar.device},
          {"frames",
           {{"captured", sidecar.frames.captured},
            {"encoded", sidecar.frames.encoded},
            {"repeated", sidecar.frames.repeated},
            {"dropped", dropped}}},
          {"drift_ppm", sidecar.drift_ppm},
          {"missing_sound_s", to_seconds(sidecar.missing_sound)},
          {"ended_by", sidecar.ended_by},
          {"marks", marks},
          {"bookmarks_s", bookmarks},
          {"pauses", pauses}};
}

Outcome run_record(Session& session, const RecordOptions& options) {
  auto job = job_of(options);
  if (!job) return session.failed(job.error());
  auto source = capture::open_source(job->source);
  if (!source) {
    // A device that is not there was named wrongly, before any work.
    Outcome outcome = session.failed(source.error());
    return source.error().kind() == ErrorKind::NotFound ? Outcome::WrongInput : outcome;
  }
  Recorded summary = [&] {
    Keyboard keyboard;
    const bool is_watched = keyboard.is_terminal() && session.console.err_is_terminal() && !session.console.json &&
                            is_read_by_a_person(*job);
    if (!is_watched) return record_unwatched(session, *job, **source, options.countdown);
    return record_watched(session, *job, **source, keyboard, options.countdown < 0 ? 3 : options.countdown);
  }();
  // Told before devices are closed, which may take a second where a driver hangs.
  if (!summary) return session.failed(summary.error());
  auto note = campaign::add_marks(*summary, job->source.script);
  if (!note) session.console.error(note.error());
  if (note && *note) session.console.note(**note);
  auto sidecar = capture::read_sidecar(summary->path);
  if (!sidecar) return session.failed(sidecar.error());
  if (session.console.json) {
    session.console.print_json(sidecar_json(summary->path, *sidecar));
    return Outcome::Done;
  }
  session.console.say(
      fmt::format("{}: {}.", session.console.strong(summary->path.string()), campaign::describe(*sidecar)));
  if (summary->ended_by == capture::EndedBy::DiskLow)
    session.console.note("The recording ended because the disk is nearly full; all of it is kept.");
  session.console.say(fmt::format("Next: candid check {}", summary->path.string()));
  if (!options.take.campaign.empty())
    session.console.say(fmt::format("      candid proof {}", options.take.campaign.string()));
  return Outcome::Done;
}

}  // namespace

void add_record(CLI::App& program, Session& session) {
  auto options = std::make_shared<RecordOptions>();
  CLI::App* command = program.add_subcommand("record", "record a take: camera, screen, microphone");
  command->add_option("CAMPAIGN", options->take.campaign, "record this campaign's take, with its script.txt");
  command
      ->add_option("-o,--output", options->take.output,
                   "the take to make, NAME.mkv, or NAME.mka for sound alone; never replaced when it exists")
      ->type_name("FILE");
  add_device_options(*command, options->devices);
  command
      ->add_option("--script", options->take.script,
                   "what to say, a sentence a line: scrolls while you record; its times are kept beside the take")
      ->type_name("FILE");
  command->add_option("--max", options->max, "longest length, such as 20s or 1:30")->type_name("TIME");
  command->add_option("--countdown", options->countdown, "seconds before it begins; otherwise 3 at a terminal")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 60));
  command->footer(
      "At a terminal: Enter begins, Space pauses and goes on, r begins again, m marks a place, n is the script's next\n"
      "line, Enter ends, Esc gives up. Elsewhere it begins at once; Ctrl-C (SIGINT) ends it and keeps the take.");
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_record(session, *options); }; });
}

}  // namespace candid::cli
