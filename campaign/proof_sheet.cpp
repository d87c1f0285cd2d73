#include "campaign/proof_sheet.h"

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "campaign/embedded.h"
#include "core/text.h"
#include "encode/still.h"
#include "overlay/composition.h"

namespace candid::campaign {
namespace {

constexpr int kPictureSide = 640;  // px
constexpr int kTileSide = 360;     // px, of a picture on a PNG page
constexpr int kGap = 24;
constexpr int kLabelHeight = 64;
constexpr int kColumns = 4;
constexpr int kRowsAPage = 5;
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
  overlay::blend(page, TRY(overlay::draw_picture(*tile.picture, size, x, y)), 0, 0, 256);
  std::string name = tile.candidate->name.empty() ? tile.candidate->id : tile.candidate->name;
  overlay::blend(page, TRY(overlay::draw_label(name, 20, size.width, kInk, x, (y + size.height + 6) & ~1, true)), 0, 0,
                 256);
  std::string note = fmt::format("row {}", tile.candidate->line);
  if (!tile.row->findings.empty()) note += ": " + tile.row->findings.front().message;
  overlay::Color color = tile.row->findings.empty() ? kQuietInk : kAlarm;
  overlay::blend(page, TRY(overlay::draw_label(note, 15, size.width, color, x, (y + size.height + 36) & ~1)), 0, 0,
                 256);
  return {};
}

}  // namespace

media::FrameSize proof_picture_size(media::FrameSize video) {
  return fit_into(video, kPictureSide);
}

Result<std::string> proof_html(const Job& job, const Proof& proof) {
  using kainjow::mustache::data;
  data rows{data::type::list};
  size_t flagged = 0;
  for (const ProofRow& row : proof.rows) {
    const Candidate& candidate = job.roster.candidates[row.candidate];
    data entry;
    entry["line"] = std::to_string(candidate.line);
    entry["name"] = candidate.name.empty() ? candidate.id : candidate.name;
    entry["email"] = candidate.email;
    entry["id"] = candidate.id;
    data pictures{data::type::list};
    for (const auto& picture : row.pictures) pictures.push_back(data{"file", picture.filename().string()});
    entry["pictures"] = std::move(pictures);
    data findings{data::type::list};
    for (const Finding& finding : row.findings) {
      data item;
      item["severity"] = std::string(to_string(finding.severity));
      item["message"] = finding.message;
      item["hint"] = finding.hint;
      findings.push_back(item);
    }
    entry["findings"] = std::move(findings);
    entry["state"] = row.findings.empty() ? "fine" : "flagged";
    flagged += row.findings.empty() ? 0 : 1;
    rows.push_back(entry);
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
  page["count"] = std::to_string(proof.rows.size());
  page["flagged"] = std::to_string(flagged);
  page["rejected_count"] = std::to_string(job.roster.rejected.size());
  page["has_rejected"] = !job.roster.rejected.empty();
  page["rows"] = std::move(rows);
  page["rejected"] = std::move(rejected);
  page["length"] = format_duration(job.timeline.duration());
  page["size"] = fmt::format("{}x{}", job.timeline.size.width, job.timeline.size.height);
  kainjow::mustache::mustache sheet{std::string(proof_assets().at("sheet.html"))};
  if (!sheet.is_valid()) return fail(ErrorKind::Internal, "the proof sheet's page is broken: " + sheet.error_message());
  return sheet.render(page);
}

Result<std::vector<std::filesystem::path>> write_proof_sheets(const Job& job, const Proof& proof,
                                                              const std::filesystem::path& folder) {
  std::vector<Tile> tiles;
  for (const ProofRow& row : proof.rows) {
    for (const auto& picture : row.pictures) tiles.push_back({&job.roster.candidates[row.candidate], &row, &picture});
  }
  media::FrameSize size = fit_into(job.timeline.size, kTileSide);
  constexpr size_t kTilesAPage = size_t{kColumns} * kRowsAPage;
  std::vector<std::filesystem::path> pages;
  for (size_t first = 0; first < tiles.size(); first += kTilesAPage) {
    size_t count = std::min(kTilesAPage, tiles.size() - first);
    int lines = static_cast<int>((count + kColumns - 1) / kColumns);
    media::Frame page = TRY(media::Frame::allocate(
        {kGap + kColumns * (size.width + kGap), (kGap + lines * (size.height + kLabelHeight + kGap)) & ~1}));
    page.fill(233, 128, 128);
    for (size_t i = 0; i < count; ++i) {
      int x = kGap + static_cast<int>(i % kColumns) * (size.width + kGap);
      int y = kGap + static_cast<int>(i / kColumns) * (size.height + kLabelHeight + kGap);
      TRY_VOID(draw_tile(page, tiles[first + i], size, x, y));
    }
    pages.push_back(folder / fmt::format("sheet-{}.png", pages.size() + 1));
    TRY_VOID(write_file(pages.back(), TRY(encode::to_png(page))));
  }
  return pages;
}

}  // namespace candid::campaign
