#include "campaign/proof.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "campaign/greetings/greetings.h"
#include "campaign/moment.h"
#include "campaign/parallel.h"
#include "campaign/plan.h"
#include "campaign/preflight.h"
#include "campaign/proof_sheet.h"
#include "encode/still.h"
#include "overlay/composition.h"

namespace candid::campaign {
namespace {

// Decoded and drawn once for all candidates.
Result<std::vector<Moment>> read_moments(const Job& job, const std::vector<Microseconds>& times) {
  std::vector<Moment> moments;
  for (Microseconds time : times) {
    media::Frame frame = TRY(take_frame(job, job.timeline.frame_at(time)));
    moments.push_back({time, std::move(frame), TRY(shared_layers(job, time))});
  }
  return moments;
}

void add_new(Findings& findings, const Findings& found);

// What is wrong with captions that all see the same: each is drawn once.
Result<void> check_captions(const Job& job, Findings& findings) {
  const overlay::Template& look = job.campaign.look;
  for (size_t i = 0; i < look.layers.size(); ++i) {
    for (const overlay::CaptionLine& line : look.layers[i].lines) {
      if (line.text.is_personal() || !look.layers[i].is_burned_in) continue;
      overlay::DrawnPart part{std::span(&i, 1), line.start, line.start + Microseconds{1}};
      Fields nobody;  // for lines that overlap this one and are personal
      for (const FieldUse& use : job.campaign.field_uses) nobody.emplace(use.field, use.field);
      add_new(
          findings,
          TRY(overlay::Composition::create(look, nobody, job.timeline.size, job.timeline.duration(), part)).findings());
    }
  }
  return {};
}

void add_new(Findings& findings, const Findings& found) {
  for (const Finding& finding : found) {
    bool is_told = std::any_of(findings.begin(), findings.end(), [&](const Finding& other) {
      return other.column == finding.column && other.message == finding.message;
    });
    if (!is_told) findings.push_back(finding);
  }
}

Result<void> prove_row(const Job& job, const std::vector<Moment>& moments, const std::filesystem::path& folder,
                       ProofRow& row) {
  const Candidate& candidate = job.roster.candidates[row.candidate];
  row.seen = TRY(words_seen(job, candidate));
  Findings found;
  for (size_t i = 0; i < moments.size(); ++i) {
    DrawnMoment drawn = TRY(draw_moment(job, moments[i], candidate));
    add_new(found, drawn.findings);
    auto jpeg = TRY(encode::to_jpeg(drawn.frame, proof_picture_size(drawn.frame.size())));
    std::filesystem::path path = folder / fmt::format("row-{:05}-{}.jpg", candidate.line, i + 1);
    TRY_VOID(write_scratch_file(path, jpeg));
    row.pictures.push_back({std::move(path), moments[i].time});
  }
  row.findings.insert(row.findings.end(), found.begin(), found.end());
  return {};
}

// Yesterday's pictures must not stand beside today's.
Result<void> empty_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::remove_all(folder, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot empty {}", folder.string())));
  return make_folder(folder);
}

}  // namespace

Severity ProofRow::worst() const {
  return std::max_element(findings.begin(), findings.end(),
                          [](const Finding& a, const Finding& b) { return a.severity < b.severity; })
      ->severity;
}

Result<Proof> make_proof(const Job& job, const Workspace& workspace, const Decisions& decisions,
                         const std::function<void(size_t, size_t)>& progress, std::stop_token stop) {
  Proof proof;
  std::filesystem::path folder = workspace.proof_folder();
  TRY_VOID(empty_folder(folder));
  std::vector<Findings> found = preflight(job.campaign, job.roster);
  std::vector<Standing> standing = TRY(standings(job, decisions, found));
  const std::vector<Findings> flagged = flagged_greetings(job);
  const std::vector<Moment> moments = TRY(read_moments(job, personal_moments(job)));
  for (const Moment& moment : moments) add_new(proof.shared, moment.shared.findings());
  TRY_VOID(check_captions(job, proof.shared));
  proof.rows.resize(job.roster.candidates.size());
  std::mutex mutex;
  std::optional<Error> no_space;
  size_t done = 0;
  run_in_parallel(proof.rows.size(), 0, [&](size_t i) {
    if (stop.stop_requested()) return;
    ProofRow& row = proof.rows[i];
    row.candidate = i;
    row.findings = std::move(found[i]);
    row.findings.insert(row.findings.end(), flagged[i].begin(), flagged[i].end());
    row.standing = std::move(standing[i]);
    auto result = prove_row(job, moments, folder, row);
    std::lock_guard lock(mutex);
    if (!result && result.error().kind() == ErrorKind::NoSpace) no_space = result.error();
    if (!result) {
      const Candidate& candidate = job.roster.candidates[i];
      row.findings.push_back({Severity::Error, job.campaign.roster.string(), candidate.line, "",
                              result.error().describe(), result.error().hint()});
    }
    if (progress) progress(++done, proof.rows.size());
  });
  if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped");
  if (no_space) return tl::unexpected(*no_space);
  proof.html = folder / "index.html";
  TRY_VOID(write_file(proof.html, TRY(proof_html(job, proof))));
  proof.sheets = TRY(write_proof_sheets(job, proof, folder));
  return proof;
}

}  // namespace candid::campaign
