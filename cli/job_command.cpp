#include "cli/job_command.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "campaign/faces.h"
#include "campaign/preflight.h"
#include "campaign/privacy/erased_rows.h"
#include "campaign/privacy/erasure_journal.h"
#include "campaign/privacy/unknown_receipts.h"
#include "cli/upload_display.h"
#include "core/text.h"
#include "net/url.h"

namespace candid::cli {
namespace {

std::string row_of(const campaign::Job& job, size_t candidate) {
  const campaign::Candidate& c = job.roster.candidates[candidate];
  return fmt::format("{}:{}: {}", job.campaign.roster.string(), c.line, shorten(c.name.empty() ? c.id : c.name, 60));
}

nlohmann::json candidate_json(const campaign::Job& job, size_t candidate) {
  const campaign::Candidate& c = job.roster.candidates[candidate];
  return {{"id", c.id}, {"line", c.line}, {"name", c.name}};
}

const char* state_name(campaign::RenderState state) {
  switch (state) {
    case campaign::RenderState::Rendered:
      return "rendered";
    case campaign::RenderState::Unchanged:
      return "unchanged";
    case campaign::RenderState::Cancelled:
      return "cancelled";
    case campaign::RenderState::Failed:
      break;
  }
  return "failed";
}

// A stop that comes by itself after some seconds, and with the user's.
class ShortStop {
 public:
  explicit ShortStop(const std::stop_token& stop)
      : passed_on_(stop, [this] { source_.request_stop(); }), clock_([this](const std::stop_token& over) {
          std::mutex mutex;
          std::condition_variable_any ended;
          std::unique_lock lock(mutex);
          ended.wait_for(lock, over, std::chrono::seconds(5), [] { return false; });
          if (!over.stop_requested()) source_.request_stop();
        }) {}
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::stop_callback<std::function<void()>> passed_on_;
  std::jthread clock_;  // last, so that it ends first
};

// An older ledger, which would have to be brought up to date first, knows of nobody.
Result<size_t> ask_who_was_erased(const Session& session, campaign::Job& job, const campaign::Places& places,
                                  const std::stop_token& stop) {
  auto ledger = campaign::look_into_ledger(places, stop);
  if (!ledger && ledger.error().kind() == ErrorKind::Unsupported) return 0;
  if (!ledger) return tl::unexpected(ledger.error());
  auto unknown = campaign::unknown_receipts(job.campaign.folder, *ledger->ledger);
  if (unknown && !unknown->empty()) {
    session.console.note(fmt::format(
        "note: the ledger does not know {} whose receipts lie in {}, {} among them: an older copy of it was put back, "
        "and who was erased since is in it again. Forget them again (docs/privacy.md).",
        count(unknown->size(), "erasure"), (job.campaign.folder / "erasures").string(), unknown->front()));
  }
  return campaign::hold_erased(job, *ledger->ledger);
}

// Nobody is left: the error. What the ledger itself had to say against it goes to `no_answer`.
Result<void> hold_erased(const Session& session, campaign::Job& job, AskedLedger asked,
                         const std::filesystem::path& data, std::optional<Error>& no_answer) {
  campaign::Places places = campaign::places_of(job.campaign.publish, {data});
  if (!campaign::has_ledger(places)) return {};
  bool may_fail = asked == AskedLedger::IfItAnswers && !places.ledger.empty();
  auto held = may_fail ? ask_who_was_erased(session, job, places, ShortStop(session.stop).token())
                       : ask_who_was_erased(session, job, places, session.stop);
  if (!held && may_fail) {
    session.console.note(fmt::format(
        "note: whether somebody of these was erased is not known yet ({}); publishing asks.", held.error().message()));
    return {};
  }
  if (!held && asked == AskedLedger::IfItAnswers) return tl::unexpected(held.error());
  if (!held) {
    no_answer = held.error();
    return {};
  }
  if (*held == 0 || !job.roster.candidates.empty()) return {};
  tell_rejected(session, job.roster);
  return fail(ErrorKind::InvalidInput, "nobody is left who may get a video", "add rows of others to the roster");
}

}  // namespace

Outcome Session::failed(const Error& error) const {
  // What was under way when the stop came knows its own name alone.
  bool lacks_hint = stop.stop_requested() && error.kind() == ErrorKind::Cancelled && error.hint().empty();
  Error told = lacks_hint ? Error(error.kind(), error.describe(), "the same command goes on from here") : error;
  if (console.json) console.print_json({{"error", to_json(told)}});
  console.error(told);
  return outcome_of(told);
}

void add_json_option(CLI::App& command, Session& session) {
  command.add_flag("--json", session.console.json, "write the result as JSON to stdout");
}

void add_data_option(CLI::App& command, std::filesystem::path& data) {
  command.add_option("--data", data, "folder of ledger and store; else $CANDID_DATA, else ~/.local/share/candid")
      ->type_name("DIR");
}

void add_server_option(CLI::App& command, std::string& server) {
  command.add_option("--server", server, "the server's address in the links; else the campaign's [publish] server")
      ->type_name("URL")
      ->check([](const std::string& url) {
        bool valid = url.starts_with("https://") || url.starts_with("http://");
        if (valid && net::holds_login(url)) return std::string("the address holds a user or a password: take them out");
        return valid && !url.ends_with('/') ? std::string() : "an address reads https://video.example.com";
      });
}

bool was_cut_short(const std::vector<campaign::RenderOutcome>& outcomes) {
  return std::any_of(outcomes.begin(), outcomes.end(), [](const campaign::RenderOutcome& outcome) {
    return outcome.state == campaign::RenderState::Cancelled ||
           (outcome.error && outcome.error->kind() == ErrorKind::NoSpace);
  });
}

void add_render_options(CLI::App& command, campaign::RenderOptions& options) {
  command.add_option("--jobs", options.jobs, "threads; 0: one a core")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command
      .add_option(
          "--memory", options.memory,
          "pictures to hold in memory, as 512M or 4G; frames beyond it wait in a file; else a quarter of the memory")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(false));
}

