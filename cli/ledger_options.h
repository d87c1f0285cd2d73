#pragma once
// --data and --ledger: which ledger a command speaks to.

#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include "campaign/destination.h"
#include "cli/session.h"
#include "core/error.h"
#include "core/files.h"

namespace candid::cli {

struct LedgerOptions {
  std::filesystem::path data = default_data_folder();
  std::string ledger{};

  // The campaign's own where the command line says nothing.
  campaign::Places places(const campaign::PublishChoice& publish = {}) const;
};

void add_ledger_options(CLI::App& command, LedgerOptions& options);

// A campaign's file as far as links are concerned: a take that is gone must not keep one open, but a [publish] that is
// wrong would lead to another ledger. InvalidInput then.
Result<campaign::Campaign> read_published_campaign(const std::filesystem::path& folder);

// One that is there already: InvalidInput where it would have to be made.
Result<campaign::OpenLedger> open_existing_ledger(const Session& session, const campaign::Places& places);

}  // namespace candid::cli
