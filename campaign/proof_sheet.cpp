#include "campaign/proof_sheet.h"

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "campaign/embedded.h"
#include "campaign/parallel.h"
#include "core/text.h"
#include "encode/still.h"
#include "overlay/blend.h"
#include "overlay/drawing.h"

namespace candid::campaign {
namespace {

constexpr int kPictureSide = 640;  // px
constexpr int kTileSide = 360;     // px, of a picture on a PNG page
constexpr int kGap = 24;
constexpr int kLabelHeight = 64;
constexpr int kColumns = 4;
constexpr int kRowsAPage = 5;
constexpr size_t kTilesAPage = size_t{kColumns} * kRowsAPage;
constexpr overlay::Color kInk{28, 32, 40};
constexpr overlay::Color kQuietInk{110, 118, 130};
constexpr overlay::Color kAlarm{192, 38, 38};

media::FrameSize fit_into(media::FrameSize size, int side) {
  double scale = std::min(1.0, static_cast<double>(side) / std::max(size.width, size.height));
  return {static_cast<int>(size.width * scale) / 2 * 2, static_cast<int>(size.height * scale) / 2 * 2};
}

struct Tile {
  const Candidate* candidate;
  const ProofRow* row;
  const std::filesystem::path* picture;
};

Result<void> draw_tile(media::Frame& page, const Tile& tile, media::FrameSize size, int x, int y) {
  overlay::blend(page, TRY(overlay::draw_picture(*tile.picture, size, x, y)));
  const ProofRow& row = *tile.row;
  std::string name = tile.candidate->name.empty() ? tile.candidate->id : tile.candidate->name;
  overlay::blend(page, TRY(overlay::draw_label(name, 20, size.width, kInk, x, (y + size.height + 6) & ~1, true)));
  std::string note = fmt::format("row {}", tile.candidate->line);
  if (!row.standing.held_because.empty()) note += ", held";
  if (!row.findings.empty()) note += ": " + row.findings.front().message;
  bool is_quiet = row.standing.held_because.empty() && (row.findings.empty() || row.worst() == Severity::Note);
  overlay::blend(page, TRY(overlay::draw_label(note, 15, size.width, is_quiet ? kQuietInk : kAlarm, x,
                                               (y + size.height + 36) & ~1)));
  return {};
}

// The words below the name, or a column that says what the candidate is up for.
std::string detail_of(const Job& job, const Candidate& candidate) {
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    if (layer.kind != overlay::LayerKind::LowerThird || !layer.subtext.is_personal()) continue;
    if (auto text = layer.subtext.expand(candidate.fields)) return single_line(*text);
  }
  auto role = candidate.fields.find("role");
  return role == candidate.fields.end() ? std::string() : single_line(role->second);
}

// "0:03.2"
std::string clock_time(Microseconds time) {
  int64_t tenths = time.count() / 100'000;
  return fmt::format("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10);
}

kainjow::mustache::data findings_data(const Findings& findings) {
  using kainjow::mustache::data;
  data list{data::type::list};
  for (const Finding& finding : findings) {
    data item;
    item["severity"] = std::string(to_string(finding.severity));
    item["column"] = finding.column;
    item["message"] = finding.message;
    item["hint"] = finding.hint;
    list.push_back(item);
  }
  return list;
}

kainjow::mustache::data row_data(const Job& job, const ProofRow& row) {
  using kainjow::mustache::data;
  const Candidate& candidate = job.roster.candidates[row.candidate];
  data entry;
  entry["line"] = std::to_string(candidate.line);
  entry["name"] = candidate.name.empty() ? candidate.id : candidate.name;
  entry["detail"] = detail_of(job, candidate);
  entry["email"] = candidate.email;
  entry["id"] = candidate.id;
  entry["state"] = row.findings.empty() ? "fine" : std::string(to_string(row.worst()));
  const std::optional<Decision>& decision = row.standing.decision;
  entry["decision"] = !decision ? "" : *decision == Decision::Hold ? "hold" : "approve";
  entry["lapsed"] = row.standing.has_lapsed;
  entry["seen"] = row.seen;
  data pictures{data::type::list};
  for (const ProofPicture& picture : row.pictures) {
    data item;
    item["file"] = picture.file.filename().string();
    item["at"] = clock_time(picture.time);
    pictures.push_back(item);
  }
  entry["pictures"] = std::move(pictures);
  entry["findings"] = findings_data(row.findings);
  return entry;
}

size_t page_count(const Proof& proof) {
  size_t tiles = 0;
  for (const ProofRow& row : proof.rows) tiles += row.pictures.size();
  return (tiles + kTilesAPage - 1) / kTilesAPage;
}

}  // namespace

media::FrameSize proof_picture_size(media::FrameSize video) {
  return fit_into(video, kPictureSide);
}

Result<std::string> proof_html(const Job& job, const Proof& proof) {
  using kainjow::mustache::data;
  data rows{data::type::list};
  size_t flagged = 0;
  size_t held = 0;
  size_t approved = 0;
  for (const ProofRow& row : proof.rows) {
    flagged += row.findings.empty() || row.worst() == Severity::Note ? 0 : 1;
    held += row.standing.held_because.empty() ? 0 : 1;
    approved += row.standing.decision == Decision::Approve ? 1 : 0;
    rows.push_back(row_data(job, row));
  }
  data rejected{data::type::list};
  for (const RejectedRow& row : job.roster.rejected) {
    for (const Finding& finding : row.findings) {
      data item;
      item["line"] = std::to_string(row.line);
      item["name"] = row.name;
      item["column"] = finding.column;
      item["message"] = finding.message;
      item["hint"] = finding.hint;
      rejected.push_back(item);
    }
  }
  data page;
  page["campaign"] = job.campaign.name;
  page["campaign_id"] = job.campaign.id;
  page["folder"] = job.campaign.folder.string();
  page["count"] = std::to_string(proof.rows.size());
  page["flagged"] = std::to_string(flagged);
  page["held"] = std::to_string(held);
  page["approved"] = std::to_string(approved);
  page["rejected_count"] = std::to_string(job.roster.rejected.size());
  page["has_rejected"] = !job.roster.rejected.empty();
  page["has_shared"] = !proof.shared.empty();
  page["shared"] = findings_data(proof.shared);
  page["rows"] = std::move(rows);
  page["rejected"] = std::move(rejected);
  page["length"] = format_duration(job.timeline.duration());
  page["size"] = fmt::format("{}x{}", job.timeline.size.width, job.timeline.size.height);
  page["pages"] = std::to_string(page_count(proof));
  page["style"] = std::string(proof_assets().at("sheet.css"));
  page["script"] = std::string(proof_assets().at("sheet.js"));
  kainjow::mustache::mustache sheet{std::string(proof_assets().at("sheet.html"))};
  if (!sheet.is_valid()) return fail(ErrorKind::Internal, "the proof sheet's page is broken: " + sheet.error_message());
  return sheet.render(page);
}

Result<std::vector<std::filesystem::path>> write_proof_sheets(const Job& job, const Proof& proof,
                                                              const std::filesystem::path& folder) {
  std::vector<Tile> tiles;
  for (const ProofRow& row : proof.rows) {
    for (const ProofPicture& picture : row.pictures)
      tiles.push_back({&job.roster.candidates[row.candidate], &row, &picture.file});
  }
  const media::FrameSize size = fit_into(job.timeline.size, kTileSide);
  std::vector<std::filesystem::path> pages(page_count(proof));
  std::vector<Result<void>> written(pages.size());
  auto write = [&](size_t index) -> Result<void> {
    const size_t first = index * kTilesAPage;
    const size_t count = std::min(kTilesAPage, tiles.size() - first);
    int lines = static_cast<int>((count + kColumns - 1) / kColumns);
    media::Frame page = TRY(media::Frame::allocate(
        {kGap + kColumns * (size.width + kGap), (kGap + lines * (size.height + kLabelHeight + kGap)) & ~1}));
    page.fill(233, 128, 128);
    for (size_t i = 0; i < count; ++i) {
      int x = kGap + static_cast<int>(i % kColumns) * (size.width + kGap);
      int y = kGap + static_cast<int>(i / kColumns) * (size.height + kLabelHeight + kGap);
      TRY_VOID(draw_tile(page, tiles[first + i], size, x, y));
    }
    pages[index] = folder / fmt::format("sheet-{}.png", index + 1);
    return write_scratch_file(pages[index], TRY(encode::to_png(page)));
  };
  run_in_parallel(pages.size(), 0, [&](size_t index) { written[index] = write(index); });
  for (Result<void>& result : written) TRY_VOID(result);
  return pages;
}

}  // namespace candid::campaign
