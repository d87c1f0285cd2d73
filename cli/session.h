#pragma once
// What every command has at hand, and where it puts how it ended.

#include <filesystem>
#include <functional>
#include <stop_token>

#include <CLI/CLI.hpp>

#include "cli/console.h"
#include "cli/outcome.h"

namespace candid::cli {

struct Session {
  Console console;
  std::stop_token stop;              // Ctrl-C or SIGTERM
  std::function<Outcome()> command;  // the one that was asked for

  // Reports an error, in words or as JSON, and tells the outcome.
  Outcome failed(const Error& error) const;
};

// A command a file: adds itself to the program's grammar.
void add_backup(CLI::App& program, Session& session);
void add_captions(CLI::App& program, Session& session);
void add_check(CLI::App& program, Session& session);
void add_devices(CLI::App& program, Session& session);
void add_doctor(CLI::App& program, Session& session);
void add_export(CLI::App& program, Session& session);
void add_forget(CLI::App& program, Session& session);
void add_greet(CLI::App& program, Session& session);
void add_gui(CLI::App& program, Session& session);
void add_judge(CLI::App& program, Session& session);
void add_new(CLI::App& program, Session& session);
void add_proof(CLI::App& program, Session& session);
void add_publish(CLI::App& program, Session& session);
void add_record(CLI::App& program, Session& session);
void add_render(CLI::App& program, Session& session);
void add_revoke(CLI::App& program, Session& session);
void add_run(CLI::App& program, Session& session);
void add_serve(CLI::App& program, Session& session);
void add_status(CLI::App& program, Session& session);
void add_token(CLI::App& program, Session& session);
void add_transcode_reply(CLI::App& program, Session& session);

// Options that several commands share.
void add_json_option(CLI::App& command, Session& session);
void add_data_option(CLI::App& command, std::filesystem::path& data);
// Beats [publish] server of the campaign.
void add_server_option(CLI::App& command, std::string& server);

}  // namespace candid::cli
