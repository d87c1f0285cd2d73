#pragma once
// What proof, render, publish and run have in common: a campaign is loaded and checked, rows that fail are listed.

#include <optional>

#include <nlohmann/json.hpp>

#include "campaign/job.h"
#include "campaign/prepared.h"
#include "campaign/proof.h"
#include "campaign/publishing/publish.h"
#include "campaign/render.h"
#include "campaign/sending.h"
#include "cli/session.h"
#include "core/files.h"

namespace candid::cli {

// Loads and prepares. Nothing after the campaign's problems were told; `outcome` is set then.
std::optional<campaign::Prepared> prepare(const Session& session, const std::filesystem::path& folder,
                                          const campaign::PrepareSettings& settings, Outcome& outcome);

// decisions.csv of the campaign. Fails when a line of it cannot be understood, after telling which.
Result<campaign::Decisions> decisions_of(const Session& session, const std::filesystem::path& file);

// Lists the rows that get no video, on stderr.
void tell_rejected(const Session& session, const campaign::Roster& roster);
nlohmann::json rejected_json(const campaign::Roster& roster);

// The steps with their progress on the terminal.
Result<campaign::Proof> prove(const Session& session, const campaign::Prepared& work,
                              const campaign::Decisions& decisions);
Result<std::vector<campaign::RenderOutcome>> render(const Session& session, const campaign::Prepared& work,
                                                    const campaign::RenderOptions& options);
struct SendOptions {
  campaign::SendSettings settings{};
  std::string server{};
  campaign::PrepareSettings preparing() const { return {server, settings.data, campaign::AskedLedger::Always}; }
};
// --data, --server, --limit-rate, --parallel, --verify and --new-links
void add_send_options(CLI::App& command, SendOptions& options);
Result<campaign::PublishReport> publish(const Session& session, const campaign::Prepared& work,
                                        const campaign::Decisions& decisions, const campaign::Destination& destination,
                                        const campaign::PublishOptions& options);
// How many links open nothing, and what helps, on stderr.
void tell_over(const Session& session, size_t links);
// Lists the messages that stay back, on stderr.
void tell_held(const Session& session, const campaign::Job& job, const campaign::PublishReport& report);
nlohmann::json held_json(const campaign::Job& job, const campaign::PublishReport& report);

// Says so when the links' server does not answer yet; nobody's videos are lost by it.
void tell_server(const Session& session, const campaign::Prepared& work);

// Errors a row, on stderr; how many failed.
size_t tell_failures(const Session& session, const campaign::Job& job,
                     const std::vector<campaign::RenderOutcome>& outcomes);
// Of what could not be rendered, the reason was told already.
size_t tell_failures(const Session& session, const campaign::Job& job, const campaign::PublishReport& report,
                     const std::vector<campaign::RenderOutcome>& rendered);
size_t tell_findings(const Session& session, const campaign::Proof& proof);

nlohmann::json render_json(const campaign::Job& job, const std::vector<campaign::RenderOutcome>& outcomes);
nlohmann::json publish_json(const campaign::Job& job, const campaign::PublishReport& report);
nlohmann::json proof_json(const campaign::Job& job, const campaign::Proof& proof);

// --jobs and --memory
void add_render_options(CLI::App& command, campaign::RenderOptions& options);

// "8 videos", "1 video"
std::string count(size_t number, std::string_view thing);

}  // namespace candid::cli
