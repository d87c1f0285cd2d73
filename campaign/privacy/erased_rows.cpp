#include "campaign/privacy/erased_rows.h"

#include <fmt/format.h>

#include "campaign/plan.h"
#include "campaign/privacy/subject.h"
#include "core/suggest.h"

namespace candid::campaign {
namespace {

// By message and by address, two a candidate.
std::vector<std::string> identities_of(const Job& job) {
  std::vector<std::string> identities;
  for (const Candidate& candidate : job.roster.candidates) {
    identities.push_back(track::message_identity(message_id(job.campaign.id, candidate.id)));
    identities.push_back(track::mail_identity(candidate.email));
  }
  return identities;
}

Finding finding_of(const Job& job, const Candidate& candidate, const std::string& receipt) {
  return {Severity::Error,
          job.campaign.roster.string(),
          candidate.line,
          "id",
          fmt::format("\"{}\" was erased at their wish, receipt {}, and gets no video", candidate.id, receipt),
          fmt::format("take the row out; or, where they asked to come back, candid forget {} {} --again",
                      job.campaign.folder.string(), candidate.id)};
}

}  // namespace

void reject(Job& job, const std::function<std::optional<Finding>(size_t candidate)>& reason) {
  std::vector<Candidate> kept;
  std::map<size_t, Greeting> greetings;
  for (size_t i = 0; i < job.roster.candidates.size(); ++i) {
    Candidate& candidate = job.roster.candidates[i];
    if (auto finding = reason(i)) {
      job.roster.rejected.push_back(
          {candidate.line, candidate.name, {std::move(*finding)}, candidate.id, candidate.email});
      continue;
    }
    if (auto greeting = job.greetings.find(i); greeting != job.greetings.end())
      greetings[kept.size()] = std::move(greeting->second);
    kept.push_back(std::move(candidate));
  }
  job.roster.candidates = std::move(kept);
  job.greetings = std::move(greetings);
}

Result<size_t> hold_erased(Job& job, const track::Ledger& ledger) {
  auto receipts = TRY(ledger.find_erased(identities_of(job)));
  size_t held = 0;
  reject(job, [&](size_t i) -> std::optional<Finding> {
    const auto& receipt = receipts[2 * i] ? receipts[2 * i] : receipts[2 * i + 1];
    if (!receipt) return std::nullopt;
    ++held;
    return finding_of(job, job.roster.candidates[i], *receipt);
  });
  return held;
}

Result<int> readmit(const Campaign& campaign, std::string_view who, track::Ledger& ledger) {
  auto subject = find_subject(campaign, who, ledger);
  std::vector<std::string> identities;
  if (subject) identities = subject->identities();
  if (!subject) {
    identities = {track::mail_identity(who), track::message_identity(message_id(campaign.id, std::string(who)))};
  }
  int readmitted = TRY(ledger.readmit(identities));
  if (!subject && readmitted == 0) return tl::unexpected(subject.error());
  return readmitted;
}

}  // namespace candid::campaign
