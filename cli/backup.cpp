// candid backup: the ledger, as of one moment, in a file.

#include <fmt/format.h>

#include "cli/ledger_options.h"
#include "cli/session.h"
#include "cli/upload_display.h"

namespace candid::cli {
namespace {

struct Options {
  std::filesystem::path file;
  LedgerOptions where;
};

Outcome run(const Session& session, const Options& options) {
  auto ledger = open_existing_ledger(session, options.where.places());
  auto done = ledger ? ledger->ledger->back_up(options.file) : tl::unexpected(ledger.error());
  if (!done) return session.failed(done.error());
  std::error_code code;
  uint64_t bytes = std::filesystem::file_size(options.file, code);
  if (session.console.json) session.console.print_json({{"file", options.file.string()}, {"bytes", bytes}});
  session.console.say(fmt::format("The ledger is in {} ({}); as DATA/ledger.db it is one again.", options.file.string(),
                                  bytes_in_words(bytes)));
  return Outcome::Done;
}

}  // namespace

void add_backup(CLI::App& program, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = program.add_subcommand("backup", "write the ledger, as of now, into a new file");
  command->add_option("FILE", options->file, "a file that is not there yet")->required();
  add_ledger_options(*command, options->where);
  add_json_option(*command, session);
  command->callback([options, &session] { session.command = [options, &session] { return run(session, *options); }; });
}

}  // namespace candid::cli
