#pragma once
// Messages into the store and the ledger, each behind its own link.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/decisions.h"
#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/workspace.h"
#include "track/ledger.h"
#include "upload/folder_store.h"

namespace candid::campaign {

// The folder a server serves from: DATA/ledger.db and DATA/store.
struct DataFolder {
  std::filesystem::path path;
  std::filesystem::path ledger() const { return path / "ledger.db"; }
  std::filesystem::path store() const { return path / "store"; }
};

struct PublishedLink {
  size_t candidate = 0;  // index into Job::roster.candidates
  std::string message_id;
  std::string url;
  bool is_new = false;         // else the link that an earlier run gave out
  std::optional<Error> error;  // this message is not published
};

// A message that stays back; a link that it has from before still opens.
struct HeldMessage {
  size_t candidate = 0;  // index into Job::roster.candidates
  std::string message_id;
  std::string reason;
};

struct PublishReport {
  std::vector<PublishedLink> links;  // in the roster's order
  std::vector<HeldMessage> held;
  uint64_t bytes_sent = 0;
  uint64_t bytes_there_already = 0;
  size_t links_of_others = 0;  // in links.csv, of candidates who are not in the plan; they still open
};

// Opens the store that the campaign names, or the data folder's own.
Result<std::unique_ptr<upload::FolderStore>> open_store(const std::string& store, const DataFolder& data);

// Whether a candid server answers at this address right now, within a few seconds. Network when not: its links lead
// nowhere until one does.
Result<void> check_server(const std::string& url);

// Only messages that are not held and whose rendering is up to date go out; the message id is checked from row to
// recipe to file. Links given out before stay (they are known from out/links.csv, those of held messages from
// out/links-held.csv). `progress` gets messages done and in all.
Result<PublishReport> publish(const Job& job, const Plan& plan, const std::vector<Standing>& standings,
                              const Workspace& workspace, upload::Store& store, track::Ledger& ledger,
                              const std::function<void(size_t, size_t)>& progress, const std::stop_token& stop);

}  // namespace candid::campaign
