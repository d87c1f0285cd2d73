#include "campaign/decisions.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/csv.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

const std::vector<std::string> kColumns = {"id", "decision", "seen", "name"};

}  // namespace

std::filesystem::path decisions_file(const std::filesystem::path& campaign_folder) {
  return campaign_folder / "decisions.csv";
}

Result<Decisions> read_decisions(const std::filesystem::path& file, Findings& findings) {
  Decisions decisions;
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return decisions;
  CsvTable table = TRY(read_csv(file));
  auto column = [&](const std::string& name) {
    auto found = std::find(table.header.cells.begin(), table.header.cells.end(), name);
    return static_cast<size_t>(found - table.header.cells.begin());
  };
  const size_t id = column("id");
  const size_t decision = column("decision");
  const size_t seen = column("seen");
  const size_t name = column("name");
  if (std::max(id, decision) >= table.header.cells.size()) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} does not hold decisions: its columns are {}", file.string(), join(table.header.cells)),
                "the proof sheet saves such a file; its columns are id, decision, seen, name");
  }
  for (const CsvRow& row : table.rows) {
    auto cell = [&](size_t at) { return at < row.cells.size() ? trim(row.cells[at]) : std::string(); };
    std::string word = to_lower(cell(decision));
    if (cell(id).empty() && word.empty()) continue;
    if (cell(id).empty() || (word != "approve" && word != "hold" && word != "clear")) {
      findings.push_back(
          {Severity::Error, file.string(), row.line, "decision",
           fmt::format("\"{}\" is not a decision about \"{}\"", shorten(word, 30), shorten(cell(id), 40)),
           "write approve, hold or clear"});
      continue;
    }
    Decided& decided = decisions[unguarded(cell(id))];
    decided = {std::nullopt, cell(seen), unguarded(cell(name))};
    if (word != "clear") decided.decision = word == "hold" ? Decision::Hold : Decision::Approve;
  }
  return decisions;
}

Result<void> write_decisions(const std::filesystem::path& campaign_folder, const Decisions& decisions) {
  std::string csv = csv_row(kColumns);
  for (const auto& [id, decided] : decisions) {
    if (!decided.decision) continue;
    const char* word = *decided.decision == Decision::Hold ? "hold" : "approve";
    csv += csv_row(std::vector<std::string>{id, word, decided.seen, decided.name});
  }
  return write_file(decisions_file(campaign_folder), csv);
}

Decisions merged(Decisions earlier, const Decisions& later) {
  for (const auto& [id, decided] : later) earlier[id] = decided;
  return earlier;
}

Result<std::string> words_seen(const Job& job, const Candidate& candidate) {
  Sha256Hasher hasher;
  auto add = [&](const FieldText& text) -> Result<void> {
    hasher.update_field(TRY(text.expand(candidate.fields)));
    return {};
  };
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    for (const FieldText* text : {&layer.text, &layer.subtext, &layer.action}) TRY_VOID(add(*text));
    for (const overlay::CaptionLine& line : layer.lines) {
      if (line.text.is_personal()) TRY_VOID(add(line.text));
    }
  }
  hasher.update_field(candidate.name);
  hasher.update_field(to_lower(candidate.email));
  return to_hex(hasher.finish()).substr(0, 12);
}

Result<std::vector<Standing>> standings(const Job& job, const Decisions& decisions,
                                        const std::vector<Findings>& findings) {
  std::map<std::string, const Candidate*> by_id;
  for (const Candidate& candidate : job.roster.candidates) by_id[candidate.id] = &candidate;
  std::set<std::string> held_names;
  for (const auto& [id, decided] : decisions) {
    auto now = by_id.find(id);
    bool is_same = now != by_id.end() && to_lower(now->second->name) == to_lower(decided.name);
    if (decided.decision == Decision::Hold && !decided.name.empty() && !is_same)
      held_names.insert(to_lower(decided.name));
  }
  std::vector<Standing> all;
  for (size_t i = 0; i < job.roster.candidates.size(); ++i) {
    const Candidate& candidate = job.roster.candidates[i];
    Standing standing;
    auto decided = decisions.find(candidate.id);
    // Who was approved under this very id, with these very words, is not the one who was held.
    bool was_seen = decided != decisions.end() && decided->second.decision == Decision::Approve &&
                    decided->second.seen == TRY(words_seen(job, candidate));
    if (held_names.contains(to_lower(candidate.name)) && !was_seen) {
      standing.decision = Decision::Hold;
    } else if (decided != decisions.end() && decided->second.decision) {
      bool is_hold = decided->second.decision == Decision::Hold;
      // A decision that was typed by hand says nothing of what was seen.
      bool is_current = decided->second.seen.empty() || decided->second.seen == TRY(words_seen(job, candidate));
      standing.has_lapsed = !is_hold && !is_current;
      if (!standing.has_lapsed) standing.decision = decided->second.decision;
    }
    if (standing.decision == Decision::Hold) {
      standing.held_because = "it is held";
    } else if (standing.decision != Decision::Approve) {
      auto error = std::find_if(findings[i].begin(), findings[i].end(),
                                [](const Finding& finding) { return finding.severity == Severity::Error; });
      if (error != findings[i].end()) {
        standing.held_because = fmt::format("{}: {}, and it was not approved", error->column, error->message);
      } else if (job.campaign.requires_approval) {
        standing.held_because =
            standing.has_lapsed ? "its words changed after it was approved" : "it was not approved on the proof sheet";
      }
    }
    all.push_back(std::move(standing));
  }
  return all;
}

}  // namespace candid::campaign
