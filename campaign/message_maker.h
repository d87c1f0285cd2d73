#pragma once
// Finished segments → recipe → out/NAME.mp4; in codecs whose segments do not join, the whole video at once. Internal to
// campaign.

#include <string>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/poster.h"
#include "campaign/segment_maker.h"
#include "campaign/workspace.h"
#include "encode/audio_encoder.h"
#include "encode/audio_splice.h"
#include "encode/mp4_head.h"
#include "media/audio_reader.h"
#include "media/loudness.h"

namespace candid::campaign {

// Thread-safe once made.
class MessageMaker {
 public:
  // Encodes the sound once for all messages. All arguments are borrowed.
  static Result<MessageMaker> create(const Job& job, const Workspace& workspace, const SegmentMaker& segments,
                                     const PosterMaker& poster);

  // All segments must be on record. The message's recipe is written last: where it is, the message is whole.
  Result<void> make(const PlannedMessage& message) const;

  uint64_t sound_bytes() const { return audio_.bytes.size(); }

 private:
  MessageMaker(const Job& job, const Workspace& workspace, const SegmentMaker& segments, const PosterMaker& poster)
      : job_(job), workspace_(workspace), segments_(segments), poster_(poster) {}
  int64_t samples_of(int64_t frames) const;
  Result<encode::AudioSplice> greeting_sound(const Greeting& greeting) const;
  int64_t body_start(const PlannedMessage& message) const;
  Result<std::vector<media::Cue>> captions_of(const PlannedMessage& message) const;
  Result<std::string> add_captions(const PlannedMessage& message) const;
  Result<void> add_caption_track(const PlannedMessage& message, encode::Mp4Tracks& tracks) const;
  Result<void> join_segments(const PlannedMessage& message, encode::Recipe& recipe) const;
  Result<void> render_whole(const PlannedMessage& message, encode::Recipe& recipe) const;
  encode::Mp4Metadata metadata(const PlannedMessage& message) const;
  Result<void> write_previews(const PlannedMessage& message) const;

  const Job& job_;
  const Workspace& workspace_;
  const SegmentMaker& segments_;
  const PosterMaker& poster_;
  media::SoundTreatment treatment_;        // of the take's sound
  media::LoudnessTarget greeting_target_;  // as loud as the take is then
  encode::AudioTrack audio_;
  std::string audio_part_;
};

}  // namespace candid::campaign
