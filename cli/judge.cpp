// candid judge: verdicts over sessions that others tell.

#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "cli/session.h"
#include "track/evidence/judge_lines.h"

namespace candid::cli {
namespace {

Result<track::JudgedLines> judge(const Session& session, std::istream& input) {
  auto tell = [](const std::string& verdict) { std::cout << verdict << '\n'; };
  auto refuse = [&](size_t line, const Error& error) {
    session.console.error(Error(error.kind(), fmt::format("line {}: {}", line, error.message()), error.hint()));
  };
  auto judged = track::judge_lines(input, tell, refuse);
  std::cout.flush();
  if (judged && !std::cout) return fail(ErrorKind::Io, "the verdicts cannot be written");
  return judged;
}

Outcome run_judge(const Session& session, const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    std::error_code code;
    opened.open(file, std::ios::binary);
    if (!opened || std::filesystem::is_directory(file, code)) {
      return session.failed(
          Error(ErrorKind::NotFound, fmt::format("cannot read {}", file),
                "a file of sessions, one JSON object a line (docs/views.md), or - for standard input"));
    }
  }
  auto judged = judge(session, file == "-" ? std::cin : opened);
  if (!judged) return session.failed(judged.error());
  for (const std::string& slip : judged->slips) session.console.note(slip);
  if (judged->refused == 0) return Outcome::Done;
  return judged->judged == 0 ? Outcome::WrongInput : Outcome::SomeRowsFailed;
}

}  // namespace

void add_judge(CLI::App& program, Session& session) {
  auto file = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("judge", "what sessions prove, told as JSON lines: tries the rules");
  command->add_option("FILE", *file, "the sessions (docs/views.md), or - for standard input")->required();
  command->callback([file, &session] { session.command = [file, &session] { return run_judge(session, *file); }; });
}

}  // namespace candid::cli