std::string count(size_t number, std::string_view thing) {
  return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::optional<Prepared> prepare(const Session& session, const std::filesystem::path& folder, const std::string& server,
                                Outcome& outcome, AskedLedger asked, const std::filesystem::path& data) {
  Findings findings;
  auto job = campaign::load_job(folder, findings);
  session.console.findings(findings);
  if (!job) {
    outcome = outcome_of(job.error());
    if (session.console.json) {
      session.console.print_json({{"error", to_json(job.error())}, {"findings", to_json(findings)}});
    }
    session.console.error(job.error());
    return std::nullopt;
  }
  if (!server.empty()) job->campaign.publish.server = server;
  std::optional<Error> no_answer;
  if (auto held = hold_erased(session, *job, asked, data, no_answer); !held) {
    outcome = session.failed(held.error());
    return std::nullopt;
  }
  std::error_code code;
  if (std::filesystem::exists(campaign::ErasureJournal(job->campaign.folder).begun_file(), code)) {
    session.console.note(
        fmt::format("note: an erasure was begun here and is not done: candid forget {} CANDIDATE goes on with it.",
                    folder.string()));
  }
  auto workspace = campaign::Workspace::open(folder);
  auto faces = workspace ? campaign::find_faces(*job, *workspace, session.stop) : tl::unexpected(workspace.error());
  auto plan = faces ? campaign::make_plan(*job) : tl::unexpected(faces.error());
  if (!plan) {
    outcome = session.failed(plan.error());
    return std::nullopt;
  }
  return Prepared{std::move(*job), std::move(*workspace), std::move(*plan), std::move(no_answer)};
}

void tell_rejected(const Session& session, const campaign::Roster& roster) {
  for (const campaign::RejectedRow& row : roster.rejected) session.console.findings(row.findings);
  if (!roster.rejected.empty()) {
    session.console.note(fmt::format("{} left out, as listed above.", count(roster.rejected.size(), "row")));
  }
}

nlohmann::json rejected_json(const campaign::Roster& roster) {
  nlohmann::json list = nlohmann::json::array();
  for (const campaign::RejectedRow& row : roster.rejected) {
    list.push_back({{"line", row.line}, {"name", row.name}, {"findings", to_json(row.findings)}});
  }
  return list;
}

Result<campaign::Decisions> decisions_of(const Session& session, const std::filesystem::path& file) {
  Findings findings;
  campaign::Decisions decisions = TRY(campaign::read_decisions(file, findings));
  session.console.findings(findings);
  if (findings.empty()) return decisions;
  return fail(
      ErrorKind::InvalidInput,
      fmt::format("{} in {} cannot be read; nothing was done", count(findings.size(), "decision"), file.string()),
      "mend the lines above");
}

Result<campaign::Proof> prove(const Session& session, const Prepared& work, const campaign::Decisions& decisions) {
  ProgressLine line(session.console, "proof ");
  auto progress = [&](size_t done, size_t total) {
    line.update(static_cast<double>(done) / static_cast<double>(total),
                fmt::format("{} of {}", done, count(total, "row")));
  };
  return campaign::make_proof(work.job, work.workspace, decisions, progress, session.stop);
}

Result<std::vector<campaign::RenderOutcome>> render(const Session& session, const Prepared& work,
                                                    const campaign::RenderOptions& options) {
  ProgressLine line(session.console, "render");
  auto progress = [&](const campaign::RenderProgress& done) {
    std::string size =
        done.predicted_bytes > 0 ? fmt::format(" of {:.1f} MB", static_cast<double>(done.predicted_bytes) / 1e6) : "";
    line.update(done.fraction, fmt::format("{} of {}{}, {:.0f} frames/s", done.messages_done,
                                           count(done.messages_total, "video"), size, done.frames_per_second));
  };
  return campaign::render(work.job, work.plan, work.workspace, options, progress, session.stop);
}

void add_send_options(CLI::App& command, SendOptions& options) {
  constexpr int kMostParallel = 64;
  add_data_option(command, options.data);
  add_server_option(command, options.server);
  command
      .add_option("--limit-rate", options.limit_rate, "bytes a second at most, as 500k or 2M; 0: as fast as it goes")
      ->type_name("RATE")
      ->transform(CLI::AsSizeValue(true));
  command.add_option("--parallel", options.how.parallel, "files on their way at once")
      ->check(CLI::Range(1, kMostParallel))
      ->capture_default_str();
  command.add_flag("--verify", options.how.verify, "compare every object in the store, whatever earlier runs sent");
  command.add_flag("--new-links", options.how.new_links,
                   "make new links in place of those that are over, and of those that another ledger gave out");
}

Result<campaign::Destination> open_destination(const Session& session, const Prepared& work,
                                               const SendOptions& options) {
  campaign::Places places = campaign::places_of(work.job.campaign.publish, {options.data});
  campaign::Destination destination;
  destination.store =
      TRY(campaign::open_store(places, work.workspace.uploads_file(), options.limit_rate, session.stop));
  destination.ledger = TRY(campaign::open_ledger(places, session.stop));
  return destination;
}

Result<std::vector<campaign::Standing>> standings_of(const Prepared& work, const campaign::Decisions& decisions) {
  return campaign::standings(work.job, decisions, campaign::preflight(work.job.campaign, work.job.roster));
}

Result<campaign::PublishReport> publish(const Session& session, const Prepared& work,
                                        const campaign::Decisions& decisions, const campaign::Destination& destination,
                                        const campaign::PublishOptions& options) {
  auto standings = TRY(standings_of(work, decisions));
  campaign::PublishOptions how = options;
  how.verify = how.verify || destination.store.is_local;  // a look there costs nothing
  campaign::PublishReport report;
  {
    UploadDisplay display(session.console);
    auto progress = [&](const campaign::PublishProgress& so_far) { display.update(so_far); };
    report = TRY(campaign::publish({work.job, work.plan, standings, work.workspace}, *destination.store.store,
                                   *destination.ledger.ledger, how, progress, session.stop));
  }
  if (report.leftovers) {
    session.console.note(
        fmt::format("note: unfinished uploads of earlier runs could not be ended ({}).", report.leftovers->describe()));
  }
  return report;
}

void tell_server(const Session& session, const Prepared& work) {
  const std::string& server = work.job.campaign.publish.server;
  auto answers = campaign::check_server(server, session.stop);
  if (answers || answers.error().kind() == ErrorKind::Cancelled) return;
  session.console.note(
      fmt::format("note: no candid server answers at {} yet ({}); the links open once candid serve runs there.", server,
                  answers.error().message()));
}

size_t tell_failures(const Session& session, const campaign::Job& job,
                     const std::vector<campaign::RenderOutcome>& outcomes) {
  size_t failed = 0;
  for (const campaign::RenderOutcome& outcome : outcomes) {
    if (!outcome.error) continue;
    session.console.error(outcome.error->wrapped(row_of(job, outcome.candidate)));
    ++failed;
  }
  return failed;
}

size_t tell_failures(const Session& session, const campaign::Job& job, const campaign::PublishReport& report,
                     const std::vector<campaign::RenderOutcome>& rendered) {
  std::set<size_t> told;
  for (const campaign::RenderOutcome& outcome : rendered) {
    if (outcome.error) told.insert(outcome.candidate);
  }
  if (report.links_of_others > 0) {
    session.console.note(fmt::format("note: {} in links.csv, of candidates who are not among these rows, still open.",
                                     count(report.links_of_others, "link")));
  }
  if (report.links_of_erased > 0) {
    session.console.note(fmt::format(
        "note: {} in links.csv, of candidates who were erased elsewhere, open{} nothing: candid forget {} CANDIDATE "
        "removes what is left of them here.",
        count(report.links_of_erased, "link"), report.links_of_erased == 1 ? "s" : "", job.campaign.folder.string()));
  }
  tell_over(session, report.links_over);
  size_t failed = 0;
  for (const campaign::PublishedLink& link : report.links) {
    if (!link.error) continue;
    if (!told.contains(link.candidate)) session.console.error(link.error->wrapped(row_of(job, link.candidate)));
    ++failed;
  }
  return failed;
}

void tell_over(const Session& session, size_t links) {
  if (links == 0) return;
  session.console.note(fmt::format(
      "note: {} over by the campaign's terms and open{} nothing: a later expires in campaign.toml opens {} again, "
      "--new-links makes new ones.",
      links == 1 ? "1 link is" : fmt::format("{} links are", links), links == 1 ? "s" : "",
      links == 1 ? "it" : "them"));
}

void tell_held(const Session& session, const campaign::Job& job, const campaign::PublishReport& report) {
  for (const campaign::HeldMessage& held : report.held)
    session.console.note(fmt::format("held: {}: {}", row_of(job, held.candidate), held.reason));
  if (report.held.empty()) return;
  session.console.note(fmt::format("{} held, and got no link. candid proof {} --approve ID lets one go.",
                                   count(report.held.size(), "video"), job.campaign.folder.string()));
}

nlohmann::json held_json(const campaign::Job& job, const campaign::PublishReport& report) {
  nlohmann::json list = nlohmann::json::array();
  for (const campaign::HeldMessage& held : report.held) {
    nlohmann::json entry = candidate_json(job, held.candidate);
    entry["message"] = held.message_id;
    entry["reason"] = held.reason;
    list.push_back(std::move(entry));
  }
  return list;
}

size_t tell_findings(const Session& session, const campaign::Proof& proof) {
  constexpr size_t kMostRows = 50;  // a screenful of them; the sheet has all
  session.console.findings(proof.shared);
  size_t flagged = 0;
  for (const campaign::ProofRow& row : proof.rows) {
    if (row.findings.empty() || row.worst() == Severity::Note) continue;
    if (++flagged <= kMostRows) session.console.findings(row.findings);
  }
  if (flagged > kMostRows)
    session.console.note(fmt::format("… and {} to look at on the sheet.", count(flagged - kMostRows, "more row")));
  return flagged;
}

nlohmann::json render_json(const campaign::Job& job, const std::vector<campaign::RenderOutcome>& outcomes) {
  nlohmann::json list = nlohmann::json::array();
  for (const campaign::RenderOutcome& outcome : outcomes) {
    nlohmann::json entry = candidate_json(job, outcome.candidate);
    entry["message"] = outcome.message_id;
    entry["file"] = outcome.file.string();
    entry["state"] = state_name(outcome.state);
    if (outcome.error) entry["error"] = to_json(*outcome.error);
    list.push_back(std::move(entry));
  }
  return list;
}

nlohmann::json publish_json(const campaign::Job& job, const campaign::PublishReport& report) {
  nlohmann::json list = nlohmann::json::array();
  for (const campaign::PublishedLink& link : report.links) {
    nlohmann::json entry = candidate_json(job, link.candidate);
    entry["message"] = link.message_id;
    entry["link"] = link.url;
    entry["new"] = link.is_new;
    if (link.error) entry["error"] = to_json(*link.error);
    list.push_back(std::move(entry));
  }
  return list;
}

nlohmann::json proof_json(const campaign::Job& job, const campaign::Proof& proof) {
  nlohmann::json rows = nlohmann::json::array();
  for (const campaign::ProofRow& row : proof.rows) {
    nlohmann::json entry = candidate_json(job, row.candidate);
    entry["findings"] = to_json(row.findings);
    entry["held"] = row.standing.held_because;
    for (const auto& picture : row.pictures) entry["pictures"].push_back(picture.file.string());
    rows.push_back(std::move(entry));
  }
  nlohmann::json sheets = nlohmann::json::array();
  for (const auto& sheet : proof.sheets) sheets.push_back(sheet.string());
  return {{"html", proof.html.string()},
          {"findings", to_json(proof.shared)},
          {"sheets", std::move(sheets)},
          {"rows", std::move(rows)}};
}

}  // namespace candid::cli
