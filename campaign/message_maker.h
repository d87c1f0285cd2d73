#pragma once
// Finished segments → recipe → out/NAME.mp4. Internal to campaign.

#include <map>
#include <string>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/poster.h"
#include "campaign/segment_maker.h"
#include "campaign/workspace.h"
#include "encode/audio_encoder.h"

namespace candid::campaign {

// Thread-safe once made.
class MessageMaker {
 public:
  // Encodes the sound once for all messages. All arguments are borrowed.
  static Result<MessageMaker> create(const Job& job, const Plan& plan, const Workspace& workspace,
                                     const PosterMaker& poster);

  // All segments must be on record. The message's recipe is written last: where it is, the message is whole.
  Result<void> make(const PlannedMessage& message) const;

 private:
  MessageMaker(const Job& job, const Plan& plan, const Workspace& workspace, const PosterMaker& poster)
      : job_(job), plan_(plan), workspace_(workspace), poster_(poster) {}
  Result<encode::Recipe> make_recipe(const PlannedMessage& message) const;

  const Job& job_;
  const Plan& plan_;
  const Workspace& workspace_;
  const PosterMaker& poster_;
  encode::AudioTrack audio_;
  std::string audio_part_;
  std::string captions_part_;  // empty: no captions
};

}  // namespace candid::campaign
