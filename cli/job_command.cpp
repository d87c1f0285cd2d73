#include "cli/job_command.h"

#include <algorithm>

#include <fmt/format.h>

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

const char* render_state_name(campaign::RenderState state) {
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

std::optional<campaign::Prepared> prepare(const Session& session, const std::filesystem::path& folder,
                                          const campaign::PrepareSettings& settings, Outcome& outcome) {
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
  const campaign::PrepareListener listener{
      [&](const std::string& line) { session.console.note(line); },
      [&](const campaign::Roster& roster) { tell_rejected(session, roster); },
  };
  auto work = campaign::prepare(std::move(*job), settings, listener, session.stop);
  if (work) return std::move(*work);
  outcome = session.failed(work.error());
  return std::nullopt;
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

Result<campaign::Proof> prove(const Session& session, const campaign::Prepared& work,
                              const campaign::Decisions& decisions) {
  ProgressLine line(session.console, "proof ");
  auto progress = [&](size_t done, size_t total) {
    line.update(static_cast<double>(done) / static_cast<double>(total),
                fmt::format("{} of {}", done, count(total, "row")));
  };
  return campaign::make_proof(work.job, work.workspace, decisions, progress, session.stop);
}

Result<std::vector<campaign::RenderOutcome>> render(const Session& session, const campaign::Prepared& work,
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
  add_data_option(command, options.settings.data);
  add_server_option(command, options.server);
  command
      .add_option("--limit-rate", options.settings.limit_rate,
                  "bytes a second at most, as 500k or 2M; 0: as fast as it goes")
      ->type_name("RATE")
      ->transform(CLI::AsSizeValue(true));
  command.add_option("--parallel", options.settings.how.parallel, "files on their way at once")
      ->check(CLI::Range(1, kMostParallel))
      ->capture_default_str();
  command.add_flag("--verify", options.settings.how.verify,
                   "compare every object in the store, whatever earlier runs sent");
  command.add_flag("--new-links", options.settings.how.new_links,
                   "make new links in place of those that are over, and of those that another ledger gave out");
}

Result<campaign::PublishReport> publish(const Session& session, const campaign::Prepared& work,
                                        const campaign::Decisions& decisions, const campaign::Destination& destination,
                                        const campaign::PublishOptions& options) {
  const auto standings = TRY(campaign::standings_of(work, decisions));
  campaign::PublishReport report;
  {
    UploadDisplay display(session.console);
    auto progress = [&](const campaign::PublishProgress& so_far) { display.update(so_far); };
    report = TRY(campaign::send(work, standings, destination, options, progress, session.stop));
  }
  if (report.leftovers) {
    session.console.note(
        fmt::format("note: unfinished uploads of earlier runs could not be ended ({}).", report.leftovers->describe()));
  }
  return report;
}

void tell_server(const Session& session, const campaign::Prepared& work) {
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
  for (const campaign::PublishedLink* link : campaign::failed_links(report, rendered))
    session.console.error(link->error->wrapped(row_of(job, link->candidate)));
  return static_cast<size_t>(std::count_if(report.links.begin(), report.links.end(),
                                           [](const campaign::PublishedLink& link) { return link.error.has_value(); }));
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
    entry["state"] = render_state_name(outcome.state);
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
