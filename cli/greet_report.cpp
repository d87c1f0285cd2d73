#include "cli/greet_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/job_command.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::cli {
namespace {

constexpr size_t kNameWidth = 28;

const char* greeting_state_name(campaign::GreetingState state) {
  switch (state) {
    case campaign::GreetingState::Missing:
      return "missing";
    case campaign::GreetingState::Ready:
      return "ready";
    case campaign::GreetingState::Flawed:
      return "flagged";
    case campaign::GreetingState::OtherName:
      return "other_name";
    case campaign::GreetingState::Changed:
      return "changed";
    case campaign::GreetingState::Several:
      return "several";
  }
  return "";
}

std::string flags_of(const campaign::GreetingCut& cut) {
  std::vector<std::string> flags;
  for (capture::CutFlaw flaw : cut.flaws) flags.emplace_back(capture::to_string(flaw));
  if (cut.error) flags.emplace_back("failed");
  return join(flags);
}

// Spaces after it as far as characters can be counted.
std::string padded(std::string_view text, size_t width) {
  std::string shown = shorten(single_line(text), width);
  auto characters = static_cast<size_t>(std::count_if(
      shown.begin(), shown.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
  shown.append(width - std::min(width, characters), ' ');
  return shown;
}

const std::string& name_of(const campaign::Attempt& attempt) {
  return attempt.said.name.empty() ? attempt.candidate : attempt.said.name;
}

void tell_cut(const Session& session, const campaign::GreetingCut& cut) {
  std::string loudness = std::isfinite(cut.loudness_lufs) ? fmt::format("{:.1f} LUFS", cut.loudness_lufs) : "";
  std::string length = cut.file.empty() ? "" : format_duration(cut.length);
  const std::string& name = name_of(cut.attempt);
  session.console.say(fmt::format("  {} {:>7}  {:>11}  {}", padded(name, kNameWidth), length,
                                  cut.file.empty() ? "" : loudness, flags_of(cut)));
}

// Each remedy once, with those it is for.
void tell_remedies(const Session& session, const std::filesystem::path& campaign, const GreetReport& report) {
  using capture::CutFlaw;
  bool is_any = false;
  for (CutFlaw flaw : {CutFlaw::NoVoice, CutFlaw::TooShort, CutFlaw::CutOff, CutFlaw::Clipped}) {
    size_t of_it = 0;
    for (const campaign::GreetingCut& cut : report.cuts)
      of_it += static_cast<size_t>(std::count(cut.flaws.begin(), cut.flaws.end(), flaw));
    if (of_it == 0) continue;
    is_any = true;
    session.console.note(fmt::format("{} ({}): {}", capture::to_string(flaw), of_it, campaign::remedy_for(flaw)));
  }
  if (is_any) {
    session.console.note(fmt::format(
        "  try: candid greet {0} --redo-flagged; or candid greet {0} --keep ID where it is right all the same",
        campaign.string()));
  }
  for (const campaign::GreetingCut& cut : report.cuts) {
    if (cut.error) session.console.error(cut.error->wrapped(fmt::format("the greeting of {}", name_of(cut.attempt))));
  }
  for (const campaign::Attempt& orphan : report.overview.orphans) {
    session.console.note(
        fmt::format("warning: a greeting was said to \"{}\" ({}), whom the roster does not have with those words",
                    shorten(single_line(orphan.said.words.empty() ? name_of(orphan) : orphan.said.words), 60),
                    shorten(orphan.candidate, 40)));
  }
}

nlohmann::json cut_json(const campaign::GreetingCut& cut) {
  nlohmann::json flags = nlohmann::json::array();
  for (capture::CutFlaw flaw : cut.flaws) flags.push_back(capture::to_string(flaw));
  nlohmann::json json = {{"id", cut.attempt.candidate},
                         {"name", cut.attempt.said.name},
                         {"words", cut.attempt.said.words},
                         {"sitting", cut.sitting},
                         {"file", cut.file.string()},
                         {"length_s", static_cast<double>(cut.length.count()) / 1e6},
                         {"flags", flags}};
  // JSON has no infinity: silence has no loudness.
  if (!cut.file.empty() && std::isfinite(cut.loudness_lufs)) json["loudness_lufs"] = cut.loudness_lufs;
  if (cut.error) json["error"] = to_json(*cut.error);
  return json;
}

nlohmann::json report_json(const GreetReport& report) {
  nlohmann::json cuts = nlohmann::json::array();
  for (const campaign::GreetingCut& cut : report.cuts) cuts.push_back(cut_json(cut));
  nlohmann::json candidates = nlohmann::json::array();
  for (const auto& [candidate, status] : report.overview.standing) {
    candidates.push_back({{"id", candidate->id},
                          {"name", candidate->name},
                          {"state", greeting_state_name(status.state)},
                          {"file", status.file.string()},
                          {"flags", status.flaws},
                          {"problem", status.problem}});
  }
  nlohmann::json orphans = nlohmann::json::array();
  for (const campaign::Attempt& orphan : report.overview.orphans)
    orphans.push_back({{"id", orphan.candidate}, {"name", orphan.said.name}});
  nlohmann::json json = {
      {"sitting", report.sitting.name}, {"greetings", cuts}, {"candidates", candidates}, {"orphans", orphans}};
  if (report.sitting.lost_pictures > 0) json["lost_pictures"] = report.sitting.lost_pictures;
  if (report.sitting.problem) json["problem"] = to_json(*report.sitting.problem);
  return json;
}

}  // namespace

bool GreetReport::is_clean() const {
  bool has_several = std::any_of(overview.standing.begin(), overview.standing.end(),
                                 [](const auto& one) { return one.status.state == campaign::GreetingState::Several; });
  return !has_several && std::all_of(cuts.begin(), cuts.end(),
                                     [](const campaign::GreetingCut& cut) { return cut.flaws.empty() && !cut.error; });
}

void tell(const Session& session, const std::filesystem::path& campaign, const GreetReport& report) {
  if (session.console.json) {
    session.console.print_json(report_json(report));
    return;
  }
  for (const campaign::GreetingCut& cut : report.cuts) tell_cut(session, cut);
  tell_remedies(session, campaign, report);
  if (report.sitting.lost_pictures > 0)
    session.console.note(fmt::format("warning: {} pictures lost", report.sitting.lost_pictures));
  size_t left = 0;
  size_t flagged = 0;
  size_t useless = 0;
  for (const auto& [candidate, status] : report.overview.standing) {
    using campaign::GreetingState;
    if (status.state == GreetingState::Flawed) ++flagged;
    if (status.state == GreetingState::Several) ++useless;
    if (status.state == GreetingState::Missing || status.state == GreetingState::OtherName ||
        status.state == GreetingState::Changed)
      ++left;
    if (!status.problem.empty())
      session.console.note(fmt::format("warning: {}\n  try: {}", status.problem, status.hint));
  }
  session.console.say(fmt::format("{} of {} have a greeting{}.", report.overview.standing.size() - left - useless,
                                  count(report.overview.standing.size(), "candidate"),
                                  flagged > 0 ? fmt::format(", {} of them flagged", flagged) : ""));
  session.console.say(fmt::format("Next: candid {} {}{}", left > 0 ? "greet" : "render", campaign.string(),
                                  left > 0 ? fmt::format(", for the other {}", left) : ""));
}

}  // namespace candid::cli
