#include "campaign/proof.h"

#include <mutex>

#include <fmt/format.h>

#include "campaign/parallel.h"
#include "campaign/plan.h"
#include "campaign/proof_sheet.h"
#include "encode/still.h"
#include "media/video_reader.h"
#include "overlay/composition.h"

namespace candid::campaign {
namespace {

struct BareFrame {
  Microseconds time;
  media::Frame frame;
};

// The take's own pictures at the moments, without overlays: decoded once for all candidates.
Result<std::vector<BareFrame>> read_moments(const Job& job, const std::vector<Microseconds>& moments) {
  const Timeline& timeline = job.timeline;
  int64_t last = timeline.frame_at(moments.back());
  media::VideoReader reader = TRY(media::VideoReader::open(
      job.campaign.take, {timeline.size, timeline.rate, job.campaign.video.fit, timeline.take_start, last + 1}));
  std::vector<BareFrame> frames;
  for (int64_t index = 0; std::optional<media::Frame> frame = TRY(reader.next()); ++index) {
    if (timeline.frame_at(moments[frames.size()]) == index)
      frames.push_back({moments[frames.size()], std::move(*frame)});
    if (frames.size() == moments.size()) break;
  }
  return frames;
}

Result<void> prove_row(const Job& job, const std::vector<BareFrame>& moments, const std::filesystem::path& folder,
                       ProofRow& row) {
  const Candidate& candidate = job.roster.candidates[row.candidate];
  overlay::Composition composition = TRY(
      overlay::Composition::create(job.campaign.look, candidate.fields, job.timeline.size, job.timeline.duration()));
  for (Finding finding : composition.findings()) {
    finding.file = job.campaign.roster.string();
    finding.line = candidate.line;
    row.findings.push_back(std::move(finding));
  }
  for (size_t i = 0; i < moments.size(); ++i) {
    media::Frame frame = moments[i].frame.share();
    TRY_VOID(composition.apply(frame, moments[i].time));
    auto jpeg = TRY(encode::to_jpeg(frame, proof_picture_size(frame.size())));
    std::filesystem::path path = folder / fmt::format("row-{:05}-{}.jpg", candidate.line, i + 1);
    TRY_VOID(write_scratch_file(path, jpeg));
    row.pictures.push_back(std::move(path));
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

Result<Proof> make_proof(const Job& job, const Workspace& workspace,
                         const std::function<void(size_t, size_t)>& progress, std::stop_token stop) {
  Proof proof;
  std::filesystem::path folder = workspace.proof_folder();
  TRY_VOID(empty_folder(folder));
  std::vector<BareFrame> moments = TRY(read_moments(job, personal_moments(job)));
  proof.rows.resize(job.roster.candidates.size());
  std::mutex mutex;
  std::optional<Error> no_space;
  size_t done = 0;
  run_in_parallel(proof.rows.size(), 0, [&](size_t i) {
    if (stop.stop_requested()) return;
    proof.rows[i].candidate = i;
    auto result = prove_row(job, moments, folder, proof.rows[i]);
    std::lock_guard lock(mutex);
    if (!result && result.error().kind() == ErrorKind::NoSpace) no_space = result.error();
    if (!result) {
      const Candidate& candidate = job.roster.candidates[i];
      proof.rows[i].findings.push_back({Severity::Error, job.campaign.roster.string(), candidate.line, "",
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
