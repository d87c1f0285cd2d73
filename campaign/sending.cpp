#include "campaign/sending.h"

#include <algorithm>
#include <set>

#include "campaign/publishing/publish_preview.h"

namespace candid::campaign {
namespace {

// A look into a folder costs nothing.
PublishOptions options_for(const OpenStore& store, PublishOptions how) {
  how.verify = how.verify || store.is_local;
  return how;
}

}  // namespace

Result<Destination> open_destination(const Prepared& work, const SendSettings& settings, const std::stop_token& stop) {
  const Places places = places_of(work.job.campaign.publish, {settings.data});
  Destination destination;
  destination.store = TRY(open_store(places, work.workspace.uploads_file(), settings.limit_rate, stop));
  destination.ledger = TRY(open_ledger(places, stop));
  return destination;
}

Result<PublishReport> send(const Prepared& work, const std::vector<Standing>& standings, const Destination& destination,
                           const PublishOptions& how, const SendListener& listener, const std::stop_token& stop) {
  return publish({work.job, work.plan, standings, work.workspace}, *destination.store.store, *destination.ledger.ledger,
                 options_for(destination.store, how), listener, stop);
}

Result<PublishPreview> preview_sending(const Prepared& work, const std::vector<Standing>& standings,
                                       const SendSettings& settings, const SendListener& listener,
                                       const std::stop_token& stop) {
  const Places places = places_of(work.job.campaign.publish, {settings.data});
  OpenStore store;
  if (TRY(has_store(places))) store = TRY(open_store_for_reading(places, stop));
  const OpenLedger ledger = TRY(look_into_ledger(places, stop));
  return preview_publish({work.job, work.plan, standings, work.workspace}, store.store.get(), ledger.ledger.get(),
                         options_for(store, settings.how), listener, stop);
}

std::optional<Error> cut_short(const std::vector<RenderOutcome>& rendered) {
  std::optional<Error> reason;
  for (const RenderOutcome& outcome : rendered) {
    if (outcome.error && outcome.error->kind() == ErrorKind::NoSpace) return outcome.error;
    if (outcome.state == RenderState::Cancelled)
      reason = Error(ErrorKind::Cancelled, "stopped", "run the same command again: it goes on from here");
  }
  return reason;
}

std::vector<const PublishedLink*> failed_links(const PublishReport& report,
                                               const std::vector<RenderOutcome>& rendered) {
  std::set<size_t> told;
  for (const RenderOutcome& outcome : rendered) {
    if (outcome.error) told.insert(outcome.candidate);
  }
  std::vector<const PublishedLink*> failed;
  for (const PublishedLink& link : report.links) {
    if (link.error && !told.contains(link.candidate)) failed.push_back(&link);
  }
  return failed;
}

}  // namespace candid::campaign
