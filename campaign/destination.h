#pragma once
// Where publishing goes: the store and the ledger that campaign.toml or the command line name, opened with all that
// they work with.

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "campaign/campaign_file.h"
#include "core/error.h"
#include "net/http.h"
#include "net/rate_limiter.h"
#include "net/retry.h"
#include "track/ledger/ledger.h"
#include "upload/store.h"

namespace candid::campaign {

// The folder a server serves from: the ledger, the store, and what it keeps beside them.
struct DataFolder {
  std::filesystem::path path{};
  std::filesystem::path ledger() const { return path / "ledger.db"; }
  std::filesystem::path store() const { return path / "store"; }
  std::filesystem::path cache() const { return path / "cache"; }
  std::filesystem::path replies() const { return path / "replies"; }  // videos that candidates answered with
  std::filesystem::path unused_objects() const { return path / "unused-objects.json"; }
  std::filesystem::path tus_notes() const { return path / "uploads.jsonl"; }
};

// Addresses as they are written.
struct Places {
  DataFolder data{};
  std::string store{};   // PublishChoice::store
  std::string ledger{};  // PublishChoice::ledger, or the https address of a candid server
  std::string server{};  // what kOnServer stands for
};
// The data folder becomes absolute: its name is remembered, and read in other folders.
Places places_of(const PublishChoice& publish, const DataFolder& data);

// A store, with what it borrows.
struct OpenStore {
  std::unique_ptr<net::RateLimiter> limiter{};
  std::unique_ptr<upload::UploadNotes> notes{};
  std::unique_ptr<upload::Store> store{};
  bool is_local = false;  // a folder: looking there costs nothing
};

// A ledger, with what it borrows.
struct OpenLedger {
  std::unique_ptr<net::HttpTransport> transport{};
  std::unique_ptr<net::HttpTransport> retrying{};
  std::unique_ptr<net::HttpTransport> stoppable{};
  std::unique_ptr<track::Ledger> ledger{};
};

struct Destination {
  OpenStore store{};
  OpenLedger ledger{};
};

// Of all that is opened here: `stop` ends with Cancelled whatever is asked of a server, also by calls of stores and
// ledgers that take no stop token.

// Notes of uploads under way lie in `notes_file`, but for tus, whose notes are about finished ones and lie in the data
// folder, where the server finds them. `limit_rate`: bytes a second; 0: none.
Result<OpenStore> open_store(const Places& places, const std::filesystem::path& notes_file, uint64_t limit_rate,
                             const std::stop_token& stop);
// For reading alone, by a server that goes on while others publish.
Result<OpenStore> open_store_for_reading(const Places& places, const std::stop_token& stop);
// Whether there is a store to look into; only of a folder this can be told without asking.
Result<bool> has_store(const Places& places);
// Makes the SQLite ledger where it is missing.
Result<OpenLedger> open_ledger(const Places& places, const std::stop_token& stop);
// Only to look into: makes and changes nothing. Where there is none yet, it is one with nothing in it. Unsupported
// where it would have to be brought up to date first.
Result<OpenLedger> look_into_ledger(const Places& places, const std::stop_token& stop);
// Whether there is a ledger; only of SQLite's file this can be told without asking.
bool has_ledger(const Places& places);

// Whether a candid server answers at this address right now, within a few seconds. Network when not: its links lead
// nowhere until one does.
Result<void> check_server(const std::string& url, const std::stop_token& stop);

}  // namespace candid::campaign
