#include "cli/ledger_options.h"

#include <fmt/format.h>

namespace candid::cli {

campaign::Places LedgerOptions::places(const campaign::PublishChoice& publish) const {
  campaign::Places places = campaign::places_of(publish, {data});
  if (!ledger.empty()) places.ledger = ledger;
  return places;
}

void add_ledger_options(CLI::App& command, LedgerOptions& options) {
  add_data_option(command, options.data);
  command
      .add_option("--ledger", options.ledger,
                  "postgresql://HOST/DATABASE, or https://HOST of a candid server; else the data folder's")
      ->type_name("ADDRESS");
}

Result<campaign::Campaign> read_published_campaign(const std::filesystem::path& folder) {
  Findings findings;
  campaign::Campaign read = TRY(campaign::read_campaign(folder, findings));
  for (const Finding& finding : findings) {
    // Without a column: the file cannot be read at all.
    bool counts = finding.column.empty() || finding.column == "id" || finding.column.starts_with("publish.");
    if (counts && finding.severity == Severity::Error)
      return fail(ErrorKind::InvalidInput, finding.describe(), finding.hint);
  }
  return read;
}

Result<campaign::OpenLedger> open_existing_ledger(const Session& session, const campaign::Places& places) {
  if (campaign::has_ledger(places)) return campaign::open_ledger(places, session.stop);
  return fail(ErrorKind::InvalidInput, fmt::format("{} has no ledger", places.data.path.string()),
              "candid publish makes one; --data DIR or CANDID_DATA says where it is, or --ledger");
}

}  // namespace candid::cli
