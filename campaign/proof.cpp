#include "campaign/proof.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

#include "campaign/greetings/greetings.h"
#include "campaign/parallel.h"
#include "campaign/plan.h"
#include "campaign/preflight.h"
#include "campaign/proof_sheet.h"
#include "encode/still.h"
#include "media/video_reader.h"
#include "overlay/composition.h"

namespace candid::campaign {
namespace {

// A picture of the take at a moment, and what all candidates see on it.
struct Moment {
  Microseconds time;
  media::Frame frame;
  overlay::Composition shared;
};

// A layer each: does it show words of the candidate's?
std::vector<size_t> layers_where(const Job& job, bool is_personal) {
  std::vector<size_t> layers;
  for (size_t i = 0; i < job.campaign.look.layers.size(); ++i) {
    if (job.campaign.look.layers[i].is_personal() == is_personal) layers.push_back(i);
  }
  return layers;
}

// The layers as they stand at a moment.
Result<overlay::Composition> compose(const Job& job, const Fields& fields, const std::vector<size_t>& layers,
                                     Microseconds time) {
  return overlay::Composition::create(job.campaign.look, fields, job.timeline.size, job.timeline.duration(),
                                      {layers, time, time + Microseconds{1}});
}

// Decoded and drawn once for all candidates.
Result<std::vector<Moment>> read_moments(const Job& job, const std::vector<Microseconds>& times) {
  const Timeline& timeline = job.timeline;
  const std::vector<size_t> layers = layers_where(job, false);
  std::vector<Moment> moments;
  for (Microseconds time : times) {
    media::VideoReader reader =
        TRY(media::VideoReader::open(job.campaign.take, job.pictures(timeline.frame_at(time), 1)));
    std::optional<media::Frame> frame = TRY(reader.next());
    if (frame) moments.push_back({time, std::move(*frame), TRY(compose(job, {}, layers, time))});
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

Result<void> prove_row(const Job& job, const std::vector<Moment>& moments, const std::vector<size_t>& layers,
                       const std::filesystem::path& folder, ProofRow& row) {
  const Candidate& candidate = job.roster.candidates[row.candidate];
  row.seen = TRY(words_seen(job, candidate));
  Findings drawn;
  for (size_t i = 0; i < moments.size(); ++i) {
    const Moment& moment = moments[i];
    overlay::Composition own = TRY(compose(job, candidate.fields, layers, moment.time));
    add_new(drawn, own.findings());
    media::Frame frame = moment.frame.share();
    TRY_VOID(overlay::Composition::merged(moment.shared, own).apply(frame, moment.time));
    auto jpeg = TRY(encode::to_jpeg(frame, proof_picture_size(frame.size())));
    std::filesystem::path path = folder / fmt::format("row-{:05}-{}.jpg", candidate.line, i + 1);
    TRY_VOID(write_scratch_file(path, jpeg));
    row.pictures.push_back({std::move(path), moment.time});
  }
  for (Finding& finding : drawn) {
    finding.file = job.campaign.roster.string();
    finding.line = candidate.line;
    row.findings.push_back(std::move(finding));
  }
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
  const std::vector<size_t> personal = layers_where(job, true);
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
    auto result = prove_row(job, moments, personal, folder, row);
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
