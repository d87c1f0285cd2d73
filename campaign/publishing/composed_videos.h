#pragma once
// A message's whole MP4 in an S3 bucket, put together there of the parts that the bucket has. Internal to campaign.

#include <stop_token>
#include <string>

#include "campaign/publishing/publish_journal.h"
#include "campaign/workspace.h"
#include "core/error.h"
#include "encode/recipe.h"
#include "upload/store.h"

namespace candid::campaign {

std::string composed_object(const std::string& edition);

// Its parts are in the bucket. Nothing to do where the journal knows it, unless `verify`.
Result<void> compose_video(const Workspace& workspace, const encode::Recipe& recipe, const std::string& edition,
                           upload::Bucket& bucket, PublishJournal& journal, bool verify, const std::stop_token& stop);

}  // namespace candid::campaign
