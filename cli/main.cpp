// candid: personal video messages for recruiters. The grammar's root, and the one place that picks exit codes.

#include <clocale>
#include <iostream>

#include "cli/session.h"
#include "cli/signals.h"
#include "core/log.h"

namespace {

// Documented in README.md and --help.
int exit_code(candid::cli::Outcome outcome) {
  switch (outcome) {
    case candid::cli::Outcome::Done:
      return 0;
    case candid::cli::Outcome::Failed:
      return 1;
    case candid::cli::Outcome::WrongInput:
      return 2;
    case candid::cli::Outcome::SomeRowsFailed:
      return 3;
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace candid;
  std::setlocale(LC_CTYPE, "C.UTF-8");
  log::set_level_from_environment();
  cli::SignalWatch signals;
  cli::Session session;
  session.stop = signals.token();

  CLI::App program("Personal video messages for recruiters: record once, speak to each candidate by name.", "candid");
  program.set_version_flag("--version", "candid " CANDID_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Exit codes: 0 done; 1 failed; 2 wrong use or invalid input, found before any work; 3 done, but some rows "
      "failed.\n"
      "To begin:   candid new my-campaign && candid record my-campaign --camera test: && candid run my-campaign");
  cli::add_devices(program, session);
  cli::add_doctor(program, session);
  cli::add_new(program, session);
  cli::add_record(program, session);
  cli::add_greet(program, session);
  cli::add_gui(program, session);
  cli::add_check(program, session);
  cli::add_captions(program, session);
  cli::add_proof(program, session);
  cli::add_render(program, session);
  cli::add_publish(program, session);
  cli::add_run(program, session);
  cli::add_serve(program, session);
  cli::add_status(program, session);
  cli::add_judge(program, session);
  cli::add_revoke(program, session);
  cli::add_forget(program, session);
  cli::add_export(program, session);
  cli::add_token(program, session);
  cli::add_backup(program, session);
  cli::add_transcode_reply(program, session);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return program.exit(error);  // --help, --version
    std::cerr << "error: " << error.what() << "\n  try: candid --help, candid COMMAND --help\n";
    return exit_code(cli::Outcome::WrongInput);
  }
  try {
    return exit_code(session.command());
  } catch (const std::exception& problem) {  // of a library, or no memory left; failures of ours are values
    std::cerr << "error: " << problem.what() << "\n  try: the same command again; what is done stays done\n";
    return exit_code(cli::Outcome::Failed);
  }
}
