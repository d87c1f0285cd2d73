#pragma once
// What is said of a take that was checked.

#include <filesystem>

#include "capture/check/take_check.h"
#include "cli/session.h"

namespace candid::cli {

Result<capture::TakeReport> check_with_progress(const Session& session, const std::filesystem::path& take);

// Findings with their remedies, and the verdict.
void say_report(const Console& console, const std::filesystem::path& take, const capture::TakeReport& report);

}  // namespace candid::cli
