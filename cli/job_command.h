#pragma once
// What proof, render, publish and run have in common: a campaign is loaded and checked, rows that fail are listed.

#include <optional>

#include "campaign/job.h"
#include "campaign/proof.h"
#include "campaign/publish.h"
#include "campaign/render.h"
#include "cli/session.h"

namespace candid::cli {

// The checked campaign, or nothing after its problems were told; `outcome` is set then.
std::optional<campaign::Job> load_job(Session& session, const std::filesystem::path& folder, Outcome& outcome);

// Lists the rows that get no video, on stderr.
void tell_rejected(const Session& session, const campaign::Roster& roster);
nlohmann::json rejected_json(const campaign::Roster& roster);

// The steps with their progress on the terminal.
Result<campaign::Proof> prove(Session& session, const campaign::Job& job, const campaign::Workspace& workspace);
Result<std::vector<campaign::RenderOutcome>> render(Session& session, const campaign::Job& job,
                                                    const campaign::Plan& plan, const campaign::Workspace& workspace,
                                                    const campaign::RenderOptions& options);
Result<campaign::PublishReport> publish(Session& session, const campaign::Job& job, const campaign::Plan& plan,
                                        const campaign::Workspace& workspace, const campaign::DataFolder& data);

// Errors a row, on stderr; how many failed.
size_t tell_failures(const Session& session, const campaign::Job& job,
                     const std::vector<campaign::RenderOutcome>& outcomes);
size_t tell_failures(const Session& session, const campaign::Job& job, const campaign::PublishReport& report);
size_t tell_findings(const Session& session, const campaign::Proof& proof);

nlohmann::json render_json(const campaign::Job& job, const std::vector<campaign::RenderOutcome>& outcomes);
nlohmann::json publish_json(const campaign::Job& job, const campaign::PublishReport& report);
nlohmann::json proof_json(const campaign::Job& job, const campaign::Proof& proof);

// "8 videos", "1 video"
std::string count(size_t number, std::string_view thing);

}  // namespace candid::cli
