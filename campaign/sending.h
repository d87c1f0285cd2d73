#pragma once
// A prepared campaign sent to where its links lead: what `candid publish`, `candid run` and the window do alike.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "campaign/decisions.h"
#include "campaign/destination.h"
#include "campaign/prepared.h"
#include "campaign/publishing/publish.h"
#include "campaign/render.h"
#include "core/error.h"
#include "core/files.h"

namespace candid::campaign {

struct SendSettings {
  std::filesystem::path data = default_data_folder();
  uint64_t limit_rate = 0;  // bytes a second; 0: none
  PublishOptions how{};
};

// From several threads, one at a time.
using SendListener = std::function<void(const PublishProgress&)>;

// Opened before hours of rendering rather than after. Makes store and ledger where they are missing.
Result<Destination> open_destination(const Prepared& work, const SendSettings& settings, const std::stop_token& stop);

// publish() of who may go, by standings_of().
Result<PublishReport> send(const Prepared& work, const std::vector<Standing>& standings, const Destination& destination,
                           const PublishOptions& how, const SendListener& listener, const std::stop_token& stop);

// What that would do, of videos that are rendered. Writes nothing, here or there.
Result<PublishPreview> preview_sending(const Prepared& work, const std::vector<Standing>& standings,
                                       const SendSettings& settings, const SendListener& listener,
                                       const std::stop_token& stop);

// Why rendering ended before its time: NoSpace or Cancelled. Nothing goes out then.
std::optional<Error> cut_short(const std::vector<RenderOutcome>& rendered);

// The links that failed, without those whose rendering has told the reason already. They point into `report`.
std::vector<const PublishedLink*> failed_links(const PublishReport& report, const std::vector<RenderOutcome>& rendered);

}  // namespace candid::campaign
