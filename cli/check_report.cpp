#include "cli/check_report.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace candid::cli {
namespace {

void say_findings(const Console& console, const capture::TakeReport& report) {
  for (const capture::TakeFinding& finding : report.findings) {
    const char* mark = finding.severity == Severity::Error     ? "MEND"
                       : finding.severity == Severity::Warning ? "warn"
                                                               : "note";
    console.say(fmt::format("{}  {}", mark, finding.message));
    console.say(fmt::format("      try: {}", finding.remedy));
  }
}

void say_verdict(const Console& console, const std::filesystem::path& take, const capture::TakeReport& report) {
  std::string name = console.strong(take.string());
  std::string length = format_duration(report.times.duration);
  if (!report.is_fit()) {
    console.say(fmt::format("{}: {}, not fit to send. Mend what is marked MEND, and record it again.", name, length));
  } else if (!report.findings.empty()) {
    console.say(fmt::format("{}: {}, can be sent; it would be better without the above.", name, length));
  } else {
    console.say(fmt::format("{}: {}, fit to send.", name, length));
  }
  if (report.trim) console.say(fmt::format("For campaign.toml:\n{}", report.trim->line()));
}

}  // namespace

Result<capture::TakeReport> check_with_progress(const Session& session, const std::filesystem::path& take) {
  ProgressLine line(session.console, "check");
  long shown = -1;  // percent
  return capture::check_take(take, session.stop, [&](double done) {
    if (std::lround(100 * done) != std::exchange(shown, std::lround(100 * done))) line.update(done, "");
  });
}

void say_report(const Console& console, const std::filesystem::path& take, const capture::TakeReport& report) {
  say_findings(console, report);
  say_verdict(console, take, report);
}

}  // namespace candid::cli
