#pragma once
// What publish() would do, with all that it would refuse.

#include <functional>
#include <stop_token>

#include "campaign/publishing/publish.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "upload/store.h"

namespace candid::campaign {

// Writes nothing, here or there. Without a store (it would be made) everything is to be sent; without a ledger all
// links that this machine does not know are to be made. The ledger is only asked. Fails where publish() would, before
// it sends anything.
Result<PublishPreview> preview_publish(const PublishJob& work, upload::Store* store, track::Ledger* ledger,
                                       const PublishOptions& options,
                                       const std::function<void(const PublishProgress&)>& progress,
                                       const std::stop_token& stop, const Clock& clock = Clock::system());

}  // namespace candid::campaign
