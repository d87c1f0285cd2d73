// candid gui: the window, which is a program of its own.

#include <array>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/session.h"

namespace candid::cli {
namespace {

constexpr const char* kWindowProgram = "candid-gui";

// Beside this program first, as where it was built, and then wherever programs lie.
Outcome run_gui(const Session& session, const std::string& campaign) {
  std::error_code code;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", code);
  std::vector<std::string> beside = {(self.parent_path() / kWindowProgram).string(),
                                     (self.parent_path().parent_path() / "gui" / kWindowProgram).string()};
  std::string name = kWindowProgram;
  std::string argument = campaign;
  const std::array<char*, 3> words = {name.data(), campaign.empty() ? nullptr : argument.data(), nullptr};
  for (const std::string& path : beside) {
    if (std::filesystem::exists(path, code)) ::execv(path.c_str(), words.data());
  }
  ::execvp(kWindowProgram, words.data());
  const int reason = errno;
  return session.failed(Error(
      ErrorKind::NotFound, fmt::format("the window could not be started ({})", std::generic_category().message(reason)),
      "install the program candid-gui beside candid; the command line does everything without it"));
}

}  // namespace

void add_gui(CLI::App& program, Session& session) {
  auto campaign = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("gui", "the window: record, greet, design, proof, publish, results");
  command->add_option("CAMPAIGN", *campaign, "the campaign's folder to open")->check(CLI::ExistingDirectory);
  command->callback(
      [campaign, &session] { session.command = [campaign, &session] { return run_gui(session, *campaign); }; });
}

}  // namespace candid::cli
